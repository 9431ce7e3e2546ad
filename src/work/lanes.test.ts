/** Where groups of a job write: journals, markers, ids. */

import { expect, test } from 'vitest'
import { claimSeat, lanesOf, seatOf, topicsWanted } from './lanes.ts'
import { transactionalId } from './names.ts'
import { counting, mustRead } from './testing/jobs.ts'

const ref = { stage: 'per-second', index: 1 }

test('the journal goes with the first sink of the home log', () => {
  const lanes = lanesOf(mustRead(counting))
  expect(lanes.map(({ name, sink, topic }) => [name, sink, topic])).toEqual([
    ['', 'counts', 'weir.counting.journal'],
    ['dead-letters', 'dead-letters', 'weir.counting.markers.dead-letters'],
  ])
  expect(lanes.map(lane => topicsWanted(lane, 4))).toEqual([
    [
      { topic: 'weir.counting.journal', use: 'journal', partitions: 4 },
      { topic: 'counts', use: 'output', partitions: 1 },
    ],
    [
      { topic: 'weir.counting.markers.dead-letters', use: 'journal', partitions: 4 },
      { topic: 'counting.dead-letters', use: 'output', partitions: 1 },
    ],
  ])
})

test('a group has a seat of its own in each lane', () => {
  const [home, letters] = lanesOf(mustRead(counting)).map(lane =>
    seatOf(lane, { job: 'counting', ref, at: 3 }),
  )
  expect(home).toEqual({
    group: 'counting/per-second/1',
    journal: { topic: 'weir.counting.journal', partition: 3 },
    transactionalId: 'weir.counting.per-second.1',
    sink: 'counts',
    hasJournal: true,
  })
  expect(letters).toMatchObject({
    transactionalId: 'weir.counting.per-second.1.dead-letters',
    hasJournal: false,
  })
})

test('a claim sits where publishers do', () => {
  for (const lane of lanesOf(mustRead(counting))) {
    const sitting = { job: 'counting', ref, at: 0 }
    expect(seatOf(lane, sitting)).toMatchObject(claimSeat(lane, sitting))
  }
})

test('no two groups or lanes have one id, whatever points a stage has in its name', () => {
  const stages = ['x', 'x.1', 'x.1.b', 'x.1.b.2']
  const ids = stages.flatMap(stage =>
    [1, 2].flatMap(index =>
      ['', 'b', 'b2'].map(lane => transactionalId('j', { stage, index }, lane)),
    ),
  )
  expect(new Set(ids).size).toBe(ids.length)
})
