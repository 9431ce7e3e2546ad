/** Windows by the clock against a naive account: the time of a record is that of its batch. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WindowSpec } from '../plan/plan.ts'
import { run, type Step, verifyOperator } from '../testing/verify.ts'
import { type Event, recordsFrom, windowIdentity } from './testing/events.ts'
import {
  came,
  cumulate,
  END,
  hopping,
  PROGRESS,
  said,
  session,
  story,
  sums,
  tumbling,
} from './testing/told.ts'

interface Tick {
  readonly events: readonly Event[]
  readonly byMs: number
}

const anyTicks: fc.Arbitrary<readonly Tick[]> = fc.array(
  fc.record({
    events: fc.array(
      fc.record({
        user: fc.constantFrom('a', 'b'),
        // Of no account: far in the past and in the future.
        time: fc.integer({ min: -1e9, max: 1e9 }),
        n: fc.integer({ min: 0, max: 9 }),
      }),
      { maxLength: 4 },
    ),
    byMs: fc.integer({ min: 0, max: 25 }),
  }),
  { maxLength: 8 },
)

function stepsOf(ticks: readonly Tick[]): readonly Step[] {
  let now = 0
  return ticks.map(({ events, byMs }) => {
    now += byMs
    return { records: recordsFrom(events), now }
  })
}

/** Each record at the `now` of its batch. */
function arrivals(ticks: readonly Tick[]): readonly { user: string | null; now: number }[] {
  let now = 0
  return ticks.flatMap(({ events, byMs }) => {
    now += byMs
    const at = now
    return events.map(({ user }) => ({ user, now: at }))
  })
}

/** How many records of each user there were from `start` to before `end`. */
function countsOf(ticks: readonly Tick[], windows: (now: number) => readonly [number, number][]) {
  const counts = new Map<string, number>()
  for (const { user, now } of arrivals(ticks)) {
    for (const [start, end] of windows(now)) {
      const name = `${user} ${start}..${end}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).sort()
}

const total = { aggregates: [{ name: 'total', fn: 'count', args: [], distinct: false }] }
const floor = (now: number, size: number) => Math.floor(now / size) * size

describe('windows by the clock', () => {
  const kinds: readonly (readonly [WindowSpec, (now: number) => readonly [number, number][]])[] = [
    [tumbling(10, 'processing'), now => [[floor(now, 10), floor(now, 10) + 10]]],
    [
      hopping(20, 10, 'processing'),
      now => [floor(now, 10) - 10, floor(now, 10)].map(start => [start, start + 20]),
    ],
    [
      cumulate(20, 10, 'processing'),
      now =>
        [10, 20]
          .map((size): [number, number] => [floor(now, 20), floor(now, 20) + size])
          .filter(([, end]) => end > now),
    ],
  ]

  test.each(kinds)('hold what arrived in them, %j', (window, windows) => {
    fc.assert(
      fc.property(anyTicks, ticks => {
        const outcome = verifyOperator(story(sums(window, total), ...stepsOf(ticks), END))
        expect(said(outcome).toSorted()).toEqual(countsOf(ticks, windows))
        expect([outcome.rows, outcome.late]).toEqual([PROGRESS, 0])
      }),
      { numRuns: 12 },
    )
  })

  test('know no late records, whatever their own times are', () => {
    const outcome = verifyOperator(
      story(sums(tumbling(10, 'processing')), { watermark: 500 }, came('a@1', { now: 3 }), END),
    )
    expect([said(outcome), outcome.late]).toEqual([['a 0..10 1 1'], 0])
  })

  test('close when the clock reaches their end, though the watermark stands still', () => {
    const spec = sums(tumbling(10, 'processing'))
    const at = (now: number) => said(run(story(spec, came('a@1', { now: 3 }), { now })))
    expect([at(9), at(10), at(5000)]).toEqual([[], ['a 0..10 1 1'], ['a 0..10 1 1']])
  })

  test('do not close when the watermark passes them', () => {
    const spec = sums(tumbling(10, 'processing'))
    const steps = [came('a@1', { now: 3 }), { watermark: 1e9 }, came('a@2', { now: 4 }), END]
    expect(said(verifyOperator(story(spec, ...steps)))).toEqual(['a 0..10 2 2'])
  })
})

describe('sessions by the clock', () => {
  test('last while batches follow within less than their gap', () => {
    fc.assert(
      fc.property(anyTicks, ticks => {
        const outcome = verifyOperator(
          story(sums(session(12, 'processing'), total), ...stepsOf(ticks), END),
        )
        const wanted = ['a', 'b'].flatMap(user => {
          const times = arrivals(ticks).flatMap(one => (one.user === user ? [one.now] : []))
          const cuts = times.flatMap((now, at) =>
            at === 0 || now - (times[at - 1] as number) >= 12 ? [at] : [],
          )
          return cuts.map((from, nth) => {
            const own = times.slice(from, cuts[nth + 1])
            return `${user} ${own[0]}..${(own.at(-1) as number) + 12} ${own.length}`
          })
        })
        expect(said(outcome).toSorted()).toEqual(wanted.sort())
        expect(outcome.rows).toBe(PROGRESS)
      }),
      { numRuns: 12 },
    )
  })

  test('are said after each batch that changed them when they are updating', () => {
    const spec = sums(session(10, 'processing'), { ...total, mode: 'updating' })
    const steps = [came('a@1', { now: 3 }), came('a@1 a@2', { now: 8 }), { now: 30 }]
    const outcome = verifyOperator(story(spec, ...steps), { identity: windowIdentity })
    expect(said(outcome)).toEqual(['~a 3..13 1', '-a 3..13 1', '~a 3..18 3'])
  })
})
