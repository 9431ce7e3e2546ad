/** Every checker of what leaves a group objects to its own crime, and to nothing else. */

import { expect, test } from 'vitest'
import { groupId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { NewRecord, Partition } from '../../../src/base/stream-log.ts'
import { identified } from '../../../src/journal/identity.ts'
import {
  encodeRecord,
  type JournalRecord,
  type PublishedRecord,
} from '../../../src/journal/record.ts'
import type { Output, Scheduled } from '../../../src/journal/types.ts'
import { Violation } from '../checkers/checker.ts'
import { EventQueue } from '../world/clock.ts'
import { calmLog } from '../world/log/faults.ts'
import { SimLog } from '../world/log/log.ts'
import { encodeBeginning, encodeInput, encodeResume } from './entry.ts'
import { Judge } from './judge.ts'
import { PublishMachine } from './machine.ts'
import { journalOf, nameOf } from './names.ts'
import { digestOf, OUTPUT_PARTITIONS, rendered, runBytes, type SinkName } from './output.ts'

const group = groupId(1)
const CLUSTER = 'c1'
const CLAIM = { generation: 1, owner: 'ann' }
const runner = { cluster: CLUSTER, group, generation: CLAIM.generation }

/** A group with logs that a test fills by hand. */
class Bench {
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
      this.apply(encodeInput({ id, home: 2, away: 1, bytes: 5 }))
    }
  }

  apply(data: Uint8Array): void {
    this.machine.apply({ index: ++this.#index, term: 1, kind: 'data', data })
  }

  lane(sink: SinkName = 'home') {
    return this.judge.lane({ ...runner, sink })
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
    this.#append(sink, { topic, partition }, record)
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

  #append(sink: SinkName, to: Partition, record: NewRecord): void {
    this.logs[sink].client().append([{ ...to, records: [record] }], () => {})
    this.#queue.runUntil(this.#queue.nowUs + 20_000)
  }

  #log(name: string): SimLog {
    const queue = this.#queue
    const tally = { hit: () => {} }
    const log = new SimLog({ queue, prng: new Prng(1).fork(name), tally, profile: calmLog })
    for (const topic of [name, name === 'home' ? 'journal' : 'markers']) {
      const more = { replication: 1, settings: {} }
      log.client().create({ topic, partitions: OUTPUT_PARTITIONS, ...more }, () => {})
    }
    queue.runUntil(queue.nowUs + 20_000)
    return log
  }
}

/** Entry n of those above, as the journal has it. */
function scheduled(seq: number): Scheduled {
  const id = 10 * seq
  const runs = [
    { sink: 'home', first: 2 * seq - 1, count: 2, bytes: runBytes(id, 2, 5) },
    { sink: 'away', first: seq, count: 1, bytes: runBytes(id, 1, 5) },
  ]
  return { schedule: encodeInput({ id, home: 2, away: 1, bytes: 5 }), digest: digestOf(runs) }
}

/** Of the entries from `fromSeq` to `toSeq`. */
function recordOf(more: Partial<PublishedRecord>): PublishedRecord {
  const { fromSeq = 1, toSeq = 1 } = more
  const schedules = Array.from({ length: toSeq - fromSeq + 1 }, (_, at) => scheduled(fromSeq + at))
  const head = { kind: 'published', group: nameOf(group), ...CLAIM, published: [] } as const
  return { ...head, fromSeq, toSeq, schedules, ...more }
}

function plain(value: Uint8Array): NewRecord {
  return { key: null, value, headers: [], timestampMs: 0 }
}

function journaledBy(bench: Bench, more: Partial<PublishedRecord> = {}): void {
  const value = encodeRecord(recordOf(more))
  bench.lane().sending([{ ...journalOf(group), records: [plain(value)] }])
}

function sentBy(bench: Bench, number: number, sink: SinkName = 'home', id?: number): void {
  const { topic, partition, record } = bench.output(number, sink, 1, id)
  const lane = bench.lane(sink)
  lane.sending([{ topic, partition, records: [record] }])
  lane.committing()
}

function showAll(bench: Bench, numbers: readonly number[]): void {
  for (const number of numbers) bench.show(number)
}

function twice(deed: (bench: Bench) => void): (bench: Bench) => void {
  return bench => {
    deed(bench)
    deed(bench)
  }
}

const progress = { journaled: 0, offset: 0, published: [] }

const crimes: readonly (readonly [string, string, (bench: Bench) => void])[] = [
  ['PUBLISH-1', 'an output is shown twice', b => showAll(b, [1, 1])],
  ['PUBLISH-1', 'an output is left out', b => showAll(b, [1, 5])],
  [
    'PUBLISH-1',
    'an output is another',
    b => {
      b.journal({})
      b.show(1, 'home', 1, 77)
    },
  ],
  ['PUBLISH-1', 'what is shown was never journaled', b => b.show(1)],
  ['PUBLISH-1', 'what was journaled is never shown', b => b.journal({})],
  ['PUBLISH-2', 'an output leaves that nobody committed', b => sentBy(b, 5)],
  ['PUBLISH-2', 'an output leaves that is another', b => sentBy(b, 1, 'home', 77)],
  ['PUBLISH-2', 'a schedule leaves that nobody committed', b => journaledBy(b, { toSeq: 3 })],
  [
    'PUBLISH-2',
    'a schedule leaves that is another',
    b => journaledBy(b, { schedules: [scheduled(2)] }),
  ],
  [
    'PUBLISH-2',
    'a digest leaves that is another',
    b => journaledBy(b, { schedules: [{ ...scheduled(1), digest: 7 }] }),
  ],
  ['PUBLISH-3', 'an output leaves before its schedule', b => sentBy(b, 1)],
  ['PUBLISH-3', 'an output for another log leaves before its schedule', b => sentBy(b, 1, 'away')],
  [
    'PUBLISH-3',
    'an entry is released before its schedule is durable',
    b => b.judge.onReleased({ ...runner, seq: 1 }),
  ],
  [
    'PUBLISH-4',
    'an owner of before is shown behind the next',
    b => {
      b.show(1, 'home', 2)
      b.show(3, 'home', 1)
    },
  ],
  [
    'PUBLISH-4',
    'two owners have one generation',
    b => {
      b.journal({})
      b.journal({ fromSeq: 2, toSeq: 2, owner: 'bob' })
    },
  ],
  [
    'PUBLISH-14',
    'an output is shown as of another generation',
    b => {
      b.journal({})
      b.put('home', b.output(1, 'home', 1, undefined, 2))
    },
  ],
  [
    'PUBLISH-14',
    'an output is shown without its identity',
    b => {
      b.journal({})
      const { record, ...to } = b.output(1)
      b.put('home', { ...to, record: { ...record, headers: [] } })
    },
  ],
  ['PUBLISH-5', 'a journal leaves a seq out', b => b.journal({ fromSeq: 2, toSeq: 2 })],
  ['PUBLISH-5', 'a journal repeats a seq', twice(b => b.journal({}))],
  ['PUBLISH-6', 'the id is taken by who may not lead', b => b.lane().taking(false)],
  ['PUBLISH-16', 'records are sent by who has not looked', b => b.lane().sending([], false)],
  [
    'PUBLISH-7',
    'Progress is ahead of the journal',
    b => b.judge.onProgress(runner, { ...progress, journaled: 1 }),
  ],
  [
    'PUBLISH-7',
    'Progress is ahead of a sink',
    b =>
      b.judge.onProgress(runner, {
        ...progress,
        published: [{ sink: 'home', upTo: 1, offset: 0 }],
      }),
  ],
  ['PUBLISH-8', 'more waits than may', b => b.judge.onHeld(CLUSTER, group, 11, 10)],
  [
    'PUBLISH-9',
    'a publisher stops though nobody took its job',
    b => {
      const stopped = { cluster: CLUSTER, group, claim: CLAIM, isForGood: true, isSilent: true }
      b.judge.onStopped({ ...stopped, code: 'generation-superseded' })
    },
  ],
  [
    'PUBLISH-9',
    'people are told that nobody answers, before it has gone on for long',
    b => b.judge.onStopped({ ...unanswered, isSilent: false }),
  ],
  [
    'PUBLISH-9',
    'what passes is taken to be for good',
    b => b.judge.onStopped({ ...unanswered, isForGood: true }),
  ],
  [
    'PUBLISH-10',
    'two replicas make different outputs',
    b => {
      const runs = [{ sink: 'home', first: 1, count: 2, bytes: runBytes(99, 2, 5) }]
      b.judge.onEntry(CLUSTER, group, { seq: 1, generation: 1, ...scheduled(1), runs })
    },
  ],
  [
    'PUBLISH-13',
    'a deleted job goes on in its journal',
    b => {
      b.judge.onDeleted(CLAIM.generation)
      b.journal({})
    },
  ],
  [
    'PUBLISH-13',
    'a deleted job goes on showing outputs',
    b => {
      b.replace()
      b.show(1)
    },
  ],
  [
    'PUBLISH-9',
    'a publisher calls a job deleted that is not',
    b => b.judge.onStopped({ ...unanswered, code: 'job-deleted', isForGood: true }),
  ],
  [
    'PUBLISH-15',
    'an entry counts behind the end of its generation',
    b => {
      b.judge.onEnded(runner, 2)
      b.commit(1)
    },
  ],
  [
    'PUBLISH-1',
    'numbers that were left out are shown',
    b => {
      b.judge.onLeftOut(group, { journaled: 3, offset: 0, published: leftOut(6) })
      b.journal({ fromSeq: 4, toSeq: 4 })
      b.show(3)
    },
  ],
]

function leftOut(upTo: number) {
  return [{ sink: 'home', upTo, offset: 0 }]
}

const unanswered = {
  ...{ cluster: CLUSTER, group, claim: CLAIM, code: 'unavailable' },
  ...{ isForGood: false, isSilent: true },
}

function objection(deed: (bench: Bench) => void): string | undefined {
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

test.each(crimes)('%s objects: %s', (name, _, deed) => {
  expect(objection(deed)).toBe(name)
})

test('a job that is started again on its groups goes on behind its end', () => {
  const found = objection(bench => {
    bench.judge.onEnded(runner, 2)
    bench.apply(encodeResume(2))
    bench.commit(1)
    expect(bench.machine.outbox?.lastSeq).toBe(3)
  })
  expect(found).toBeUndefined()
})

test('nobody objects to what is as it should be', () => {
  const found = objection(bench => {
    bench.judge.onStopped(unanswered)
    const lane = bench.lane()
    lane.taking(true)
    journaledBy(bench, { toSeq: 2 })
    const home = [1, 2, 3, 4]
    bench.journal({ toSeq: 2, published: [{ sink: 'home', upTo: 4 }] })
    for (const number of home) bench.show(number)
    sentBy(bench, 1, 'away')
    for (const number of [1, 2]) bench.show(number, 'away')
    bench.judge.onReleased({ ...runner, seq: 2 })
    const published = [{ sink: 'home', upTo: 4, offset: 0 }]
    bench.judge.onProgress(runner, { journaled: 2, offset: 0, published })
    expect(bench.judge.isComplete()).toBe(true)
  })
  expect(found).toBeUndefined()
})

test('a job that takes the name of a deleted one begins at 1, and owes nothing of it', () => {
  const found = objection(bench => {
    bench.journal({ toSeq: 2 })
    for (const number of [1, 2]) bench.show(number)
    bench.replace()
    bench.judge.onStopped({ ...unanswered, code: 'job-deleted', isForGood: true })
    const bob = { generation: 2, owner: 'bob' }
    bench.journal({ ...bob, published: leftOut(2) })
    for (const number of [1, 2]) bench.show(number, 'home', 2)
    bench.show(1, 'away', 2)
    expect(bench.judge.isComplete()).toBe(true)
    // What the old one says of itself is measured by what it had.
    bench.judge.onReleased({ ...runner, seq: 2 })
    expect(bench.judge.isJournaled({ group, generation: 2 }, 2)).toBe(false)
  })
  expect(found).toBeUndefined()
})

test('numbers may be left out on purpose', () => {
  const found = objection(bench => {
    bench.journal({})
    for (const number of [1, 2]) bench.show(number)
    bench.show(1, 'away')
    const published = [{ sink: 'away', upTo: 3, offset: 0 }, ...leftOut(7)]
    bench.judge.onLeftOut(group, { journaled: 3, offset: 0, published })
    bench.judge.look()
    bench.journal({ fromSeq: 4, toSeq: 4 })
    for (const number of [8, 9]) bench.show(number, 'home', 1, 40)
    bench.show(4, 'away')
    expect(bench.judge.isComplete()).toBe(true)
  })
  expect(found).toBeUndefined()
})
