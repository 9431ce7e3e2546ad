/** Where groups of a job write: journals, markers, ids. */

import { expect, test } from 'vitest'
import { claimSeat, lanesOf, seatOf, topicsWanted } from './lanes.ts'
import { transactionalId } from './names.ts'
import { counting, mustRead } from './testing/jobs.ts'

const ref = { stage: 'per-second', index: 1 }

const to = (sink: string) => `- { from: per-second, to: ${sink} }`

/** Counts at home, where dead letters are, and the same in two other logs. */
const scattered = mustRead(
  counting
    .replace('- to: counts', ['counts', 'twins', 'others', 'copies'].map(to).join('\n  '))
    .concat('  twins: { log: { topic: twins, address: "far:1" }, key: [user, window_start] }\n')
    .concat('  others: { log: { topic: others, address: "near:1" }, key: [user, window_start] }\n')
    .concat('  copies: { log: { topic: copies, address: "far:1" }, key: [user, window_start] }\n'),
)

test('all sinks of the home log go with the journal', () => {
  const lanes = lanesOf(mustRead(counting))
  expect(lanes.map(({ name, sinks, topic }) => [name, sinks, topic])).toEqual([
    ['', ['counts', 'dead-letters'], 'weir.counting.journal'],
  ])
  expect(lanes.map(lane => topicsWanted(lane, 4))).toEqual([
    [
      { topic: 'weir.counting.journal', use: 'journal', partitions: 4 },
      { topic: 'counts', use: 'output', partitions: 1 },
      { topic: 'counting.dead-letters', use: 'output', partitions: 1 },
    ],
  ])
})

test('each other log has one lane, called as the first of its sinks', () => {
  const lanes = lanesOf(scattered)
  expect(lanes.map(({ name, sinks, topic }) => [name, sinks, topic])).toEqual([
    ['', ['counts', 'dead-letters'], 'weir.counting.journal'],
    ['copies', ['copies', 'twins'], 'weir.counting.markers.copies'],
    ['others', ['others'], 'weir.counting.markers.others'],
  ])
})

test('a home log without a sink has a lane for the journal alone', () => {
  const lanes = lanesOf({ ...scattered, home: { kind: 'log', address: 'none:1' } })
  expect(lanes[0]).toMatchObject({ name: '', sinks: [], outputs: [] })
  expect(lanes.map(({ name }) => name)).toEqual(['', 'copies', 'counts', 'others'])
})

test('two sinks that write to one topic have it looked at once', () => {
  const both = counting
    .replace('- to: counts', ['counts', 'copies'].map(to).join('\n  '))
    .concat('  copies: { log: { topic: counts }, key: [user, window_start] }\n')
  const [home] = lanesOf(mustRead(both))
  expect(home?.outputs).toEqual(['counts', 'counting.dead-letters'])
})

test('a group has a seat of its own in each lane', () => {
  const sitting = { job: 'counting', ref, at: 3 }
  const [home, far] = lanesOf(scattered).map(lane => seatOf(lane, sitting))
  expect(home).toEqual({
    group: 'counting/per-second/1',
    journal: { topic: 'weir.counting.journal', partition: 3 },
    transactionalId: 'weir.counting.per-second.1',
    sinks: ['counts', 'dead-letters'],
    hasJournal: true,
  })
  expect(far).toMatchObject({
    transactionalId: 'weir.counting.per-second.1.copies',
    sinks: ['copies', 'twins'],
    hasJournal: false,
  })
})

test('a claim sits where publishers do', () => {
  for (const lane of lanesOf(scattered)) {
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
