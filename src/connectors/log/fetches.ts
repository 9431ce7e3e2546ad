/**
 * Fetches: what is there is read, from memory or from the files; who asks for what is not there yet
 * waits until his partition changes, or until his time is over. While a turn is being written the
 * ledger shows what a power cut could take: whose time is over then is answered after it.
 *
 * Answers that are being read are bounded, all together: who finds no room stands in line. Whoever
 * does not take what he is given stands in none: he is asked first, and looked at when he has room.
 */

import type { Clock, Timer } from '../../base/env.ts'
import type { Fetched, LogDone, LogError, StoredRecord } from '../../base/stream-log.ts'
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
  /** undefined: he takes all that he is given. */
  readonly room?: Room | undefined
}

/** Of whoever asked, where answers wait until he takes them. */
export interface Room {
  isFree(): boolean
  /** Called once, as soon as it is; asked once at a time. */
  whenFree(go: () => void): void
}

/** What fetches are served from. */
export interface FetchSource {
  /** Whether all that can be found now may be shown: no turn is being written. */
  isSettled(): boolean
  find(at: Fetching): Refusable<Partition>
  /** Without those of which there is not what was written, or that cannot be read. */
  read(blocks: readonly Block[], done: (sound: ReadonlyMap<Block, Uint8Array>) => void): void
}

type FetchLimits = Pick<LogLimits, 'fetchBytesMax' | 'fetchMsMax' | 'waitingMax' | 'loadBytesMax'>

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
  /** They may be answered, and whoever asked has no room; one word for each room is waited for. */
  readonly #parked = new Map<Room, Set<Waiting>>()
  /** They may be answered, when others have been. */
  readonly #line = new Set<Waiting>()
  /** What is being read for answers. */
  #loadingBytes = 0
  #isAdvancing = false
  #count = 0
  /** Of those that wait. */
  #uncommitted = 0
  /** Of those that are parked or in the line. */
  #uncommittedNext = 0

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
    this.#advance()
  }

  /** Whether what is known may be shown is not to be had: who waits for nothing else is told so. */
  giveUp(trouble: { readonly error: LogError }): void {
    const due = [...this.#line]
    for (const one of due) this.#quit(this.#line, one)
    for (const [one, number] of [...this.#overdue]) if (this.#leave(number, one)) due.push(one)
    for (const { done, isCancelled } of due) if (!isCancelled()) done(trouble)
  }

  get loadingBytes(): number {
    return this.#loadingBytes
  }

  get waiting(): number {
    const parked = [...this.#parked.values()].reduce((sum, { size }) => sum + size, 0)
    return this.#count + this.#line.size + parked
  }

  /** Whether somebody waits who is shown what is not decided. */
  get seesOpen(): boolean {
    return this.#uncommitted + this.#uncommittedNext > 0
  }

  /** Nobody is served any more. */
  fail(message: string): void {
    const sets = [...this.#waiting.values(), ...this.#parked.values(), this.#line]
    const all = sets.flatMap(some => [...some])
    for (const some of [...sets, this.#waiting, this.#overdue, this.#parked]) some.clear()
    for (const { done, isCancelled, timer } of all) {
      timer?.cancel()
      if (!isCancelled()) done(refused('unavailable', message))
    }
    this.#count = 0
    this.#uncommitted = 0
    this.#uncommittedNext = 0
  }

  /** Of calls that were waiting, and are cancelled. */
  forgetCancelled(): void {
    for (const [number, waiting] of this.#waiting) {
      for (const one of waiting) if (one.isCancelled()) this.#leave(number, one)
    }
    for (const some of [...this.#parked.values(), this.#line]) {
      for (const one of some) if (one.isCancelled()) this.#quit(some, one)
    }
  }

  #look(one: Waiting, isNext = false): void {
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
    else this.#serve(partition, one, isNext)
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

  #serve(partition: Partition, one: Waiting, isNext: boolean): void {
    const { asked, done, isCancelled } = one
    const maxBytes = Math.min(asked.maxBytes, this.#limits.fetchBytesMax)
    const found = partition.find(asked.offset, asked.isolation, maxBytes)
    const seenEnd = partition.bound(asked.isolation)
    if (found.blocks.length > 0 && this.#mustWait(one, isNext)) return
    const loading = found.blocks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    this.#loadingBytes += loading
    this.#load(found.blocks, bytes => {
      this.#loadingBytes -= loading
      if (bytes === undefined) {
        const place = `${asked.topic}/${asked.partition} from ${asked.offset}`
        const advice = 'check what it is kept on, and restore the log from a copy'
        const why = `${place} cannot be read as it was written; ${advice}`
        if (!isCancelled()) done(refused('unavailable', why))
      } else if (!isCancelled()) {
        done({ value: { ...cut(found, bytes, asked.offset, maxBytes), seenEnd } })
      }
      this.#advance()
    })
  }

  /** For room at whoever asked, or in the line that all stand in. */
  #mustWait(one: Waiting, isNext: boolean): boolean {
    if (one.room?.isFree() === false) {
      this.#stand(this.#parkedAt(one.room), one)
      return true
    }
    if (!this.#isFull && (isNext || this.#line.size === 0)) return false
    this.#stand(this.#line, one)
    return true
  }

  #parkedAt(room: Room): Set<Waiting> {
    const known = this.#parked.get(room)
    if (known !== undefined) return known
    const parked = new Set<Waiting>()
    this.#parked.set(room, parked)
    room.whenFree(() => {
      this.#parked.delete(room)
      for (const one of [...parked]) {
        this.#quit(parked, one)
        this.#stand(this.#line, one)
      }
      this.#advance()
    })
    return parked
  }

  /** Who will be shown what is not decided counts wherever he stands: so nothing is held back. */
  #stand(some: Set<Waiting>, one: Waiting): void {
    some.add(one)
    if (one.asked.isolation === 'uncommitted') this.#uncommittedNext++
  }

  #quit(some: Set<Waiting>, one: Waiting): boolean {
    if (!some.delete(one)) return false
    if (one.asked.isolation === 'uncommitted') this.#uncommittedNext--
    return true
  }

  get #isFull(): boolean {
    return this.#loadingBytes >= this.#limits.loadBytesMax
  }

  /** Those who stand in line are looked at anew, the first one first. */
  #advance(): void {
    if (this.#isAdvancing) return
    this.#isAdvancing = true
    while (this.#source.isSettled() && !this.#isFull) {
      const [one] = this.#line
      if (one === undefined) break
      this.#quit(this.#line, one)
      this.#look(one, true)
    }
    this.#isAdvancing = false
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

export const recordBytes = (records: readonly StoredRecord[]): number =>
  records.reduce((sum, record) => sum + sizeOf(record), 0)

function sizeOf({ key, value, headers }: StoredRecord): number {
  const own = (key?.length ?? 0) + (value?.length ?? 0)
  return headers.reduce((sum, header) => sum + header.name.length + header.value.length, own)
}
