/**
 * What all brokers of a simulated log are together: topics, partitions, coordinators, and what they
 * answer to each request when it arrives. Clients know them through the wire alone.
 */

import { utf8Of } from '../../../../src/base/bytes.ts'
import { hash32 } from '../../../../src/base/hash.ts'
import type {
  Fetched,
  FetchOptions,
  Isolation,
  Partition,
  PartitionRecords,
  StoredRecord,
} from '../../../../src/base/stream-log.ts'
import { US_PER_MS } from '../clock.ts'
import { type Claim, SimCoordinator } from './coordinator.ts'
import type { Life, Verdict } from './entries.ts'
import { BROKERS, type Ends, type LogParts, type SimPartition } from './partition.ts'
import type { Replied, Reply, ReplyCode } from './replies.ts'
import { SimTopics, sizeOf } from './topics.ts'

const COORDINATORS = 3

/** A partition, and since when its leader leads as far as the asker knows. */
export interface Place extends Partition {
  readonly leaderEpoch: number
}

export interface Fetching extends FetchOptions {
  readonly place: Place
  readonly offset: number
}

export class Brokers {
  cluster = 'simulated-log'
  /** Topics and transactional ids that nobody may touch. */
  readonly denied = new Set<string>()
  readonly topics: SimTopics
  readonly coordinators: readonly SimCoordinator[]
  readonly #parts: LogParts
  #producers = 0

  constructor(parts: LogParts) {
    this.#parts = parts
    this.topics = new SimTopics(parts, BROKERS)
    this.coordinators = Array.from({ length: COORDINATORS }, () => {
      return new SimCoordinator(parts, () => 1000 + this.#producers++)
    })
  }

  coordinator(transactionalId: string): SimCoordinator {
    const at = hash32(utf8Of(transactionalId)) % COORDINATORS
    return this.coordinators[at] as SimCoordinator
  }

  drop(topic: string): Reply<void> {
    const gone = this.topics.drop(topic)
    if (gone.code !== undefined) return gone
    for (const coordinator of this.coordinators) {
      for (const partition of gone.value) coordinator.forget(partition)
    }
    return { value: undefined }
  }

  begin(id: string, timeoutMs: number, replied: Replied<Life>): void {
    if (this.denied.has(id)) {
      replied({ code: 'denied' })
      return
    }
    this.coordinator(id).begin(id, timeoutMs, replied)
  }

  addPartitions(claim: Claim, all: readonly Partition[], replied: Replied<void>): void {
    const found: SimPartition[] = []
    for (const one of all) {
      const partition = this.#found(one)
      if (typeof partition === 'string') {
        replied({ code: partition })
        return
      }
      found.push(partition)
    }
    this.coordinator(claim.transactionalId).add(claim, found, replied)
  }

  end(claim: Claim, verdict: Verdict, replied: Replied<void>): void {
    this.coordinator(claim.transactionalId).end(claim, verdict, replied)
  }

  /** Outside of any transaction without a claim. */
  produce(
    leaderEpoch: number,
    part: PartitionRecords,
    claim: Claim | undefined,
    replied: Replied<number>,
  ): void {
    const partition = this.#found(part)
    if (typeof partition === 'string') {
      replied({ code: partition })
      return
    }
    if (partition.leaderEpoch !== leaderEpoch) {
      replied({ code: 'led-by-another' })
      return
    }
    if (this.topics.isTooLarge(part)) {
      replied({ code: 'too-large' })
      return
    }
    const isNew = claim !== undefined && !partition.entries.isOpen(claim)
    const no = isNew ? this.#refusal(claim, partition) : undefined
    if (no !== undefined) {
      replied({ code: no })
      return
    }
    const life = claim && { producer: claim.producer, epoch: claim.epoch }
    partition.append(part.records, life, replied)
  }

  listOffset(place: Place, which: 'start' | Isolation): Reply<number> {
    const partition = this.#found(place)
    if (typeof partition === 'string') return { code: partition }
    const ends = partition.ends(place.leaderEpoch)
    if (ends === undefined) return { code: 'not-leader' }
    if (ends.isStale) this.#parts.tally.hit('stale-leader')
    if (which === 'start') return { value: ends.start }
    if (!ends.isStale && !partition.isEndKnown) {
      this.#parts.tally.hit('end-unknown')
      return { code: 'end-unknown' }
    }
    return { value: which === 'committed' ? ends.stable : ends.end }
  }

  deleteRecords(place: Place, before: number): Reply<void> {
    const partition = this.#led(place)
    return typeof partition === 'string' ? { code: partition } : partition.deleteBefore(before)
  }

  /** Waits at the broker; ends the wait, unanswered, when the answer is called. */
  fetch(fetching: Fetching, replied: Replied<Fetched>): () => void {
    const partition = this.#found(fetching.place)
    if (typeof partition === 'string') {
      replied({ code: partition })
      return () => {}
    }
    let isOver = false
    let isTimeOver = fetching.waitMs === 0
    const end = (): void => {
      isOver = true
      stopWatching()
    }
    const look = (): void => {
      if (isOver) return
      const reply = this.#fetched(partition, fetching, isTimeOver)
      if (reply === undefined) return
      end()
      replied(reply)
    }
    const stopWatching = partition.watch(look)
    this.#parts.queue.after(fetching.waitMs * US_PER_MS, {
      fire: () => {
        isTimeOver = true
        look()
      },
    })
    look()
    return end
  }

  /** undefined: there is nothing to tell yet. */
  #fetched(
    partition: SimPartition,
    how: Fetching,
    isTimeOver: boolean,
  ): Reply<Fetched> | undefined {
    const { place, offset, isolation } = how
    const ends = partition.ends(place.leaderEpoch)
    if (ends === undefined) return { code: 'not-leader' }
    const no = outOfRange(partition, ends, offset)
    if (no !== undefined) return { code: no }
    const bound = isolation === 'committed' ? ends.stable : ends.end
    if (offset >= bound && !isTimeOver) return undefined
    if (ends.isStale) this.#parts.tally.hit('stale-leader')
    if (!partition.isEndKnown) this.#parts.tally.hit('end-lags')
    const { records, position } = this.#taken(partition, how, bound)
    return { value: { records, position, seenEnd: ends.end } }
  }

  #taken(partition: SimPartition, { offset, isolation, maxBytes }: Fetching, bound: number) {
    const { prng, tally, profile } = this.#parts
    const all = partition.read(offset, bound, isolation)
    let count = countWithin(all, maxBytes)
    if (count > 1 && prng.chance(profile.shortFetches)) {
      tally.hit('short-fetch')
      count = prng.between(1, count - 1)
    }
    const records = all.slice(0, count)
    const last = records.at(-1)
    const isCut = last !== undefined && count < all.length
    return { records, position: isCut ? last.offset + 1 : Math.max(offset, bound) }
  }

  #refusal(claim: Claim, partition: SimPartition): ReplyCode | undefined {
    return this.coordinator(claim.transactionalId).judge(claim, partition)
  }

  #found(at: Partition): SimPartition | ReplyCode {
    if (this.denied.has(at.topic)) return 'denied'
    return this.topics.find(at) ?? 'unknown-topic'
  }

  #led(place: Place): SimPartition | ReplyCode {
    const partition = this.#found(place)
    if (typeof partition === 'string') return partition
    const isLed = partition.isLed && partition.leaderEpoch === place.leaderEpoch
    return isLed ? partition : 'not-leader'
  }
}

/** One that leads no more, and knows of nothing there, sends the asker on. */
function outOfRange(partition: SimPartition, ends: Ends, offset: number): ReplyCode | undefined {
  if (offset < ends.start) return 'out-of-range'
  if (offset <= ends.end) return undefined
  if (ends.isStale) return 'not-leader'
  return offset > partition.entries.end ? 'out-of-range' : undefined
}

/** A first record that is larger comes alone. */
function countWithin(records: readonly StoredRecord[], maxBytes: number): number {
  let bytes = 0
  let count = 0
  for (const record of records) {
    bytes += sizeOf(record)
    if (count > 0 && bytes > maxBytes) break
    count++
  }
  return count
}
