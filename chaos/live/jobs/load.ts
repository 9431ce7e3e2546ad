/**
 * The load of a drill of a job: a producer in front of it, readers that follow its outputs, and in
 * the end what is in the log of its input beside what is in those of its outputs, read anew.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredRecord } from '../../../src/base/stream-log.ts'
import { identityIn } from '../../../src/journal/identity.ts'
import { isOpenAt } from '../publishing/open.ts'
import type { Concluded, Load, Toll } from '../stage.ts'
import { type Backing, type Found, foundOf } from './backing.ts'
import { JobRecord } from './evidence.ts'
import { INPUT_PARTITIONS, OUTPUT_PARTITIONS } from './job.ts'
import { Producer, type ProducerParts } from './producer.ts'
import { Reader } from './reader.ts'
import { type Fact, type Out, type Put, type Sink, sinks } from './record.ts'
import { OPEN } from './toll-names.ts'
import { judge } from './verdict.ts'

export interface JobLoadParts extends Omit<ProducerParts, 'log' | 'topic'> {
  readonly backing: Backing
  /** Their ids by their names. */
  readonly groups: ReadonlyMap<string, number>
}

/** Everything is out, and nothing follows it, after so long. */
const OUT_MS = 60_000
const POLL_MS = 50
/** So many objections to what followers saw are told. */
const TOLD_MAX = 5
/** A group that publishes has a transaction open within this time. */
const POISED_MS = 1000

export class JobLoad implements Load {
  readonly #parts: JobLoadParts
  readonly #producer: Producer
  readonly #readers: readonly Reader[]
  readonly #startedMs = performance.now()
  readonly #outs: Out[] = []
  readonly #dead: Fact[] = []
  readonly #okNs = new Map<number, number[]>()
  readonly #troubles: string[] = []
  readonly readers: readonly number[]
  #open = 0

  constructor(parts: JobLoadParts) {
    const { log, names } = parts.backing
    this.#parts = parts
    this.readers = [...parts.groups].flatMap(([name, id]) => {
      return name.includes('/pairs/') ? [id] : []
    })
    this.#producer = new Producer({ ...parts, log, topic: names.inputs })
    const of = (topic: string, partitions: number, see: (at: number, one: StoredRecord) => void) =>
      Array.from({ length: partitions }, (_, partition) => {
        const onRecords = (records: readonly StoredRecord[]) => {
          for (const record of records) see(partition, record)
        }
        return new Reader(log, { topic, partition }, onRecords)
      })
    this.#readers = [
      ...sinks.flatMap(sink => {
        return of(names.outputs[sink], OUTPUT_PARTITIONS, (at, record) =>
          this.#see(sink, at, record),
        )
      }),
      ...of(names.dead, 1, (_, record) => {
        this.#dead.push({ f: 'dead', text: foundOf(record).text })
      }),
    ]
  }

  get toll(): Toll {
    return { [OPEN]: this.#open }
  }

  nowNs(): number {
    return Math.round((performance.now() - this.#startedMs) * 1e6)
  }

  start(): void {
    this.#producer.start()
  }

  /** Of the first stage: those behind it have something to say but once a second. */
  unservedSince(ns: number): readonly number[] {
    return this.readers.filter(id => (this.#okNs.get(id)?.at(-1) ?? -1) < ns)
  }

  async settled(): Promise<void> {}

  /** A transaction is open. */
  async poised(groups: readonly number[]): Promise<void> {
    const endMs = performance.now() + POISED_MS
    while (performance.now() < endMs) {
      const open = await this.#openOf(groups)
      this.#open += open
      if (open > 0) return
    }
  }

  struck(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return this.#producer.stop()
  }

  async concluded(): Promise<Concluded> {
    const evidence = await this.#whole()
    const { taken, unknown } = this.#producer
    return {
      evidence,
      calls: { called: taken + unknown, ok: this.#outs.length, failed: 0, unknown },
      okNs: new Map([...this.#okNs].filter(([id]) => this.readers.includes(id))),
      troubles: this.#troubles,
    }
  }

  close(): void {
    for (const reader of this.#readers) reader.end()
  }

  #see(sink: Sink, partition: number, record: StoredRecord): void {
    this.#outs.push({ f: 'out', sink, partition, ...foundOf(record) })
    const id = this.#parts.groups.get(identityIn(record.headers)?.group ?? '')
    if (id === undefined) return
    const times = this.#okNs.get(id) ?? []
    this.#okNs.set(id, times)
    times.push(this.nowNs())
  }

  /** Of the journals of these groups. */
  async #openOf(groups: readonly number[]): Promise<number> {
    const { backing, groups: all } = this.#parts
    const places = [...all.values()].flatMap((id, partition) => {
      return groups.includes(id) ? [partition] : []
    })
    const open = await Promise.all(
      places.map(partition => isOpenAt(backing.log, { topic: backing.names.journal, partition })),
    )
    return open.filter(isOpen => isOpen === true).length
  }

  /** When all that is due was seen, and every transaction is decided. */
  async #whole(): Promise<JobRecord> {
    const { names } = this.#parts.backing
    const put = await this.#all(names.inputs, INPUT_PARTITIONS, putOf)
    const endMs = performance.now() + OUT_MS
    for (;;) {
      const followed = judge([...put, ...this.#outs, ...this.#dead])
      const isOut =
        followed.lost === 0 && (await this.#openOf([...this.#parts.groups.values()])) === 0
      if (isOut || performance.now() > endMs) {
        // Who follows a topic sees what whoever reads it later sees.
        this.#troubles.push(
          ...followed.objections.slice(0, TOLD_MAX).map(told => `followed: ${told}`),
        )
        return new JobRecord([...put, ...(await this.#found())])
      }
      await sleep(POLL_MS)
    }
  }

  async #found(): Promise<readonly Fact[]> {
    const { names } = this.#parts.backing
    const outs: Fact[] = []
    for (const sink of sinks) {
      const outOf = (partition: number, one: Found): Out => ({ f: 'out', sink, partition, ...one })
      outs.push(...(await this.#all(names.outputs[sink], OUTPUT_PARTITIONS, outOf)))
    }
    const dead = await this.#all(names.dead, 1, (_, { text }): Fact => ({ f: 'dead', text }))
    return [...outs, ...dead]
  }

  /** All of a topic, as its log has it. */
  async #all<T>(
    topic: string,
    partitions: number,
    factOf: (partition: number, found: Found) => T,
  ): Promise<readonly T[]> {
    const all: T[] = []
    for (let partition = 0; partition < partitions; partition++) {
      const found = await this.#parts.backing.found({ topic, partition })
      all.push(...found.map(one => factOf(partition, one)))
    }
    return all
  }
}

function putOf(partition: number, { text }: Found): Put {
  const { at, ...rest } = JSON.parse(text)
  return { f: 'put', partition, ...rest, atMs: Date.parse(at) }
}
