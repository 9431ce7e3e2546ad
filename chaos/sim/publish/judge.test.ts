/** Every checker of what leaves a group objects to its own crime, and to nothing else. */

import { expect, test } from 'vitest'
import { encodeResume } from './entry.ts'
import { runBytes } from './output.ts'
import {
  type Bench,
  CLAIM,
  CLUSTER,
  group,
  journaledBy,
  objection,
  runner,
  scheduled,
  sentBy,
  showAll,
} from './testing/bench.ts'

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
