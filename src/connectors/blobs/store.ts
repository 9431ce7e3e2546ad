/**
 * The blob store as the log asks it: questions are asked again while nobody answers, up to a bound,
 * and answered in the words of the StreamLog door. What is put is put once: whether it may be put
 * again, `sequence.ts` knows.
 */

import type { BlobAnswer, BlobDone, BlobError, BlobStore } from '../../base/blob-store.ts'
import type { Clock } from '../../base/env.ts'
import type { LogDone, LogError } from '../../base/stream-log.ts'
import type { BlobLogLimits } from './limits.ts'
import { numbered, numberOf } from './names.ts'

export interface StoreParts {
  readonly store: BlobStore
  readonly clock: Clock
  readonly limits: Pick<BlobLogLimits, 'triesMax' | 'retryMs' | 'listMax' | 'callsMax'>
}

/** Numbers of objects under a prefix, ascending. */
export interface Numbers {
  readonly numbers: readonly number[]
  readonly isMore: boolean
}

const NOTHING: Numbers = { numbers: [], isMore: false }

/** undefined: there is no such object. */
export type Found = Uint8Array | undefined

export function inWords({ code, message }: BlobError): { readonly error: LogError } {
  if (code === 'not-authorized') return { error: { code, message } }
  if (code === 'bad-key') return { error: { code: 'bad-settings', message } }
  return { error: { code: 'unavailable', message } }
}

export class PatientStore {
  readonly #parts: StoreParts
  /** Parts that are being read, and those that wait for their turn. */
  #reading = 0
  readonly #waiting: (() => void)[] = []

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  create(key: string, bytes: Uint8Array, done: BlobDone<void>): void {
    this.#parts.store.put(key, bytes, 'absent', done)
  }

  get(key: string, done: LogDone<Found>): void {
    this.#again<Uint8Array>(
      told => this.#parts.store.get(key, told),
      answer => done(found(answer)),
    )
  }

  part(key: string, offset: number, sizeBytes: number, done: LogDone<Found>): void {
    const { store, limits } = this.#parts
    if (this.#reading >= limits.callsMax) {
      this.#waiting.push(() => this.part(key, offset, sizeBytes, done))
      return
    }
    this.#reading++
    this.#again<Uint8Array>(
      told => store.getPart(key, { offset, sizeBytes }, told),
      answer => {
        this.#reading--
        this.#waiting.shift()?.()
        done(found(answer))
      },
    )
  }

  /** The first of those behind this number. */
  numbers(prefix: string, behind: number, done: LogDone<Numbers>): void {
    const { store, limits } = this.#parts
    const after = numbered(prefix, behind)
    this.#again<{ blobs: readonly { key: string }[]; isMore: boolean }>(
      told => store.list({ prefix, after, limit: limits.listMax }, told),
      answer => {
        if (answer.error !== undefined) done(inWords(answer.error))
        else {
          const numbers = answer.value.blobs.map(({ key }) => numberOf(prefix, key))
          const known = numbers.filter(one => one !== undefined)
          done({ value: { numbers: known, isMore: answer.value.isMore } })
        }
      },
    )
  }

  /** All of them, page by page. */
  allNumbers(prefix: string, behind: number, done: LogDone<readonly number[]>): void {
    const all: number[] = []
    const page = (from: number): void =>
      this.numbers(prefix, from, answer => {
        if (answer.error !== undefined) done(answer)
        else {
          const { numbers, isMore } = answer.value
          all.push(...numbers)
          const last = numbers.at(-1)
          if (isMore && last !== undefined) page(last)
          else done({ value: all })
        }
      })
    page(behind)
  }

  /** Some at once, taken in the order of the keys; ends early when `take` says so. */
  getAll(
    keys: readonly string[],
    take: (key: string, bytes: Found) => boolean,
    done: LogDone<undefined>,
  ): void {
    const some = keys.slice(0, this.#parts.limits.callsMax)
    const found = new Map<string, Found>()
    let trouble: { readonly error: LogError } | undefined
    let left = some.length
    const finish = (): void => {
      if (trouble !== undefined) done(trouble)
      else if (some.every(key => take(key, found.get(key))) && some.length < keys.length) {
        this.getAll(keys.slice(some.length), take, done)
      } else done({ value: undefined })
    }
    if (some.length === 0) finish()
    for (const key of some) {
      this.get(key, answer => {
        if (answer.error === undefined) found.set(key, answer.value)
        else trouble ??= answer
        left--
        if (left === 0) finish()
      })
    }
  }

  /** Those below this number. What is not removed now, whoever does it next removes. */
  removeBelow(prefix: string, below: number, done: () => void): void {
    this.numbers(prefix, 0, answer => {
      const { numbers, isMore } = answer.error === undefined ? answer.value : NOTHING
      const keys = numbers.filter(one => one < below).map(one => numbered(prefix, one))
      this.#remove(keys, isAll => {
        if (isAll && isMore && keys.length === numbers.length) this.removeBelow(prefix, below, done)
        else done()
      })
    })
  }

  /** In their order, each when the one before is gone. Told whether all are. */
  #remove([key, ...rest]: readonly string[], done: (isAll: boolean) => void): void {
    if (key === undefined) done(true)
    else {
      this.#parts.store.remove(key, ({ error }) => {
        if (error === undefined) this.#remove(rest, done)
        else done(false)
      })
    }
  }

  #again<T>(ask: (told: BlobDone<T>) => void, done: BlobDone<T>, tries = 1): void {
    const { clock, limits } = this.#parts
    ask(answer => {
      if (answer.error?.code === 'unavailable' && tries < limits.triesMax) {
        clock.after(limits.retryMs, () => this.#again(ask, done, tries + 1))
      } else done(answer)
    })
  }
}

function found(answer: BlobAnswer<Uint8Array>): Parameters<LogDone<Found>>[0] {
  if (answer.error === undefined) return answer
  return answer.error.code === 'no-such-key' ? { value: undefined } : inWords(answer.error)
}
