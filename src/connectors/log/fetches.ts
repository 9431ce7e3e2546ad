/**
 * Fetches: what is there is read, from memory or from the files; who asks for what is not there yet
 * waits until his partition changes, or until his time is over. While a turn is being written the
 * ledger shows what a power cut could take: whose time is over then is answered after it.
 */

import type { Clock, Timer } from '../../base/env.ts'
import type { Fetched, LogDone, StoredRecord } from '../../base/stream-log.ts'
import type { Fetching } from './calls.ts'
import type { LogLimits } from './limits.ts'
import { recordsOf } from './state/block.ts'
import { outOfRange, refused } from './state/judge.ts'
import type { Refusable } from './state/ops.ts'
import type { Block, Found, Partition } from './state/partition.ts'

export interface Fetch {
  readonly asked: Fetching
  readonly done: LogDone<Fetched>
  readonly isCancelled: () => boolean
}

/** What fetches are served from. */
export interface FetchSource {
  /** Whether all that can be found now may be shown: no turn is being written. */
  isSettled(): boolean
  find(at: Fetching): Refusable<Partition>
  /** Without those of which there is not what was written, or that cannot be read. */
  read(blocks: readonly Block[], done: (sound: ReadonlyMap<Block, Uint8Array>) => void): void
}

type FetchLimits = Pick<LogLimits, 'fetchBytesMax' | 'fetchMsMax' | 'waitingMax'>

interface Waiting extends Fetch {
  isTimeOver: boolean
  timer: Timer | undefined
}

export class Fetches {
  readonly #source: FetchSource
  readonly #clock: Clock
  readonly #limits: FetchLimits
  /** By the number of the partition. */
  readonly #waiting = new Map<number, Set<Waiting>>()
  /** Those of them whose time was over while a turn was being written. */
  readonly #overdue = new Map<Waiting, number>()
  #count = 0
  /** Of those that wait. */
  #uncommitted = 0

  constructor(source: FetchSource, clock: Clock, limits: FetchLimits) {
    this.#source = source
    this.#clock = clock
    this.#limits = limits
  }

  take(fetch: Fetch): void {
    this.#look({ ...fetch, isTimeOver: !(fetch.asked.waitMs > 0), timer: undefined })
  }

  /** All that these partitions hold is durable. */
  changed(numbers: Iterable<number>): void {
    for (const number of numbers) {
      for (const one of [...(this.#waiting.get(number) ?? [])]) {
        this.#leave(number, one)
        this.#look(one)
      }
    }
  }

  /** The turn is over: so are those whose time was over in it. */
  settled(): void {
    for (const [one, number] of [...this.#overdue]) if (this.#leave(number, one)) this.#look(one)
  }

  get waiting(): number {
    return this.#count
  }

  /** Whether somebody waits who is shown what is not decided. */
  get seesOpen(): boolean {
    return this.#uncommitted > 0
  }

  /** Nobody is served any more. */
  fail(message: string): void {
    for (const waiting of this.#waiting.values()) {
      for (const { done, isCancelled, timer } of waiting) {
        timer?.cancel()
        if (!isCancelled()) done(refused('unavailable', message))
      }
    }
    this.#waiting.clear()
    this.#overdue.clear()
    this.#count = 0
    this.#uncommitted = 0
  }

  /** Of calls that were waiting, and are cancelled. */
  forgetCancelled(): void {
    for (const [number, waiting] of this.#waiting) {
      for (const one of waiting) if (one.isCancelled()) this.#leave(number, one)
    }
  }

  #look(one: Waiting): void {
    const { asked, done } = one
    if (one.isCancelled()) return
    const found = this.#source.find(asked)
    if (found.error !== undefined) {
      done(found)
      return
    }
    const partition = found.value
    const { offset, isolation } = asked
    if (!(offset >= partition.start && offset <= partition.end)) {
      done(outOfRange(asked, offset, partition))
      return
    }
    if (offset >= partition.bound(isolation) && !one.isTimeOver) this.#wait(partition, one)
    else this.#serve(partition, one)
  }

  #wait({ number }: Partition, one: Waiting): void {
    const { waitingMax, fetchMsMax } = this.#limits
    if (this.#count >= waitingMax) {
      one.done(refused('unavailable', `${waitingMax} fetches wait already; ask again later`))
      return
    }
    const known = this.#waiting.get(number)
    const waiting = known ?? new Set()
    if (known === undefined) this.#waiting.set(number, waiting)
    waiting.add(one)
    this.#count++
    if (one.asked.isolation === 'uncommitted') this.#uncommitted++
    one.timer = this.#clock.after(Math.min(one.asked.waitMs, fetchMsMax), () => {
      one.isTimeOver = true
      if (!this.#source.isSettled()) this.#overdue.set(one, number)
      else if (this.#leave(number, one)) this.#look(one)
    })
  }

  #leave(number: number, one: Waiting): boolean {
    const waiting = this.#waiting.get(number)
    if (waiting?.delete(one) !== true) return false
    one.timer?.cancel()
    this.#overdue.delete(one)
    if (waiting.size === 0) this.#waiting.delete(number)
    this.#count--
    if (one.asked.isolation === 'uncommitted') this.#uncommitted--
    return true
  }

  #serve(partition: Partition, { asked, done, isCancelled }: Waiting): void {
    const maxBytes = Math.min(asked.maxBytes, this.#limits.fetchBytesMax)
    const found = partition.find(asked.offset, asked.isolation, maxBytes)
    const seenEnd = partition.bound(asked.isolation)
    this.#load(found.blocks, bytes => {
      if (isCancelled()) return
      if (bytes === undefined) {
        const place = `${asked.topic}/${asked.partition} from ${asked.offset}`
        const advice = 'check what it is kept on, and restore the log from a copy'
        done(refused('unavailable', `${place} cannot be read as it was written; ${advice}`))
      } else done({ value: { ...cut(found, bytes, asked.offset, maxBytes), seenEnd } })
    })
  }

  /** undefined: not all can be had. */
  #load(blocks: readonly Block[], done: (bytes: readonly Uint8Array[] | undefined) => void): void {
    // Those in memory are taken now: the cache may forget them while the others are read.
    const kept = blocks.map(({ bytes }) => bytes)
    const missing = blocks.filter(({ bytes }) => bytes === undefined)
    this.#source.read(missing, sound => {
      const whole = blocks.flatMap((block, i) => kept[i] ?? sound.get(block) ?? [])
      done(whole.length === blocks.length ? whole : undefined)
    })
  }
}

/** From the offset on; a first record that is larger comes alone. */
function cut(
  { blocks, position }: Found,
  bytes: readonly Uint8Array[],
  offset: number,
  maxBytes: number,
): Omit<Fetched, 'seenEnd'> {
  const records: StoredRecord[] = []
  let size = 0
  for (const [i, { first }] of blocks.entries()) {
    for (const record of recordsOf(bytes[i] as Uint8Array, first)) {
      if (record.offset < offset) continue
      size += sizeOf(record)
      if (records.length > 0 && size > maxBytes) return { records, position: record.offset }
      records.push(record)
    }
  }
  return { records, position }
}

function sizeOf({ key, value, headers }: StoredRecord): number {
  const own = (key?.length ?? 0) + (value?.length ?? 0)
  return headers.reduce((sum, header) => sum + header.name.length + header.value.length, own)
}
