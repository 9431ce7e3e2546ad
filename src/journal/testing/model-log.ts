/**
 * Test support: a tiny log that keeps what the StreamLog door says, at the will of a test. A call
 * waits until somebody lets it take effect, then until somebody lets its answer through; either may
 * be lost, and what was given up may take effect late. Markers land after `end` was answered, and a
 * fetch may show less than there is. Much simpler than a real log: it can be checked by eye.
 */

import type {
  Asked,
  Isolation,
  LogAnswer,
  LogDone,
  LogError,
  LogErrorCode,
  NewRecord,
  Partition,
  PartitionRecords,
  Preparation,
  ProducerOptions,
  StoredRecord,
  StreamLog,
  TopicDescription,
  TransactionalProducer,
} from '../../base/stream-log.ts'

interface Transaction {
  state: 'open' | 'committed' | 'aborted'
  /** Its markers have landed: readers may pass. */
  isDecided: boolean
  readonly partitions: Set<string>
}

interface Kept {
  readonly record: NewRecord | undefined
  readonly transaction: Transaction | undefined
}

interface Id {
  epoch: number
  open: Transaction | undefined
  /** Decided, and its markers are still to land. */
  ending: Transaction | undefined
}

export interface Pending {
  readonly what: string
  /** Not while an earlier transaction of the same id is being finished. */
  isBlocked(): boolean
  hasEffect: boolean
  isAnswered: boolean
  effect(): void
  answer(): void
  fail(code: LogErrorCode): void
}

const error = (code: LogErrorCode): { readonly error: LogError } => ({
  error: { code, message: `the model says ${code}` },
})

const nameOf = ({ topic, partition }: Partition) => `${topic}/${partition}`

export class ModelLog implements StreamLog {
  isOneProcess = false
  readonly pending: Pending[] = []
  /** Given up by whoever asked, and may still take effect. */
  readonly late: Pending[] = []
  readonly calls: string[] = []
  readonly topics = new Map<string, TopicDescription>()
  readonly #partitions = new Map<string, Kept[]>()
  readonly #starts = new Map<string, number>()
  readonly #ids = new Map<string, Id>()
  /** What a call is refused with, by its kind; asked when it takes effect. */
  refusal: (what: string, records?: readonly PartitionRecords[]) => LogErrorCode | undefined = () =>
    undefined
  /** How many records a fetch shows at most. */
  shows = Number.POSITIVE_INFINITY

  // What a test does with it.

  /** Everything that waits takes effect and is answered, until nothing waits. */
  settle(): void {
    this.land()
    for (let turns = 0; this.pending.length > 0 && turns < 100; turns++) {
      for (const one of [...this.pending]) this.finish(one)
      this.land()
    }
  }

  finish(one: Pending): void {
    if (!one.hasEffect && one.isBlocked()) this.land()
    this.take(one)
    this.deliver(one)
  }

  take(one: Pending): void {
    if (one.hasEffect || one.isBlocked()) return
    one.hasEffect = true
    one.effect()
  }

  deliver(one: Pending): void {
    if (!one.hasEffect) return
    this.#forget(one)
    one.answer()
  }

  /** The answer is lost, and the call too if it had no effect yet: or it comes late. */
  lose(one: Pending): void {
    this.#forget(one)
    if (!one.hasEffect) this.late.push(one)
    one.fail('unavailable')
  }

  /** Markers of all that was decided are written. */
  land(): void {
    for (const id of this.#ids.values()) {
      const { ending } = id
      if (ending === undefined) continue
      for (const name of ending.partitions) this.#keep(name, undefined, ending)
      ending.isDecided = true
      id.ending = undefined
    }
  }

  /** The time of every open transaction is over. */
  expire(): void {
    for (const id of this.#ids.values()) {
      if (id.open === undefined) continue
      id.epoch++
      this.#decide(id, 'aborted')
    }
  }

  /** What a reader of what is committed sees, whatever is on its way. */
  visible(of: Partition): readonly StoredRecord[] {
    return this.#read(nameOf(of), 0, 'committed').records
  }

  /** The same once all markers have landed that are on their way. */
  decided(of: Partition): readonly StoredRecord[] {
    return this.#kept(nameOf(of)).flatMap(({ record, transaction }, offset) => {
      const isIn = transaction === undefined || transaction.state === 'committed'
      return record !== undefined && isIn ? [{ ...record, offset }] : []
    })
  }

  /** Outside of any transaction. */
  write(to: Partition, values: readonly (Uint8Array | null)[]): void {
    for (const value of values) {
      this.#keep(nameOf(to), { key: null, value, headers: [], timestampMs: 0 }, undefined)
    }
  }

  /** By name of the partition. */
  get ends(): ReadonlyMap<string, number> {
    return new Map([...this.#partitions].map(([name, { length }]) => [name, length]))
  }

  /** The newest are lost, as with a disk. */
  truncate(of: Partition, to: number): void {
    this.#kept(nameOf(of)).length = to
  }

  /** With aborted records and markers. */
  lengthOf(of: Partition): number {
    return this.#kept(nameOf(of)).length
  }

  startOf(of: Partition): number {
    return this.#starts.get(nameOf(of)) ?? 0
  }

  trim(of: Partition, before: number): void {
    this.#starts.set(nameOf(of), before)
  }

  // The door.

  cluster(done: LogDone<string>): void {
    this.#ask('cluster', done, () => ({ value: 'model' }))
  }

  describe(topic: string, done: LogDone<TopicDescription>): void {
    this.#ask(`describe ${topic}`, done, () => {
      const found = this.topics.get(topic)
      return found === undefined ? error('no-such-topic') : { value: found }
    })
  }

  create(_: unknown, done: LogDone<void>): void {
    this.#ask('create', done, () => ({ value: undefined }))
  }

  drop(_: string, done: LogDone<void>): void {
    this.#ask('drop', done, () => ({ value: undefined }))
  }

  start(of: Partition, done: LogDone<number>): void {
    this.#ask('start', done, () => ({ value: this.startOf(of) }))
  }

  end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    this.#ask(`end ${isolation}`, done, () => ({ value: this.#end(nameOf(of), isolation) }))
  }

  fetch(
    from: Partition,
    offset: number,
    { isolation }: { readonly isolation: Isolation },
    done: LogDone<{ records: readonly StoredRecord[]; position: number; seenEnd: number }>,
  ): Asked {
    return this.#ask(`fetch ${offset} ${isolation}`, done, () => {
      const name = nameOf(from)
      const end = this.#end(name, 'uncommitted')
      if (offset < this.startOf(from) || offset > end) return error('offset-out-of-range')
      const { records, position } = this.#read(name, offset, isolation)
      const some = records.slice(0, this.shows)
      const last = some.at(-1)
      const shown = some.length < records.length ? (last?.offset ?? offset - 1) + 1 : position
      // It never tells the truth about the end, so that nobody relies on it.
      return { value: { records: some, position: shown, seenEnd: shown } }
    })
  }

  deleteRecords(of: Partition, before: number, done: LogDone<void>): void {
    this.#ask(`delete ${before}`, done, () => {
      this.trim(of, before)
      return { value: undefined }
    })
  }

  append(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void {
    this.#ask('append', done, () => ({ value: this.#append(records, undefined) }))
  }

  prepare({ transactionalId }: Preparation, done: LogDone<void>): void {
    this.#ask(`prepare ${transactionalId}`, done, () => ({ value: undefined }))
  }

  producer({ transactionalId }: ProducerOptions): TransactionalProducer {
    const id = this.#idOf(transactionalId)
    let epoch = -1
    let isClosed = false
    const call = <T>(
      what: string,
      done: LogDone<T>,
      effect: () => LogAnswer<T>,
      records?: readonly PartitionRecords[],
    ) => {
      const blocked = () => what !== 'init' && id.epoch === epoch && id.ending !== undefined
      const told: LogDone<T> = answer => {
        if (!isClosed) done(answer)
      }
      this.#ask(`${what} ${transactionalId}`, told, effect, { blocked, records })
    }
    return {
      init: done => {
        // Known from the answer alone: what takes effect late, and was given up, fences its asker.
        const begun: LogDone<number> = answer => {
          if (answer.error !== undefined) return done(answer)
          epoch = answer.value
          return done({ value: undefined })
        }
        call('init', begun, () => {
          if (id.open !== undefined) {
            id.epoch++
            this.#decide(id, 'aborted')
          }
          if (id.ending !== undefined) return error('busy')
          return { value: ++id.epoch }
        })
      },
      send: (records, done) =>
        call(
          'send',
          done,
          () => {
            if (epoch !== id.epoch) return error('fenced')
            id.open ??= { state: 'open', isDecided: false, partitions: new Set() }
            return { value: this.#append(records, id.open) }
          },
          records,
        ),
      end: (how, done) =>
        call(how, done, () => {
          if (epoch !== id.epoch || id.open === undefined) return error('fenced')
          this.#decide(id, how === 'commit' ? 'committed' : 'aborted')
          return { value: undefined }
        }),
      close: () => {
        isClosed = true
      },
    }
  }

  // How it works.

  #ask<T>(
    what: string,
    done: LogDone<T>,
    effect: () => LogAnswer<T>,
    more: { blocked?: () => boolean; records?: readonly PartitionRecords[] | undefined } = {},
  ): Asked {
    this.calls.push(what)
    let answer: LogAnswer<T> = error('unavailable')
    const told = (value: LogAnswer<T>) => {
      if (one.isAnswered) return
      one.isAnswered = true
      done(value)
    }
    const one: Pending = {
      what,
      isBlocked: more.blocked ?? (() => false),
      hasEffect: false,
      isAnswered: false,
      effect: () => {
        const refused = this.refusal(what, more.records)
        answer = refused === undefined ? effect() : error(refused)
      },
      answer: () => told(answer),
      fail: code => told(error(code)),
    }
    this.pending.push(one)
    return {
      cancel: () => {
        one.isAnswered = true
        this.#forget(one)
      },
    }
  }

  #forget(one: Pending): void {
    const at = this.pending.indexOf(one)
    if (at >= 0) this.pending.splice(at, 1)
  }

  #idOf(name: string): Id {
    const there = this.#ids.get(name) ?? { epoch: 0, open: undefined, ending: undefined }
    this.#ids.set(name, there)
    return there
  }

  #decide(id: Id, state: 'committed' | 'aborted'): void {
    const { open } = id
    if (open === undefined) return
    open.state = state
    id.open = undefined
    id.ending = open
  }

  #append(
    records: readonly PartitionRecords[],
    transaction: Transaction | undefined,
  ): readonly number[] {
    return records.map(one => {
      const name = nameOf(one)
      const first = this.#kept(name).length
      transaction?.partitions.add(name)
      for (const record of one.records) this.#keep(name, record, transaction)
      return first
    })
  }

  #kept(name: string): Kept[] {
    const there = this.#partitions.get(name) ?? []
    this.#partitions.set(name, there)
    return there
  }

  #keep(name: string, record: NewRecord | undefined, transaction: Transaction | undefined): void {
    this.#kept(name).push({ record, transaction })
  }

  #end(name: string, isolation: Isolation): number {
    const kept = this.#kept(name)
    const end = kept.length
    if (isolation === 'uncommitted') return end
    const open = kept.findIndex(({ transaction }) => transaction?.isDecided === false)
    return open === -1 ? end : Math.min(open, end)
  }

  #read(name: string, from: number, isolation: Isolation) {
    const end = this.#end(name, isolation)
    const records: StoredRecord[] = []
    for (let offset = from; offset < end; offset++) {
      const { record, transaction } = this.#kept(name)[offset] as Kept
      const isHidden = isolation === 'committed' && transaction?.state === 'aborted'
      if (record !== undefined && !isHidden) records.push({ ...record, offset })
    }
    return { records, position: Math.max(from, end) }
  }
}
