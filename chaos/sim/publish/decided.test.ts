/** What an entry has for several sinks of a log: the checker objects to each way to tear it. */

import { expect, test } from 'vitest'
import { encodeRecord } from '../../../src/journal/record.ts'
import type { Scheduled } from '../../../src/journal/types.ts'
import { encodeInput } from './entry.ts'
import { journalOf } from './names.ts'
import { digestOf, runBytes } from './output.ts'
import {
  type Bench,
  group,
  objection,
  plain,
  recordOf,
  scheduled,
  showAll,
} from './testing/bench.ts'

function scheduledBoth(): Scheduled {
  const runs = [
    { sink: 'home', first: 5, count: 2, bytes: runBytes(30, 2, 5) },
    { sink: 'side', first: 1, count: 2, bytes: runBytes(30, 2, 5) },
  ]
  const schedule = encodeInput({ id: 30, home: 2, side: 2, away: 0, bytes: 5 })
  return { schedule, digest: digestOf(runs) }
}

/** All of entry 3, which has outputs for both sinks of the home log. */
const both = { home: [5, 6], side: [1, 2] } as const
const upTo = (home: number, side: number) => [
  { sink: 'home', upTo: home },
  { sink: 'side', upTo: side },
]
const markOf3 = {
  ...{ fromSeq: 1, toSeq: 3, published: upTo(6, 2) },
  schedules: [scheduled(1), scheduled(2), scheduledBoth()],
}

/** Entry 3 in one transaction, as far as it is named, behind all before it. */
function commitsOf3(
  bench: Bench,
  outputs: { readonly home: readonly number[]; readonly side: readonly number[] },
  published = markOf3.published,
): void {
  bench.commitBoth()
  const lane = bench.lane()
  for (const sink of ['home', 'side'] as const) {
    for (const number of outputs[sink]) {
      const { topic, partition, record } = bench.output(number, sink, 1, 30)
      lane.sending([{ topic, partition, records: [record] }])
    }
  }
  const value = encodeRecord(recordOf({ ...markOf3, published }))
  lane.sending([{ ...journalOf(group), records: [plain(value)] }])
  lane.committing()
}

/** What readers are shown of it, behind all before it. */
function showsOf3(bench: Bench, home: readonly number[], side: readonly number[]): void {
  bench.commitBoth()
  bench.journal(markOf3)
  showAll(bench, [1, 2, 3, 4])
  for (const number of [1, 2]) bench.show(number, 'away')
  for (const number of home) bench.show(number, 'home', 1, 30)
  for (const number of side) bench.show(number, 'side', 1, 30)
}

const crimes: readonly (readonly [string, string, (bench: Bench) => void])[] = [
  [
    'PUBLISH-17',
    'one sink of an entry is committed without the other',
    b => commitsOf3(b, { ...both, side: [] }, upTo(6, 0)),
  ],
  [
    'PUBLISH-17',
    'an entry for two sinks is committed in part',
    b => commitsOf3(b, { ...both, home: [5] }, upTo(5, 2)),
  ],
  [
    'PUBLISH-17',
    'a marker says nothing of one of the sinks',
    b => commitsOf3(b, both, [{ sink: 'home', upTo: 6 }]),
  ],
  ['PUBLISH-17', 'a marker says less than goes with it', b => commitsOf3(b, both, upTo(6, 1))],
  ['PUBLISH-17', 'a reader sees the first sink of an entry alone', b => showsOf3(b, [5, 6], [])],
  ['PUBLISH-17', 'a reader sees the second sink of an entry alone', b => showsOf3(b, [], [1, 2])],
  ['PUBLISH-17', 'a reader sees an entry for two sinks in part', b => showsOf3(b, [5, 6], [1])],
]

test.each(crimes)('%s objects: %s', (name, _, deed) => {
  expect(objection(deed)).toBe(name)
})

test('what an entry has for several sinks may go together, and be shown', () => {
  expect(objection(bench => commitsOf3(bench, both))).toBeUndefined()
  expect(objection(bench => showsOf3(bench, [5, 6], [1, 2]))).toBeUndefined()
})
