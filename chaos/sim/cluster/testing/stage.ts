/** Test support: a judge with a job and a log, into which a test writes whatever it likes. */

import { ByteWriter, utf8Of } from '../../../../src/base/bytes.ts'
import { Prng } from '../../../../src/base/prng.ts'
import type { NewRecord, Partition } from '../../../../src/base/stream-log.ts'
import { batchOf } from '../../../../src/engine/batch/entry.ts'
import { type BatchSchedule, writeSchedule } from '../../../../src/engine/batch/schedule.ts'
import type { ChannelChange } from '../../../../src/engine/channels/state.ts'
import { DeltaWriter } from '../../../../src/engine/store/delta.ts'
import { encodeBatch, encodeGeneration } from '../../../../src/group/command.ts'
import { GroupState } from '../../../../src/group/state.ts'
import type { Way } from '../../../../src/group/wiring.ts'
import { IDENTITY_HEADER } from '../../../../src/journal/identity.ts'
import { encodeRecord } from '../../../../src/journal/record.ts'
import { journalTopic } from '../../../../src/journal/settings.ts'
import type { Entry } from '../../../../src/raft/types.ts'
import { EventQueue, US_PER_MS } from '../../world/clock.ts'
import { calmLog, logFaultKinds } from '../../world/log/faults.ts'
import { SimLog } from '../../world/log/log.ts'
import { Tally } from '../../world/tally.ts'
import { drawCluster } from '../draw.ts'
import { Job } from '../job.ts'
import { Judge } from '../judge.ts'
import {
  CLAIM,
  inputOf,
  JOURNAL_TOPIC,
  journalOf,
  nameOf,
  OUTPUT_TOPIC,
  outputOf,
} from '../names.ts'

const SEED = 3
const COPIES = 3
const PASS_MS = 200

export function entryAt(index: number, data = encodeGeneration(CLAIM.generation)): Entry {
  return { index, term: 1, kind: 'data', data: data.slice() }
}

/** The first batch: it takes nothing. */
export function batchWith(changes: readonly ChannelChange[]): Uint8Array {
  const delta = new DeltaWriter().finish()
  const batch = batchOf({ seq: 1, now: 1, inputs: [], changes }, { delta, outputs: [] })
  return encodeBatch(1, batch).slice()
}

export class Stage {
  readonly scenario = drawCluster(SEED)
  readonly job = new Job(this.scenario.job)
  readonly judge: Judge
  readonly #queue = new EventQueue()
  readonly #log: SimLog

  constructor() {
    const parts = { queue: this.#queue, prng: new Prng(1), profile: calmLog }
    this.#log = new SimLog({ ...parts, tally: new Tally(logFaultKinds) })
    this.judge = new Judge(this.#log, this.job, this.scenario.profile)
    const client = this.#log.client()
    for (const topic of [JOURNAL_TOPIC, OUTPUT_TOPIC, 'input']) {
      client.create(journalTopic(topic, 8, COPIES), () => {})
    }
    this.#pass()
  }

  /** As a replica has it that applied nothing. */
  get state(): GroupState {
    return GroupState.empty(this.job.slotsOf(0).from)
  }

  /** The n-th record that was drawn, into its partition; by which channel it comes. */
  put(at: number): number {
    const arrival = this.job.arrivals[at]
    if (arrival === undefined) throw new Error('there are so many records')
    const key = new ByteWriter().uint32(at).finish()
    const value = this.job.encoded(arrival)
    this.#append(inputOf(arrival.channel), { key, value, headers: [], timestampMs: arrival.time })
    const ways = this.job.waysInto(0)
    const { channel } = arrival
    const isOf = ({ from }: Way) => from.kind === 'source' && from.partition === channel
    return ways.find(isOf)?.channel ?? 0
  }

  journal(group: number, schedules: readonly Partial<BatchSchedule>[], fromSeq = 1): void {
    const whole = schedules.map((one, at) => {
      const out = new ByteWriter()
      const rest = { kind: 'batch', now: 1, inputs: [], changes: [], digest: 0 } as const
      writeSchedule(out, { ...rest, seq: fromSeq + at, ...one })
      return { schedule: out.finish(), digest: 0 }
    })
    const value = encodeRecord({
      ...{ kind: 'published', group: nameOf(group), ...CLAIM, fromSeq },
      ...{ toSeq: fromSeq + whole.length - 1, schedules: whole, published: [] },
    })
    this.#append(journalOf(group), { key: null, value, headers: [], timestampMs: 0 })
  }

  show(group: number, number: number): void {
    const [sink = ''] = this.job.sinksOf(group)
    const identity = `${nameOf(group)}/1/${sink}/${number}`
    const headers = [{ name: IDENTITY_HEADER, value: utf8Of(identity) }]
    this.#append(outputOf(group, 0), { key: null, value: null, headers, timestampMs: 0 })
  }

  /** The last look. */
  end(): void {
    this.judge.look()
    const { partitions } = this.job
    this.judge.end(new Map(partitions.map(one => [one, this.#log.committed(inputOf(one))])))
  }

  #append(to: Partition, record: NewRecord): void {
    this.#log.client().append([{ ...to, records: [record] }], () => {})
    this.#pass()
  }

  #pass(): void {
    this.#queue.runUntil(this.#queue.nowUs + PASS_MS * US_PER_MS)
  }
}
