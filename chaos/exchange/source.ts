/** A partition of a made-up source: the whole input, which is also the oracle. */

import { type Records, recordsOf } from '../../src/engine/columns/records.ts'
import { watermarkOf } from '../../src/engine/exchange/clock.ts'
import type { Stretch } from '../../src/engine/exchange/stretch.ts'
import { Schema } from '../../src/engine/schema/schema.ts'
import { INTEGER, TEXT } from '../../src/engine/schema/type.ts'

export const SCHEMA = new Schema([
  { name: 'where', type: TEXT },
  { name: 'nth', type: INTEGER },
])

export const TIME = { lagMs: 3, idleMs: 40 }

/** What came of one offset: a record for each of these groups, in order. */
interface Item {
  readonly time: number
  readonly groups: readonly number[]
}

export class Source {
  readonly channel: number
  readonly #items: Item[] = []
  #grewMs = 0
  /** Ends at which nothing came for long enough. */
  readonly #quiet = new Set<number>()

  constructor(channel: number) {
    this.channel = channel
  }

  get end(): number {
    return this.#items.length
  }

  append(items: readonly Item[], atMs: number): void {
    this.#items.push(...items)
    if (items.length > 0) this.#grewMs = atMs
  }

  onTime(atMs: number): void {
    if (atMs - this.#grewMs >= TIME.idleMs) this.#quiet.add(this.end)
  }

  wasQuietAt(offset: number): boolean {
    return this.#quiet.has(offset)
  }

  /** What a group is to have taken of these offsets: an offset and which of its records. */
  wanted(group: number, from: number, to: number): readonly string[] {
    return this.#items.slice(from, to).flatMap((item, at) => {
      return item.groups.flatMap((one, nth) => (one === group ? [`${from + at}/${nth}`] : []))
    })
  }

  /** Nothing that stands on records before the offset may say more of time. */
  watermarkAt(offset: number): number {
    return watermarkOf(TIME, this.times(0, offset))
  }

  times(from: number, to: number): Float64Array {
    return Float64Array.from(this.#items.slice(from, to), ({ time }) => time)
  }

  /** As the reader has it behind its front. */
  stretch(from: number, size: number, groups: number): Omit<Stretch, 'watermark'> {
    const to = Math.min(from + size, this.end)
    const parts = new Map<number, Records>()
    for (let group = 0; group < groups; group++) {
      const records = this.#records(group, from, to)
      if (records.size > 0) parts.set(group, records)
    }
    return { from, to: Math.max(from, to), parts }
  }

  #records(group: number, from: number, to: number): Records {
    const offsets: number[] = []
    const rows = this.#items.slice(from, to).flatMap(({ time, groups }, at) =>
      groups.flatMap((one, nth) => {
        if (one !== group) return []
        offsets.push(from + at)
        return [{ time, values: [`c${this.channel}`, nth] }]
      }),
    )
    const origin = { channel: this.channel, offsets: Float64Array.from(offsets) }
    return { ...recordsOf(SCHEMA, rows), origin }
  }
}
