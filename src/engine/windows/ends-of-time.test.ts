/** Windows that begin or end where there are no years: results without a place in their type. */

import { describe, expect, test } from 'vitest'
import { RECORD_MS } from '../../base/calendar.ts'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import { run, verifyOperator } from '../testing/verify.ts'
import {
  came,
  cumulate,
  END,
  hopping,
  passes,
  said,
  session,
  story,
  sums,
  tumbling,
} from './testing/told.ts'

const LAST = RECORD_MS.max
const FIRST = RECORD_MS.min
const SECOND = 1000

const played = (window: WindowSpec, more: Partial<AggregateSpec>, ...times: readonly number[]) =>
  verifyOperator(story(sums(window, more), came(times.map(time => `a@${time}`).join(' ')), END))

describe('at the end of time', () => {
  test.each<[string, WindowSpec]>([
    ['tumbling', tumbling(SECOND)],
    ['cumulate', cumulate(2 * SECOND, 2 * SECOND)],
    ['session', session(SECOND)],
  ])('a %s window that ends behind it is a dead letter', (_, window) => {
    const outcome = played(window, {}, LAST)
    expect(said(outcome)).toEqual([])
    expect(outcome.dead).toHaveLength(1)
    expect(outcome.dead[0]).toContain('time-out-of-range')
  })

  test('the windows of a record that end before it are said', () => {
    const outcome = played(hopping(3 * SECOND, SECOND), {}, LAST - SECOND)
    expect(said(outcome)).toEqual([`a ${LAST + 1 - 4 * SECOND}..${LAST + 1 - SECOND} 1 1`])
    expect(outcome.dead).toHaveLength(2)
  })

  test('nothing is taken back of what was never said', () => {
    const grows = story(
      sums(session(SECOND), { latenessMs: 9 * SECOND }),
      came(`a@${LAST - 10}`),
      passes(LAST + SECOND),
      came(`a@${LAST - 5}`),
      END,
    )
    expect(said(run(grows))).toEqual([])
    const updates = story(sums(tumbling(SECOND), { mode: 'updating' }), came(`a@${LAST}`), END)
    const { dead, outputs } = run(updates)
    expect([dead.length, outputs.get('main') ?? []]).toEqual([1, []])
  })
})

test('a window that begins before the first year is a dead letter', () => {
  const days = 86_400_000
  const outcome = played(tumbling(7 * days), {}, FIRST, FIRST + 7 * days)
  expect(outcome.dead).toHaveLength(1)
  expect(said(outcome)).toHaveLength(1)
})
