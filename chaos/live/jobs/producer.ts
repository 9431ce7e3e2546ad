/**
 * Puts readings into the partitions of the job's input, so many a second. A key stands in one
 * partition; its readings count from 1; times never go back.
 */

import { utf8Of } from '../../../src/base/bytes.ts'
import type { Random } from '../../../src/base/env.ts'
import type { NewRecord, StreamLog } from '../../../src/base/stream-log.ts'
import type { Reading } from '../../oracle/drills/pairs.ts'
import { answerOf } from './backing.ts'
import { INPUT_PARTITIONS } from './job.ts'
import { Pace } from './pace.ts'

const BUCKETS = 7
const VALUES = 1000
const HOUR_MS = 3_600_000

export interface ProducerParts {
  readonly log: StreamLog
  /** Of `INPUT_PARTITIONS` partitions. */
  readonly topic: string
  readonly random: Random
  readonly perSecond: number
  readonly keys: number
  /** A reading is about to go to the log. */
  onPut?(reading: Reading): void
}

export class Producer {
  readonly #parts: ProducerParts
  readonly #counts: number[]
  #atMs = Date.now()
  readonly #pace = new Pace()
  /** Records that the log has taken, and appends of which nobody knows it. */
  taken = 0
  unknown = 0

  constructor(parts: ProducerParts) {
    this.#parts = parts
    this.#counts = Array.from({ length: parts.keys }, () => 0)
  }

  start(): void {
    this.#pace.start(this.#parts.perSecond, count => this.#put(count))
  }

  /** Behind it stands what closes all windows. */
  async stop(): Promise<void> {
    await this.#pace.stop()
    this.#atMs += HOUR_MS
    const last = Array.from({ length: INPUT_PARTITIONS }, (_, partition) => {
      return { partition, readings: [this.#reading(`close-${partition}`, 1)] }
    })
    await this.#append(last)
  }

  async #put(count: number): Promise<void> {
    const { random, keys } = this.#parts
    this.#atMs = Math.max(this.#atMs, Date.now())
    const lots = Array.from({ length: INPUT_PARTITIONS }, (_, partition) => ({
      partition,
      readings: [] as Reading[],
    }))
    for (let left = count; left > 0; left--) {
      const at = random.uint32() % keys
      const n = (this.#counts[at] ?? 0) + 1
      this.#counts[at] = n
      const reading = this.#reading(`k${at}`, n)
      this.#parts.onPut?.(reading)
      lots[at % INPUT_PARTITIONS]?.readings.push(reading)
    }
    await this.#append(lots.filter(({ readings }) => readings.length > 0))
  }

  #reading(key: string, n: number): Reading {
    const { random } = this.#parts
    const [v, bucket] = [random.uint32() % VALUES, random.uint32() % BUCKETS]
    return { key, n, v, bucket, atMs: this.#atMs }
  }

  async #append(lots: readonly { partition: number; readings: readonly Reading[] }[]) {
    const { log, topic } = this.#parts
    const parts = lots.map(({ partition, readings }) => {
      return { topic, partition, records: readings.map(recordOf) }
    })
    const answer = await answerOf<readonly number[]>(done => log.append(parts, done))
    // What is in the log in the end is the input, whatever was answered.
    if (answer.error === undefined) this.taken += lots.flatMap(({ readings }) => readings).length
    else this.unknown++
  }
}

function recordOf({ key, atMs, ...rest }: Reading): NewRecord {
  const value = JSON.stringify({ key, ...rest, at: new Date(atMs).toISOString() })
  return { key: utf8Of(key), value: utf8Of(value), headers: [], timestampMs: atMs }
}
