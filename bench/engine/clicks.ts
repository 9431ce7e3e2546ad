/** Clicks of users as JSON of about 170 bytes, in batches, in order of time, without end. */

import { Prng } from '../../src/base/prng.ts'
import type { RawRecords } from '../../src/connectors/formats/format.ts'

const PAGES = 500
const COUNTRIES = ['DE', 'FR', 'US', 'JP', 'BR', 'IN']
const FIRST_MS = 1_795_290_000_000
const TEMPLATES = 100_000
const TIME_DIGITS = 13

export interface ClickOptions {
  readonly users: number
  /** Users come in so many turns, a part of them at a time, and around again. */
  readonly turns: number
  readonly batchRecords: number
  /** In event time. */
  readonly recordsPerSecond: number
}

/** The records themselves repeat; their times do not. */
export class Clicks {
  readonly #options: ClickOptions
  readonly #texts: readonly Uint8Array[]
  readonly #timeAt: number
  #count = 0

  constructor(options: ClickOptions) {
    this.#options = options
    const random = new Prng(7)
    const encoder = new TextEncoder()
    const { users, turns } = options
    const each = users / turns
    this.#texts = Array.from({ length: TEMPLATES }, (_, at) => {
      const user = Math.floor((at * turns) / TEMPLATES) * each + random.below(each)
      return encoder.encode(JSON.stringify(click(random, user)))
    })
    this.#timeAt = new TextDecoder().decode(this.#texts[0]).indexOf('"ts":') + '"ts":'.length
  }

  next(): RawRecords {
    const { batchRecords, recordsPerSecond } = this.#options
    const texts = Array.from({ length: batchRecords }, (_, row) => {
      return this.#texts[(this.#count + row) % TEMPLATES] as Uint8Array
    })
    const bytes = new Uint8Array(texts.reduce((sum, { length }) => sum + length, 0))
    const starts = new Int32Array(batchRecords)
    const ends = new Int32Array(batchRecords)
    let at = 0
    texts.forEach((text, row) => {
      bytes.set(text, at)
      const time = FIRST_MS + Math.floor(((this.#count + row) * 1000) / recordsPerSecond)
      writeDigits(bytes, at + this.#timeAt, time)
      starts[row] = at
      at += text.length
      ends[row] = at
    })
    this.#count += batchRecords
    return { bytes, size: batchRecords, starts, ends }
  }
}

function click(random: Prng, user: number) {
  return {
    ts: FIRST_MS,
    user: `user-${user.toString().padStart(5, '0')}`,
    page: `/products/${random.below(PAGES)}/details`,
    status: random.below(10) === 0 ? 500 : 200,
    ms: random.below(100_000) / 100,
    country: random.pick(COUNTRIES),
    referrer: `https://search.example/?q=${random.below(1000)}`,
    session: random.below(2 ** 30).toString(16),
  }
}

function writeDigits(bytes: Uint8Array, start: number, value: number): void {
  let rest = value
  for (let at = start + TIME_DIGITS - 1; at >= start; at--) {
    bytes[at] = 0x30 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}
