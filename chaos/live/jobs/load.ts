/**
 * The load of a drill of a job: a producer in front of it, readers behind it, and in the end what
 * the one put in beside what the others saw.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Fetched, StoredRecord } from '../../../src/base/stream-log.ts'
import { identityIn } from '../../../src/journal/identity.ts'
import { isOpenAt } from '../publishing/open.ts'
import type { Concluded, Load, Toll } from '../stage.ts'
import { askedOf, type Backing } from './backing.ts'
import { JobRecord } from './evidence.ts'
import { DEAD, INPUT_PARTITIONS, INPUTS, OUTPUT_PARTITIONS, OUTPUTS } from './job.ts'
import { Producer, type ProducerParts } from './producer.ts'
import { Reader } from './reader.ts'
import { type Fact, type Out, type Put, type Sink, sinks } from './record.ts'
import { OPEN } from './toll-names.ts'
import { judge } from './verdict.ts'

export interface JobLoadParts extends Omit<ProducerParts, 'log'> {
  readonly backing: Backing
  /** Their ids by their names. */
  readonly groups: ReadonlyMap<string, number>
  /** Journals of the job: what is open there when a fault strikes was hit by it. */
  readonly journal: string
}

/** Everything is out, and nothing follows it, after so long. */
const OUT_MS = 60_000
const POLL_MS = 50
/** A group that publishes has a transaction open within this time. */
const POISED_MS = 1000
const decoder = new TextDecoder()

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
    const { log } = parts.backing
    this.#parts = parts
    this.readers = [...parts.groups].flatMap(([name, id]) => {
      return name.includes('/pairs/') ? [id] : []
    })
    this.#producer = new Producer({ ...parts, log })
    const of = (topic: string, partitions: number, see: (at: number, one: StoredRecord) => void) =>
      Array.from({ length: partitions }, (_, partition) => {
        const onRecords = (records: readonly StoredRecord[]) => {
          for (const record of records) see(partition, record)
        }
        return new Reader(log, { topic, partition }, onRecords)
      })
    this.#readers = [
      ...sinks.flatMap(sink => {
        return of(OUTPUTS[sink], OUTPUT_PARTITIONS, (at, record) => this.#see(sink, at, record))
      }),
      ...of(DEAD, 1, (_, { value }) => this.#dead.push({ f: 'dead', text: textOf(value) })),
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

  #see(sink: Sink, partition: number, { value, headers }: StoredRecord): void {
    const named = identityIn(headers)
    const { group = '', generation = 0, number = 0 } = named ?? {}
    const identity = named === undefined ? '' : `${group}/${generation}/${sink}/${number}`
    this.#outs.push({ f: 'out', sink, partition, text: textOf(value), identity })
    const id = this.#parts.groups.get(group)
    if (id === undefined) return
    const times = this.#okNs.get(id) ?? []
    this.#okNs.set(id, times)
    times.push(this.nowNs())
  }

  /** Of the journals of these groups. */
  async #openOf(groups: readonly number[]): Promise<number> {
    const { backing, journal, groups: all } = this.#parts
    const places = [...all.values()].flatMap((id, partition) => {
      return groups.includes(id) ? [partition] : []
    })
    const open = await Promise.all(
      places.map(partition => isOpenAt(backing.log, { topic: journal, partition })),
    )
    return open.filter(isOpen => isOpen === true).length
  }

  /** When all that is due was seen, and every transaction is decided. */
  async #whole(): Promise<JobRecord> {
    const put = await this.#put()
    const endMs = performance.now() + OUT_MS
    for (;;) {
      const facts = [...put, ...this.#outs, ...this.#dead]
      const isOut =
        judge(facts).lost === 0 && (await this.#openOf([...this.#parts.groups.values()])) === 0
      if (isOut || performance.now() > endMs) return new JobRecord(facts)
      await sleep(POLL_MS)
    }
  }

  /** All of the input, as its log has it. */
  async #put(): Promise<readonly Put[]> {
    const { log } = this.#parts.backing
    const all: Put[] = []
    for (let partition = 0; partition < INPUT_PARTITIONS; partition++) {
      const of = { topic: INPUTS, partition }
      const end = await askedOf<number>(done => log.end(of, 'committed', done))
      for (let at = await askedOf<number>(done => log.start(of, done)); at < end; ) {
        const how = { isolation: 'committed', maxBytes: 1 << 20, waitMs: 0 } as const
        const { records, position } = await askedOf<Fetched>(done => log.fetch(of, at, how, done))
        all.push(...records.map(({ value }) => putOf(partition, textOf(value))))
        at = position
      }
    }
    return all
  }
}

function putOf(partition: number, text: string): Put {
  const { at, ...rest } = JSON.parse(text)
  return { f: 'put', partition, ...rest, atMs: Date.parse(at) }
}

const textOf = (value: Uint8Array | null): string => decoder.decode(value ?? new Uint8Array(0))
