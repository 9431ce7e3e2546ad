/**
 * The state of one simulated partition at its brokers: its entries, how far enough copies have
 * them, and what whoever leads it knows of that. A new leader has all that was acknowledged, but
 * learns late that it was; the one before, which may have stood still, answers questions for a
 * while as if nothing had happened since.
 */

import { invariant } from '../../../../src/base/errors.ts'
import type { Prng } from '../../../../src/base/prng.ts'
import type { Isolation, NewRecord, StoredRecord } from '../../../../src/base/stream-log.ts'
import {
  AbortedFilter,
  type AbortedTransaction,
} from '../../../../src/connectors/kafka/batch/aborted.ts'
import type { EventQueue } from '../clock.ts'
import { US_PER_MS } from '../clock.ts'
import { Entries, type Entry, type Life, type Transaction, type Verdict } from './entries.ts'
import type { LogFaultKind, LogProfile } from './faults.ts'
import type { Replied, Reply } from './replies.ts'

export interface LogParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly tally: { hit(kind: LogFaultKind): void }
  /** May be changed while it runs. */
  profile: LogProfile
}

/** Simulated time cannot be asked for what is much further ahead. */
export const AHEAD_MS_MAX = 300_000

/** A marker says who decided; one that comes from a coordinator of before is not believed. */
export interface Marker extends Life {
  readonly verdict: Verdict
  readonly coordinatorEpoch: number
}

/** What is known of the ends by whoever answers. */
export interface Ends {
  readonly start: number
  readonly end: number
  readonly stable: number
  readonly isStale: boolean
}

interface Waiting {
  /** Acknowledged when enough copies have all before it. */
  readonly end: number
  readonly tell: (reply: Reply<void>) => void
}

/** The leader before, as it was, until it hears that it leads no more. */
interface Past extends Ends {
  readonly leaderEpoch: number
  readonly untilUs: number
  tellers: number
}

export interface Replacing {
  /** For so long the one before answers as if it led. */
  readonly staleMs: number
  /** Of the brokers so many take it for the leader; else one. */
  readonly tellers?: number
  onReplaced(): void
}

export const BROKERS = 3
/** Of what was written outside of any transaction. */
const NOBODY = -1
/** A leader learns later that it was replaced than its successor learns the end. */
const STALE_TIMES = 10
/** By how many entries the end that a new leader shows may lag at most. */
const LAG_MAX = 20

export class SimPartition {
  leaderEpoch = 0
  /** Its leader moves while the next records are copied. */
  isToMove = false
  readonly entries = new Entries()
  readonly #parts: LogParts
  readonly #watchers = new Set<() => void>()
  readonly #coordinators = new Map<number, number>()
  #waiting: Waiting[] = []
  #start = 0
  /** Enough copies have all before it. */
  #copied = 0
  /** What a new leader takes for the end, until it knows. */
  #shown: number | undefined
  #past: Past | undefined
  #toReplace: Replacing | undefined
  #isLed = true

  constructor(parts: LogParts) {
    this.#parts = parts
  }

  append(records: readonly NewRecord[], life: Life | undefined, replied: Replied<number>): void {
    invariant(records.length > 0, 'records-to-append')
    if (!this.#isLed) {
      replied({ code: 'not-leader' })
      return
    }
    if (life !== undefined && life.epoch < (this.entries.epochOf(life.producer) ?? 0)) {
      replied({ code: 'fenced' })
      return
    }
    const first = this.entries.end
    this.entries.append(records, life)
    this.#copy(reply => replied(reply.code === undefined ? { value: first } : reply))
  }

  mark({ verdict, coordinatorEpoch, ...life }: Marker, replied: Replied<void>): void {
    if (!this.#isLed) {
      replied({ code: 'not-leader' })
      return
    }
    const known = this.#coordinators.get(life.producer) ?? 0
    if (coordinatorEpoch < known) {
      replied({ code: 'fenced' })
      return
    }
    this.#coordinators.set(life.producer, coordinatorEpoch)
    if (life.epoch < (this.entries.epochOf(life.producer) ?? 0)) {
      replied({ value: undefined })
      return
    }
    this.entries.mark(life, verdict)
    this.#copy(replied)
  }

  /** As whoever the asker takes for the leader knows them. */
  ends(leaderEpoch: number): Ends | undefined {
    const past = this.#livingPast()
    if (past?.leaderEpoch === leaderEpoch) return past
    return this.#isLed && leaderEpoch === this.leaderEpoch ? this.#ends() : undefined
  }

  /** Whom some broker takes for the leader: it may be the one before that is asked. */
  get toldEpoch(): number {
    const past = this.#livingPast()
    return past !== undefined && this.#parts.prng.chance(past.tellers / BROKERS)
      ? past.leaderEpoch
      : this.leaderEpoch
  }

  #livingPast(): Past | undefined {
    return this.#past !== undefined && this.#parts.queue.nowUs < this.#past.untilUs
      ? this.#past
      : undefined
  }

  /** Whether the leader knows all that was acknowledged. */
  get isEndKnown(): boolean {
    return this.#isLed && this.#shown === undefined
  }

  get isLed(): boolean {
    return this.#isLed
  }

  /** -1: all. */
  deleteBefore(offset: number): Reply<void> {
    if (!this.#isLed) return { code: 'not-leader' }
    const { end } = this.#ends()
    const before = offset === -1 ? end : offset
    if (before < 0 || before > end) return { code: 'out-of-range' }
    this.#start = Math.max(this.#start, before)
    return { value: undefined }
  }

  /** Called whenever an end moves; ends when the answer is called. */
  watch(onMoved: () => void): () => void {
    this.#watchers.add(onMoved)
    return () => void this.#watchers.delete(onMoved)
  }

  /**
   * What nobody was told of yet may be lost; nobody leads for a while. The one before answers
   * questions as it did, unless it is dead. `lag`: of the end that the next one shows at first.
   */
  moveLeader(isDead = false, lag?: number, staleMs?: number): void {
    const { queue, prng, tally, profile } = this.#parts
    tally.hit('leader-moves')
    const drawnUs = STALE_TIMES * prng.below(profile.lagMsMax * US_PER_MS)
    const untilUs = queue.nowUs + (staleMs === undefined ? drawnUs : staleMs * US_PER_MS)
    const { leaderEpoch: epoch } = this
    const past = { ...this.#ends(), isStale: true, leaderEpoch: epoch, untilUs, tellers: 1 }
    this.#past = isDead ? undefined : past
    this.leaderEpoch++
    this.#isLed = false
    this.#loseTail()
    const least = Math.max(this.#start, this.#copied - (lag ?? LAG_MAX))
    this.#shown = lag === undefined ? prng.between(least, this.#copied) : least
    const { leaderEpoch } = this
    const ledUs = 1 + prng.below(profile.moveMsMax * US_PER_MS)
    const knownUs = ledUs + prng.below(profile.lagMsMax * US_PER_MS)
    this.#later(ledUs, leaderEpoch, () => {
      this.#isLed = true
      this.#moved()
    })
    this.#later(knownUs, leaderEpoch, () => this.#copiedUpTo(this.entries.end))
  }

  /**
   * As soon as nothing is open here: what the one before tells from then on is whole, and looks
   * like all there is. undefined: not any more.
   */
  replaceLeader(replacing: Replacing | undefined): void {
    this.#toReplace = replacing
    this.#maybeReplace()
  }

  /** What is visible to everybody in the end, as far as it is decided and on enough copies. */
  committed(): readonly StoredRecord[] {
    return this.slice(0, this.entries.stableBefore(this.#copied), 'committed')
  }

  /** All that enough copies have, be it visible or not. */
  copied(from = 0): readonly Entry[] {
    const length = Math.max(0, this.#copied - from)
    return Array.from({ length }, (_, at) => this.entries.at(from + at))
  }

  get start(): number {
    return this.#start
  }

  /**
   * What a reader makes of an answer: he is shown all that lies there, and told what was aborted,
   * as Kafka does it.
   */
  read(from: number, to: number, isolation: Isolation): readonly StoredRecord[] {
    if (isolation === 'uncommitted') return this.slice(from, to, isolation)
    const entries = Array.from({ length: Math.max(0, to - from) }, (_, i) =>
      this.entries.at(from + i),
    )
    const filter = new AbortedFilter(aborted(entries))
    return entries.flatMap((entry, i) => {
      const isSeen = filter.isSeen(writtenAs(entry, from + i), () => controlType(entry))
      return isSeen && entry.kind === 'record' ? entry.record : []
    })
  }

  /** Those that a reader may see. */
  slice(from: number, to: number, isolation: Isolation): readonly StoredRecord[] {
    const found: StoredRecord[] = []
    for (let offset = from; offset < to; offset++) {
      const entry = this.entries.at(offset)
      if (entry.kind === 'record' && isVisible(entry, isolation)) found.push(entry.record)
    }
    return found
  }

  #ends(): Ends {
    const end = this.#shown ?? this.#copied
    const stable = Math.max(this.#start, this.entries.stableBefore(end))
    return { start: this.#start, end, stable, isStale: false }
  }

  #copy(tell: (reply: Reply<void>) => void): void {
    const { end } = this.entries
    this.#waiting.push({ end, tell })
    const { prng, profile } = this.#parts
    const copiedUs = 1 + prng.below(2 * profile.copyMeanUs)
    if (this.isToMove) {
      this.isToMove = false
      this.#later(prng.below(copiedUs), this.leaderEpoch, () => this.moveLeader())
    }
    this.#later(copiedUs, this.leaderEpoch, () => this.#copiedUpTo(end))
  }

  /** Copies catch up with the leader, who hears of it: from now on it knows the end. */
  #copiedUpTo(end: number): void {
    this.#copied = Math.max(this.#copied, end)
    this.#shown = undefined
    const [told, waiting] = [this.#waiting, [] as Waiting[]]
    this.#waiting = waiting
    for (const one of told) {
      if (one.end <= this.#copied) one.tell({ value: undefined })
      else waiting.push(one)
    }
    this.#moved()
    this.#maybeReplace()
  }

  #maybeReplace(): void {
    const { entries } = this
    const replacing = this.#toReplace
    if (replacing === undefined || entries.stableBefore(this.#copied) < entries.end) return
    this.#toReplace = undefined
    this.moveLeader(false, 0, replacing.staleMs)
    if (this.#past !== undefined) this.#past.tellers = replacing.tellers ?? 1
    replacing.onReplaced()
  }

  /** What was written together is lost together. */
  #loseTail(): void {
    const { prng, tally } = this.#parts
    const told = this.#waiting
    this.#waiting = []
    const ends = [this.#copied, ...told.map(one => one.end), this.entries.end]
    const end = prng.pick([...new Set(ends)])
    if (end < this.entries.end) tally.hit('tail-lost')
    this.entries.truncate(end)
    for (const one of told) one.tell({ code: 'not-leader' })
  }

  #moved(): void {
    for (const onMoved of [...this.#watchers]) onMoved()
  }

  /** Happens if the same one leads, or is about to. */
  #later(delayUs: number, leaderEpoch: number, happen: () => void): void {
    this.#parts.queue.after(delayUs, {
      fire: () => {
        if (leaderEpoch === this.leaderEpoch) happen()
      },
    })
  }
}

function aborted(entries: readonly Entry[]): readonly AbortedTransaction[] {
  const found = new Set<Transaction>()
  for (const entry of entries) {
    if (entry.kind === 'record' && entry.transaction?.verdict === 'abort') {
      found.add(entry.transaction)
    }
  }
  return [...found].map(({ producer, first }) => ({ producerId: producer, firstOffset: first }))
}

function writtenAs(entry: Entry, offset: number) {
  const life = entry.kind === 'marker' ? entry.life : entry.transaction
  return {
    lastOffset: offset,
    isControl: entry.kind === 'marker',
    isTransactional: life !== undefined,
    producerId: life?.producer ?? NOBODY,
  }
}

/** Kafka writes 0 for an abort. */
function controlType(entry: Entry): number {
  return entry.kind === 'marker' && entry.ended?.verdict === 'abort' ? 0 : 1
}

function isVisible({ transaction }: Entry & { kind: 'record' }, isolation: Isolation): boolean {
  const isDecidedSo = transaction === undefined || transaction.verdict === 'commit'
  return isolation === 'uncommitted' || isDecidedSo
}
