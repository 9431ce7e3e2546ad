/**
 * Who decides the transactions of some transactional ids. A decision is answered when it is written
 * down; the markers that tell the partitions set out only then, and until all have landed nothing
 * else can be begun under the id. When another takes over, it knows what was written down, and
 * sends every marker of an unfinished decision again.
 */

import { invariant } from '../../../../src/base/errors.ts'
import { US_PER_MS } from '../clock.ts'
import type { Life, Verdict } from './entries.ts'
import { AHEAD_MS_MAX, type LogParts, type SimPartition } from './partition.ts'
import type { Replied, ReplyCode } from './replies.ts'

/** Kafka asks again and again, too, while nobody leads a partition. */
const MARKER_RETRY_US = 20_000

type State = 'empty' | 'ongoing' | 'commit' | 'abort'

/** A transactional id. */
interface Owned {
  readonly producer: number
  epoch: number
  timeoutMs: number
  state: State
  startedUs: number
  readonly partitions: Set<SimPartition>
  /** Something is being written down. */
  isPending: boolean
}

interface Write {
  readonly owned: Owned
  readonly happen: () => void
  readonly tell: (isWritten: boolean) => void
}

/** A life that somebody claims to be. */
export interface Claim extends Life {
  readonly transactionalId: string
}

export class SimCoordinator {
  /** Another takes over while the next thing is written down. */
  isToMove = false
  readonly #parts: LogParts
  readonly #newProducer: () => number
  readonly #owned = new Map<string, Owned>()
  readonly #writes = new Set<Write>()
  #epoch = 0
  #isLoaded = true

  constructor(parts: LogParts, newProducer: () => number) {
    this.#parts = parts
    this.#newProducer = newProducer
  }

  /** A new life; what the one before left open is aborted first, and this one has to ask again. */
  begin(id: string, timeoutMs: number, replied: Replied<Life>): void {
    if (!this.#isLoaded) {
      replied({ code: 'loading' })
      return
    }
    const owned = this.#owned.get(id) ?? this.#new(id)
    const trouble = this.#trouble(owned)
    if (trouble !== undefined) {
      replied({ code: trouble })
      return
    }
    if (owned.state === 'ongoing') {
      this.#fence(owned, () => replied({ code: this.#concurrent() }))
      return
    }
    const epoch = owned.epoch + 1
    const happen = (): void => {
      owned.epoch = epoch
      owned.timeoutMs = timeoutMs
    }
    this.#write(owned, happen, isWritten => {
      const { producer } = owned
      replied(isWritten ? { value: { producer, epoch } } : { code: 'not-coordinator' })
    })
  }

  /** The first opens a transaction. */
  add(claim: Claim, partitions: readonly SimPartition[], replied: Replied<void>): void {
    const owned = this.#claimed(claim)
    if (typeof owned === 'string') {
      replied({ code: owned })
      return
    }
    const trouble = this.#trouble(owned)
    if (trouble !== undefined) {
      replied({ code: trouble })
      return
    }
    if (partitions.every(one => owned.partitions.has(one))) {
      replied({ value: undefined })
      return
    }
    const happen = (): void => {
      if (owned.state === 'empty') {
        owned.state = 'ongoing'
        owned.startedUs = this.#parts.queue.nowUs
        this.#watchTime(owned, owned.epoch)
      }
      for (const one of partitions) owned.partitions.add(one)
    }
    this.#write(owned, happen, isWritten => {
      replied(isWritten ? { value: undefined } : { code: 'not-coordinator' })
    })
  }

  end(claim: Claim, verdict: Verdict, replied: Replied<void>): void {
    const owned = this.#claimed(claim)
    if (typeof owned === 'string') {
      replied({ code: owned })
      return
    }
    const trouble = this.#trouble(owned)
    if (trouble !== undefined) {
      replied({ code: trouble })
      return
    }
    if (owned.state === 'empty') {
      replied({ code: 'no-transaction' })
      return
    }
    this.#decide(owned, verdict, isWritten => {
      replied(isWritten ? { value: undefined } : { code: 'not-coordinator' })
    })
  }

  /** Whether the partition may take records of this life: asked by its leader. */
  judge(claim: Claim, partition: SimPartition): ReplyCode | undefined {
    const owned = this.#claimed(claim)
    if (typeof owned === 'string') return owned
    const isOpen = owned.state === 'ongoing' && owned.partitions.has(partition)
    return isOpen ? undefined : 'no-transaction'
  }

  /** Another decides from now on. What was about to be written down may be, or not. */
  move(): void {
    const { queue, prng, tally, profile } = this.#parts
    tally.hit('coordinator-moves')
    this.#epoch++
    this.#isLoaded = false
    const writes = [...this.#writes]
    this.#writes.clear()
    for (const { owned, happen, tell } of writes) {
      owned.isPending = false
      if (prng.chance(0.5)) happen()
      else tally.hit('transition-lost')
      tell(false)
    }
    const epoch = this.#epoch
    queue.after(1 + prng.below(profile.moveMsMax * US_PER_MS), {
      fire: () => {
        if (epoch === this.#epoch) this.#load()
      },
    })
  }

  /** A partition is no more: no marker is owed to it. */
  forget(partition: SimPartition): void {
    for (const owned of this.#owned.values()) owned.partitions.delete(partition)
  }

  /** Ids with a transaction that is not finished. */
  unfinished(): readonly string[] {
    return [...this.#owned].filter(([, { state }]) => state !== 'empty').map(([id]) => id)
  }

  /** Of something decided, not all markers are known to have landed: a move sends them again. */
  get isEnding(): boolean {
    return [...this.#owned.values()].some(isDeciding)
  }

  #load(): void {
    this.#isLoaded = true
    for (const owned of this.#owned.values()) {
      if (isDeciding(owned)) this.#sendMarkers(owned, true)
    }
  }

  #new(id: string): Owned {
    const owned: Owned = {
      producer: this.#newProducer(),
      epoch: -1,
      timeoutMs: 0,
      state: 'empty',
      startedUs: 0,
      partitions: new Set(),
      isPending: false,
    }
    this.#owned.set(id, owned)
    return owned
  }

  #claimed({ transactionalId, producer, epoch }: Claim): Owned | ReplyCode {
    if (!this.#isLoaded) return 'loading'
    const owned = this.#owned.get(transactionalId)
    if (owned?.producer === producer && owned.epoch === epoch) return owned
    this.#parts.tally.hit('fenced')
    return 'fenced'
  }

  #trouble(owned: Owned): ReplyCode | undefined {
    return owned.isPending || isDeciding(owned) ? this.#concurrent() : undefined
  }

  #concurrent(): ReplyCode {
    this.#parts.tally.hit('concurrent')
    return 'concurrent'
  }

  /** Whoever had the id is out, and what is open is aborted. */
  #fence(owned: Owned, done: () => void): void {
    this.#decide(owned, 'abort', done, 1)
  }

  #decide(owned: Owned, verdict: Verdict, tell: (isWritten: boolean) => void, epochs = 0): void {
    const happen = (): void => {
      owned.epoch += epochs
      owned.state = verdict
    }
    this.#write(owned, happen, isWritten => {
      if (isWritten) this.#sendMarkers(owned, false)
      tell(isWritten)
    })
  }

  /** Answered when it is on enough copies, unless another coordinator takes over before. */
  #write(owned: Owned, happen: () => void, tell: (isWritten: boolean) => void): void {
    invariant(!owned.isPending, 'one-transition-at-a-time')
    owned.isPending = true
    const write: Write = { owned, happen, tell }
    this.#writes.add(write)
    const { queue, prng, profile } = this.#parts
    const writtenUs = 1 + prng.below(2 * profile.copyMeanUs)
    if (this.isToMove) {
      this.isToMove = false
      this.#later(prng.below(writtenUs), () => this.move())
    }
    queue.after(writtenUs, {
      fire: () => {
        if (!this.#writes.delete(write)) return
        owned.isPending = false
        happen()
        tell(true)
      },
    })
  }

  #sendMarkers(owned: Owned, isAgain: boolean): void {
    const { prng, tally, profile } = this.#parts
    const owed = new Set(owned.partitions)
    for (const partition of owed) {
      if (isAgain) tally.hit('marker-again')
      const delayUs = 1 + prng.below(2 * profile.markerMeanUs)
      this.#later(delayUs, () => this.#sendMarker(owned, partition, owed))
    }
    if (owed.size === 0) this.#finish(owned)
  }

  #sendMarker(owned: Owned, partition: SimPartition, owed: Set<SimPartition>): void {
    const { state, producer, epoch } = owned
    invariant(state === 'commit' || state === 'abort', 'markers-follow-a-decision', state)
    const coordinatorEpoch = this.#epoch
    const landed = (): void => {
      owed.delete(partition)
      if (owed.size === 0) this.#finish(owned)
    }
    if (!owned.partitions.has(partition)) {
      landed()
      return
    }
    partition.mark({ producer, epoch, verdict: state, coordinatorEpoch }, reply => {
      if (coordinatorEpoch !== this.#epoch) return
      if (reply.code === undefined) landed()
      else this.#later(MARKER_RETRY_US, () => this.#sendMarker(owned, partition, owed))
    })
  }

  #finish(owned: Owned): void {
    const happen = (): void => {
      owned.state = 'empty'
      owned.partitions.clear()
    }
    this.#write(owned, happen, () => {})
  }

  /** Looks again and again until the transaction is over, or took too long. */
  #watchTime(owned: Owned, epoch: number): void {
    const { queue, prng, tally, profile } = this.#parts
    const { startedUs } = owned
    const look = (): void => {
      const isOther = owned.epoch !== epoch || owned.startedUs !== startedUs
      if (isOther || owned.state !== 'ongoing') return
      const isLate = queue.nowUs - startedUs >= owned.timeoutMs * US_PER_MS
      if (isLate && this.#isLoaded && !owned.isPending) {
        tally.hit('expired')
        this.#fence(owned, () => {})
      }
      queue.after(1 + prng.below(profile.expiryScanMs * US_PER_MS), { fire: look })
    }
    queue.after(Math.min(owned.timeoutMs, AHEAD_MS_MAX) * US_PER_MS, { fire: look })
  }

  #later(delayUs: number, happen: () => void): void {
    const epoch = this.#epoch
    this.#parts.queue.after(delayUs, {
      fire: () => {
        if (epoch === this.#epoch) happen()
      },
    })
  }
}

function isDeciding({ state }: Owned): boolean {
  return state === 'commit' || state === 'abort'
}
