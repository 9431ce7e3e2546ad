/** Test support: a group with logs that a test fills by hand, and what the checkers say to it. */

import { groupId } from '../../../../src/base/ids.ts'
import { Prng } from '../../../../src/base/prng.ts'
import type { NewRecord, Partition } from '../../../../src/base/stream-log.ts'
import { identified } from '../../../../src/journal/identity.ts'
import {
  encodeRecord,
  type JournalRecord,
  type PublishedRecord,
} from '../../../../src/journal/record.ts'
import type { Output, Scheduled } from '../../../../src/journal/types.ts'
import { Violation } from '../../checkers/checker.ts'
import { EventQueue } from '../../world/clock.ts'
import { calmLog } from '../../world/log/faults.ts'
import { SimLog } from '../../world/log/log.ts'
import { encodeBeginning, encodeInput } from '../entry.ts'
import { Judge } from '../judge.ts'
import { PublishMachine } from '../machine.ts'
import { journalOf, nameOf, seatOf } from '../names.ts'
import {
  digestOf,
  type LogName,
  logOf,
  OUTPUT_PARTITIONS,
  rendered,
  runBytes,
  type SinkName,
  sinksOf,
} from '../output.ts'

export const group = groupId(1)
export const CLUSTER = 'c1'
export const CLAIM = { generation: 1, owner: 'ann' }
export const runner = { cluster: CLUSTER, group, generation: CLAIM.generation }

/** A group with logs that a test fills by hand. */
export class Bench {
  readonly #queue = new EventQueue()
  readonly logs = { home: this.#log('home'), away: this.#log('away') }
  readonly judge = new Judge(this.logs, [group])
  readonly machine = new PublishMachine({
    generation: 1,
    onEntry: entry => this.judge.onEntry(CLUSTER, group, entry),
  })
  #index = 0

  /** Entry n has two outputs for the home sink and one for the other; its id is 10 n. */
  commit(many: number): void {
    const nothing = { journaled: 0, offset: 0, published: [] }
    if (this.#index === 0) {
      this.apply(encodeBeginning({ before: nothing, replayed: [], known: nothing }))
    }
    for (let left = many; left > 0; left--) {
      const id = 10 * (1 + (this.machine.outbox?.lastSeq ?? 0))
      this.apply(encodeInput({ id, home: 2, side: 0, away: 1, bytes: 5 }))
    }
  }

  /** Entry 3 has two for each sink of the home log. */
  commitBoth(): void {
    this.apply(encodeInput({ id: 30, home: 2, side: 2, away: 0, bytes: 5 }))
  }

  apply(data: Uint8Array): void {
    this.machine.apply({ index: ++this.#index, term: 1, kind: 'data', data })
  }

  lane(log: LogName = 'home') {
    return this.judge.lane({ ...runner, log })
  }

  /** An output of the numbering above. */
  output(number: number, sink: SinkName = 'home', claimed = 1, id?: number, generation = claimed) {
    const seq = sink === 'home' ? Math.ceil(number / 2) : number
    const bytes = runBytes(id ?? 10 * seq, 1, 5)
    const run = { sink, first: number, count: 1, bytes }
    const outputs = rendered(run, { group: nameOf(group), claimed })
    const [output] = identified(outputs, { ...run, seq, generation }, nameOf(group))
    return output as NonNullable<typeof output>
  }

  show(number: number, sink: SinkName = 'home', claimed = 1, id?: number): void {
    this.put(sink, this.output(number, sink, claimed, id))
  }

  put(sink: SinkName, { topic, partition, record }: Output): void {
    this.#append(logOf(sink), { topic, partition }, record)
  }

  journal(record: Partial<PublishedRecord>): void {
    this.claim(recordOf(record))
  }

  claim(record: JournalRecord): void {
    this.#append('home', journalOf(group), plain(encodeRecord(record)))
  }

  /** Another job takes its name. */
  replace(): void {
    this.judge.onDeleting(CLAIM.generation)
    this.claim({ kind: 'deleted', group: nameOf(group), ...CLAIM })
    this.judge.onDeleted(CLAIM.generation)
    const next = { generation: 2, owner: 'bob', seats: 1, deleted: CLAIM.generation }
    this.claim({ kind: 'generation', group: nameOf(group), ...next })
  }

  #append(log: LogName, to: Partition, record: NewRecord): void {
    this.logs[log].client().append([{ ...to, records: [record] }], () => {})
    this.#queue.runUntil(this.#queue.nowUs + 20_000)
  }

  #log(name: LogName): SimLog {
    const queue = this.#queue
    const tally = { hit: () => {} }
    const log = new SimLog({ queue, prng: new Prng(1).fork(name), tally, profile: calmLog })
    for (const topic of [...sinksOf[name], name === 'home' ? 'journal' : 'markers']) {
      const more = { replication: 1, settings: {} }
      log.client().create({ topic, partitions: OUTPUT_PARTITIONS, ...more }, () => {})
    }
    queue.runUntil(queue.nowUs + 20_000)
    return log
  }
}

/** Entry n of those above, as the journal has it. */
export function scheduled(seq: number): Scheduled {
  const id = 10 * seq
  const runs = [
    { sink: 'home', first: 2 * seq - 1, count: 2, bytes: runBytes(id, 2, 5) },
    { sink: 'away', first: seq, count: 1, bytes: runBytes(id, 1, 5) },
  ]
  return {
    schedule: encodeInput({ id, home: 2, side: 0, away: 1, bytes: 5 }),
    digest: digestOf(runs),
  }
}

/** Of the entries from `fromSeq` to `toSeq`. */
export function recordOf(more: Partial<PublishedRecord>): PublishedRecord {
  const { fromSeq = 1, toSeq = 1 } = more
  const schedules = Array.from({ length: toSeq - fromSeq + 1 }, (_, at) => scheduled(fromSeq + at))
  const head = { kind: 'published', group: nameOf(group), ...CLAIM, published: [] } as const
  return { ...head, fromSeq, toSeq, schedules, ...more }
}

export function plain(value: Uint8Array): NewRecord {
  return { key: null, value, headers: [], timestampMs: 0 }
}

export function journaledBy(bench: Bench, more: Partial<PublishedRecord> = {}): void {
  const value = encodeRecord(recordOf(more))
  bench.lane().sending([{ ...journalOf(group), records: [plain(value)] }])
}

export function sentBy(bench: Bench, number: number, sink: SinkName = 'home', id?: number): void {
  const { topic, partition, record } = bench.output(number, sink, 1, id)
  const lane = bench.lane(logOf(sink))
  lane.sending([{ topic, partition, records: [record] }])
  const marker = recordOf({ fromSeq: 1, toSeq: 0, published: [{ sink, upTo: number }] })
  const { journal } = seatOf(group, logOf(sink))
  lane.sending([{ ...journal, records: [plain(encodeRecord(marker))] }])
  lane.committing()
}

export function showAll(bench: Bench, numbers: readonly number[]): void {
  for (const number of numbers) bench.show(number)
}

export function objection(deed: (bench: Bench) => void): string | undefined {
  const bench = new Bench()
  bench.commit(2)
  try {
    deed(bench)
    bench.judge.look()
    bench.judge.end()
  } catch (error) {
    if (error instanceof Violation) return error.checker.split(' ')[0]
    throw error
  }
  return undefined
}
