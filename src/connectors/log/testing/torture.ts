/**
 * What was asked of a log, what it promised, and whether that is what a later life finds. Whatever
 * was not promised is there whole or not at all; once that is seen, it stays so.
 */

import { utf8Of } from '../../../base/bytes.ts'
import { invariant } from '../../../base/errors.ts'
import type { Prng } from '../../../base/prng.ts'
import type {
  Fetched,
  Isolation,
  LogAnswer,
  LogError,
  Partition,
  TransactionalProducer,
} from '../../../base/stream-log.ts'
import type { CrashDisk } from '../../../base/testing/crash-disk.ts'
import { LogClient } from '../client.ts'
import { StillLog, smallLimits } from './still-log.ts'

const PARTITIONS = 3
const IDS = 3
const SIZE_MAX = 300
const WAIT_MS = 100
const TRANSACTION_MS = 60_000
/** Three records of that size, as they are written; an answer may end with one that goes over. */
const BLOCK_BYTES = 1100
const decoder = new TextDecoder()

/** Records that are there together or not at all; in a transaction, once that is decided. */
interface Group {
  readonly texts: ReadonlyMap<string, number>
  readonly transaction: Transaction | undefined
  state: 'asked' | 'there' | 'absent'
}

interface Transaction {
  state: 'open' | 'commit-asked' | 'abort-asked' | 'commit' | 'abort'
}

interface Owner {
  producer: TransactionalProducer | undefined
  transaction: Transaction | undefined
  isAsking: boolean
  /** Since when he has done nothing, or what he has open is open. */
  sinceMs: number
}

const at = (partition: number): Partition => ({ topic: 't', partition })

export class Torture {
  readonly #prng: Prng
  readonly #groups: Group[] = []
  /** What any reader was shown, decided or not. */
  readonly #watched = new Set<string>()
  /** Where a text went, as it was told. */
  readonly #offsets = new Map<string, number>()
  readonly #deleted = Array.from({ length: PARTITIONS }, () => 0)
  #owners: Owner[] = []
  /** A reader was shown what its writer was not told of: the moment to cut the power. */
  isEarly = false
  /** Time passes so far at once, in this life. */
  #leapMs: number = smallLimits.idsMs
  #texts = 0
  /** To whichever log runs: clients outlive it, as those behind a wire do. */
  readonly #client = new LogClient({
    isOneProcess: true,
    ask: (...call) => this.still.log.ask(...call),
  })
  still: StillLog

  constructor(prng: Prng, disk: CrashDisk) {
    this.#prng = prng
    this.still = new StillLog(disk)
    this.still.topic('t', PARTITIONS)
    this.#newOwners()
  }

  get promised(): number {
    return this.#groups.filter(({ state }) => state === 'there').length
  }

  act(): void {
    const dice = this.#prng.below(100)
    const owner = this.#prng.pick(this.#owners)
    if (this.#prng.chance(0.3)) this.#look()
    if (this.#prng.chance(0.1)) this.still.clock.goOn(this.#prng.below(WAIT_MS))
    if (this.#prng.chance(0.04)) this.still.clock.goOn(this.#prng.below(this.#leapMs))
    if (dice < 30) this.#append()
    else if (dice < 35) this.#forget()
    else if (owner.isAsking) return
    else if (owner.producer === undefined) this.#begin(owner)
    else if (dice < 75) this.#send(owner, owner.producer)
    else if (owner.transaction !== undefined) this.#end(owner, owner.producer, owner.transaction)
  }

  /** On the disk as it is now: throws when it is not what was promised. */
  reopen(disk: CrashDisk): void {
    this.still = new StillLog(disk)
    this.isEarly = false
    this.#leapMs = this.#prng.pick([1, 2, 4]) * (smallLimits.idsMs / 2)
    for (const owner of this.#owners) if (this.#prng.chance(0.5)) this.#endLate(owner)
    this.#newOwners()
    // Whoever takes the ids anew finds everything decided; until then, what was committed behind a
    // transaction that is still open is not seen.
    for (const owner of this.#owners) this.#begin(owner)
    this.still.settle()
    this.#resolve()
    for (const { transaction } of this.#groups) {
      if (transaction?.state === 'open') transaction.state = 'abort'
    }
    this.check()
  }

  check(): void {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const seen = this.still.read(at(partition), 'committed')
      const all = this.still.read(at(partition), 'uncommitted')
      this.#checkOne(partition, [...seen], new Set(all.values()))
    }
  }

  #checkOne(
    partition: number,
    seen: readonly (readonly [offset: number, text: string])[],
    all: ReadonlySet<string>,
  ): void {
    const texts = seen.map(([, text]) => text)
    invariant(new Set(texts).size === texts.length, 'nothing is seen twice')
    const known = new Map(this.#groups.flatMap(one => [...one.texts.keys()].map(t => [t, one])))
    for (const text of all) {
      invariant(known.get(text)?.state !== 'absent', 'what was absent stays so', text)
      invariant(known.has(text), 'nothing is there that nobody sent', text)
    }
    for (const [text, { transaction, state, texts: own }] of known) {
      if (own.get(text) !== partition || state !== 'there') continue
      const isSeen = texts.includes(text)
      const mustBeSeen = transaction === undefined || transaction.state === 'commit'
      const isGone = this.#isGone(text, partition)
      if (mustBeSeen) invariant(isSeen || isGone, 'what was promised is seen', text)
      if (this.#watched.has(text)) invariant(all.has(text) || isGone, 'what was shown stays', text)
      if (transaction?.state === 'abort') invariant(!isSeen, 'what was aborted is hidden', text)
    }
  }

  /** What was not promised is found to be there or not, and its transactions to be ended or not. */
  #resolve(): void {
    const read = (isolation: 'committed' | 'uncommitted') =>
      every().map(partition => {
        const found = this.still.read(at(partition), isolation)
        for (const [offset, text] of found) this.#offsets.set(text, offset)
        return new Set(found.values())
      })
    const [all, seen] = [read('uncommitted'), read('committed')]
    for (const group of this.#groups) {
      // Of one whose time was over, and was aborted, some may be deleted.
      const texts = [...group.texts].filter(([text, partition]) => !this.#isGone(text, partition))
      if (group.state === 'asked') {
        const count = texts.filter(([text, partition]) => all[partition]?.has(text)).length
        invariant(count === 0 || count === texts.length, 'what is written is there whole')
        group.state = count === 0 && texts.length > 0 ? 'absent' : 'there'
      }
      const { transaction } = group
      if (!(transaction?.state === 'commit-asked' || transaction?.state === 'abort-asked')) continue
      const isSeen = texts.some(([text, partition]) => seen[partition]?.has(text))
      if (transaction.state === 'abort-asked') transaction.state = 'abort'
      else transaction.state = isSeen ? 'commit' : 'abort'
    }
    for (const { transaction, state } of this.#groups) {
      if (transaction?.state === 'commit') {
        invariant(state === 'there', 'what is committed is there whole')
      }
    }
  }

  #isGone(text: string, partition: number): boolean {
    const offset = this.#offsets.get(text) ?? Number.POSITIVE_INFINITY
    return offset < (this.#deleted[partition] ?? 0)
  }

  #append(): void {
    const group = this.#group(undefined)
    this.still.client.append(partsOf(group), answer => this.#written(group, answer))
  }

  /** Of what is there or of what is next, some at once. */
  #look(): void {
    const isolation = this.#prng.chance(0.5) ? 'committed' : 'uncommitted'
    const partition = this.#prng.below(PARTITIONS)
    const start = this.#deleted[partition] ?? 0
    const back = this.#prng.below(3)
    if (this.#prng.chance(0.5)) this.#fetch(at(partition), start, isolation)
    else {
      this.still.client.end(at(partition), isolation, answer => {
        if (answer.error !== undefined) return
        this.#fetch(at(partition), Math.max(start, answer.value - back), isolation)
      })
    }
  }

  /** Who is answered has been shown what no power cut takes. */
  #fetch(from: Partition, offset: number, isolation: Isolation): void {
    const how = { isolation, maxBytes: this.#prng.below(2 * SIZE_MAX), waitMs: WAIT_MS }
    const { client } = this.still
    for (let left = this.#prng.between(1, 4); left > 0; left--) {
      client.fetch(from, offset, how, answer => {
        const { loadingBytes } = this.still.log
        const most = smallLimits.loadBytesMax + how.maxBytes + BLOCK_BYTES
        invariant(loadingBytes <= most, 'what is read at once is bounded', loadingBytes)
        if (answer.error === undefined) this.#shown(answer.value, isolation)
      })
    }
  }

  #shown({ records }: Fetched, isolation: Isolation): void {
    const known = new Map(this.#groups.flatMap(one => [...one.texts.keys()].map(t => [t, one])))
    for (const { value } of records) {
      const text = decoder.decode(value ?? undefined)
      const group = known.get(text)
      this.isEarly ||= !this.#offsets.has(text)
      invariant(group !== undefined, 'nobody is shown what nobody sent')
      invariant(group.state !== 'absent', 'nobody is shown what was absent')
      group.state = 'there'
      this.#watched.add(text)
      const { transaction } = group
      if (isolation === 'uncommitted' || transaction === undefined) continue
      invariant(/^commit/.test(transaction.state), 'what is not committed is hidden')
      this.#decided(transaction, 'commit')
    }
  }

  #begin(owner: Owner): void {
    owner.isAsking = true
    const transactionalId = `id-${this.#owners.indexOf(owner)}`
    const producer = this.#client.producer({ transactionalId, timeoutMs: TRANSACTION_MS })
    producer.init(answer => {
      owner.isAsking = false
      owner.sinceMs = this.#nowMs
      if (answer.error === undefined) owner.producer = producer
    })
  }

  #send(owner: Owner, producer: TransactionalProducer): void {
    const sinceMs = owner.transaction === undefined ? this.#nowMs : owner.sinceMs
    owner.transaction ??= { state: 'open' }
    owner.isAsking = true
    const group = this.#group(owner.transaction)
    producer.send(partsOf(group), answer => {
      owner.isAsking = false
      if (answer.error === undefined) {
        owner.sinceMs = sinceMs
        this.#placed(group, answer.value)
      } else this.#lost(owner, answer.error)
    })
  }

  /** He begins anew: nothing more is sent into what he had open. */
  #lost(owner: Owner, { code }: LogError): void {
    const silentMs = this.#nowMs - owner.sinceMs
    const isOld = silentMs >= Math.min(smallLimits.idsMs, TRANSACTION_MS)
    invariant(code !== 'fenced' || isOld, 'who goes on is not forgotten', silentMs)
    owner.producer = undefined
    owner.transaction = undefined
  }

  #end(owner: Owner, producer: TransactionalProducer, transaction: Transaction): void {
    const how = this.#prng.chance(0.6) ? 'commit' : 'abort'
    transaction.state = `${how}-asked`
    owner.transaction = undefined
    owner.isAsking = true
    producer.end(how, answer => {
      owner.isAsking = false
      if (answer.error === undefined) this.#decided(transaction, how)
      else this.#lost(owner, answer.error)
      owner.sinceMs = this.#nowMs
    })
  }

  /** By a client of the log as it was before, who was answered all that he sent. */
  #endLate({ producer, transaction, isAsking }: Owner): void {
    if (producer === undefined || transaction === undefined || isAsking) return
    transaction.state = 'commit-asked'
    const answer = this.still.answer<void>(done => producer.end('commit', done))
    if (answer.error === undefined) this.#decided(transaction, 'commit')
  }

  #decided(transaction: Transaction, how: 'commit' | 'abort'): void {
    transaction.state = how
    for (const group of this.#groups) if (group.transaction === transaction) group.state = 'there'
  }

  /** Only what is decided. */
  #forget(): void {
    const partition = this.#prng.below(PARTITIONS)
    this.still.client.end(at(partition), 'committed', answer => {
      if (answer.error !== undefined) return
      const before = Math.max(this.#deleted[partition] ?? 0, answer.value - this.#prng.below(12))
      this.#deleted[partition] = before
      this.still.client.deleteRecords(at(partition), before, () => {})
    })
  }

  #written(group: Group, answer: LogAnswer<readonly number[]>): void {
    if (answer.error !== undefined) return
    group.state = 'there'
    this.#placed(group, answer.value)
  }

  #placed(group: Group, offsets: readonly number[]): void {
    for (const [i, partition] of [...new Set(group.texts.values())].entries()) {
      let offset = offsets[i] ?? 0
      for (const [text, where] of group.texts) {
        if (where === partition) this.#offsets.set(text, offset++)
      }
    }
  }

  get #nowMs(): number {
    return this.still.clock.monotonicMs()
  }

  #group(transaction: Transaction | undefined): Group {
    const texts = new Map<string, number>()
    const count = this.#prng.between(1, PARTITIONS)
    for (const partition of this.#prng.shuffle(every()).slice(0, count)) {
      for (let left = this.#prng.between(1, 3); left > 0; left--) {
        texts.set(`${this.#texts++}-${'x'.repeat(this.#prng.below(SIZE_MAX))}`, partition)
      }
    }
    const group: Group = { texts, transaction, state: 'asked' }
    this.#groups.push(group)
    return group
  }

  #newOwners(): void {
    this.#owners = Array.from({ length: IDS }, () => {
      return { producer: undefined, transaction: undefined, isAsking: false, sinceMs: 0 }
    })
  }
}

const every = () => Array.from({ length: PARTITIONS }, (_, partition) => partition)

function partsOf({ texts }: Group) {
  return [...new Set(texts.values())].map(partition => ({
    ...at(partition),
    records: [...texts]
      .filter(([, where]) => where === partition)
      .map(([text]) => ({ key: null, value: utf8Of(text), headers: [], timestampMs: 1 })),
  }))
}
