/**
 * What is answered to a call that would change the log: the op that does it, an answer where there
 * is nothing to do, or a refusal. Nothing is changed here.
 */

import type {
  LogError,
  LogErrorCode,
  Partition,
  PartitionRecords,
} from '../../../base/stream-log.ts'
import type { AskedBy } from '../calls.ts'
import type { LogLimits } from '../limits.ts'
import { blocksOf, recordBytes } from './block.ts'
import type { Ledger } from './ledger.ts'
import type { Op, Part, Refusable } from './ops.ts'
import type { Partition as PartitionState } from './partition.ts'
import type { Life, Producer } from './producers.ts'
import { inForce, settingsTrouble } from './settings.ts'

export type Judgement =
  | { readonly op: Op; readonly error?: never }
  | { readonly op?: never; readonly error: LogError }
  /** There is nothing to do; the offsets of a send that was done before. */
  | { readonly op?: never; readonly error?: never; readonly offsets: readonly number[] }

const NAME = /^[A-Za-z0-9._-]{1,249}$/
const NO_NAME = /^\.\.?$/
const PARTITIONS_MAX = 1000
/** The rest of what a record is counted with against the limit of its topic, as Kafka counts. */
const BATCH_BYTES = 61

export function refused(code: LogErrorCode, message: string): { readonly error: LogError } {
  return { error: { code, message } }
}

type JudgeLimits = Pick<LogLimits, 'blocksMax' | 'partitionsMax' | 'producersMax' | 'timeoutMsMax'>

export class Judge {
  readonly #ledger: Ledger
  readonly #limits: JudgeLimits

  constructor(ledger: Ledger, limits: JudgeLimits) {
    this.#ledger = ledger
    this.#limits = limits
  }

  create({ topic, partitions, replication, settings }: AskedBy<'create'>): Judgement {
    if (this.#ledger.topic(topic) !== undefined) {
      return refused('topic-exists', `there is a topic ${topic} already; choose another name`)
    }
    const trouble = this.#trouble(topic, partitions, replication) ?? settingsTrouble(settings)
    if (trouble !== undefined) return refused('bad-settings', trouble)
    return { op: { kind: 'create', topic, partitions, settings: inForce(settings) } }
  }

  drop({ topic }: AskedBy<'drop'>): Judgement {
    if (this.#ledger.topic(topic) === undefined) return noTopic(topic)
    return { op: { kind: 'drop', topic } }
  }

  forget({ before, ...at }: AskedBy<'forget'>): Judgement {
    const found = this.find(at)
    if (found.error !== undefined) return found
    const { end, number } = found.value
    const offset = before === -1 ? end : before
    if (!(Number.isSafeInteger(offset) && offset >= 0 && offset <= end)) {
      return outOfRange(at, before, found.value)
    }
    return { op: { kind: 'forget', partition: number, before: offset } }
  }

  append({ parts }: AskedBy<'append'>): Judgement {
    const taken = this.#parts(parts)
    return taken.error === undefined ? { op: { kind: 'append', parts: taken.value } } : taken
  }

  begin({ transactionalId, timeoutMs }: AskedBy<'begin'>): Judgement {
    const { timeoutMsMax, producersMax } = this.#limits
    const { producers } = this.#ledger
    if (!(timeoutMs > 0 && timeoutMs <= timeoutMsMax) || transactionalId === '') {
      const may = `a transactional id and a timeout from 1 to ${timeoutMsMax} ms are needed`
      return refused('bad-settings', `${may}; ${transactionalId} came with ${timeoutMs}`)
    }
    if (producers.named(transactionalId) === undefined && producers.size >= producersMax) {
      const message = `the log has ${producersMax} transactional ids, and keeps no more`
      return refused('unavailable', `${message}; take old ones`)
    }
    return { op: { kind: 'begin', id: transactionalId, timeoutMs: Math.ceil(timeoutMs) } }
  }

  send({ parts, sequence, ...life }: AskedBy<'send'>): Judgement {
    const producer = this.#ledger.producers.claimed(life)
    if (producer === undefined) return fenced(life)
    if (sequence === producer.sequence && sequence > 0) return { offsets: producer.offsets }
    if (sequence !== producer.sequence + 1) return gap(producer, sequence)
    const taken = this.#parts(parts)
    if (taken.error !== undefined) return taken
    return { op: { kind: 'send', producer: producer.number, parts: taken.value } }
  }

  finish({ sequence, verdict, ...life }: AskedBy<'finish'>): Judgement {
    const producer = this.#ledger.producers.claimed(life)
    if (producer === undefined) return fenced(life)
    if (sequence !== producer.sequence) return gap(producer, sequence)
    if (producer.open.size === 0) return { offsets: [] }
    return { op: { kind: 'end', producer: producer.number, verdict } }
  }

  /** Transactions that were open for too long. */
  expired(nowMs: number): readonly Op[] {
    return [...this.#ledger.producers.all()]
      .filter(({ open, openedMs, timeoutMs }) => open.size > 0 && nowMs - openedMs >= timeoutMs)
      .map(({ number }) => ({ kind: 'expire', producer: number }))
  }

  /** How late it is, if somebody has done something since, and ids that are not used any more. */
  unused(wallMs: number, idsMs: number): readonly Op[] {
    const ops: Op[] = []
    let isUsed = false
    for (const { number, open, usedMs } of this.#ledger.producers.all()) {
      if (usedMs === 0) isUsed = true
      else if (open.size === 0 && wallMs - usedMs >= idsMs) {
        ops.push({ kind: 'dismiss', producer: number })
      }
    }
    return isUsed ? [{ kind: 'time', wallMs }, ...ops] : ops
  }

  /** Records that are too old, or too many. */
  retained(wallMs: number): readonly Op[] {
    const ops: Op[] = []
    for (const { settings, partitions } of this.#ledger.topics()) {
      const ageMs = Number(settings['retention.ms'])
      const bytes = Number(settings['retention.bytes'])
      if (ageMs < 0 && bytes < 0) continue
      const youngestMs = ageMs < 0 ? Number.NEGATIVE_INFINITY : wallMs - ageMs
      for (const one of partitions) {
        const before = one.retained(youngestMs, bytes < 0 ? Number.POSITIVE_INFINITY : bytes)
        if (before > one.start) ops.push({ kind: 'forget', partition: one.number, before })
      }
    }
    return ops
  }

  find({ topic, partition }: Partition): Refusable<PartitionState> {
    const found = this.#ledger.topic(topic)?.partitions[partition]
    return found === undefined ? noTopic(`${topic}/${partition}`) : { value: found }
  }

  #trouble(topic: string, partitions: number, replication: number): string | undefined {
    if (!NAME.test(topic) || NO_NAME.test(topic)) {
      return `"${topic}" is no name for a topic; take letters, digits, dots, dashes, underscores`
    }
    const isCount = Number.isSafeInteger(partitions) && partitions > 0
    if (!isCount || partitions > PARTITIONS_MAX || !(replication > 0)) {
      return `a topic has 1 to ${PARTITIONS_MAX} partitions, and a copy; say so`
    }
    const all = partitions + this.#ledger.partitions
    const { partitionsMax } = this.#limits
    return all > partitionsMax ? `the log has ${partitionsMax} partitions at most` : undefined
  }

  /** All of them or none. */
  #parts(parts: readonly PartitionRecords[]): Refusable<readonly Part[]> {
    const taken: Part[] = []
    if (this.#ledger.blocks >= this.#limits.blocksMax) {
      const message = `the log has ${this.#ledger.blocks} blocks, and keeps no more`
      const advice = 'delete old records, or let them be kept for less long'
      return refused('unavailable', `${message}; ${advice}`)
    }
    for (const part of parts) {
      const found = this.find(part)
      if (found.error !== undefined) return found
      const limit = Number(this.#ledger.topic(part.topic)?.settings['max.message.bytes'])
      const large = part.records.find(one => recordBytes(one) + BATCH_BYTES > limit)
      if (large !== undefined) {
        const message = `a record for ${part.topic} is larger than its max.message.bytes (${limit})`
        return refused('record-too-large', `${message}; make it smaller, or the limit larger`)
      }
      taken.push({ partition: found.value.number, blocks: blocksOf(part.records) })
    }
    return { value: taken }
  }
}

export function outOfRange(
  { topic, partition }: Partition,
  offset: number,
  { start, end }: { readonly start: number; readonly end: number },
): { readonly error: LogError } {
  const place = `${topic}/${partition} has offsets from ${start} to ${end}`
  return refused('offset-out-of-range', `${place}, and ${offset} is none of them; begin at one`)
}

export function noTopic(topic: string): { readonly error: LogError } {
  return refused('no-such-topic', `there is no ${topic} in this log; create it first`)
}

function fenced({ producer, epoch }: Life): { readonly error: LogError } {
  const who = `producer ${producer} in its life ${epoch}`
  return refused('fenced', `${who} was followed by another, or took too long; begin anew`)
}

function gap({ sequence }: Producer, said: number): { readonly error: LogError } {
  const message = `send ${sequence} is the last that is here, and not what comes before ${said}`
  return refused('unavailable', `${message}; begin anew`)
}
