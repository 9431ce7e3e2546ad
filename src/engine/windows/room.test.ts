/** What one batch takes of what is due: no more than its room and the rows of one slot. */

import { describe, expect, test } from 'vitest'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import { run, type Script, type Step } from '../testing/verify.ts'
import { recordsFrom } from './testing/events.ts'
import { END, hopping, passes, session, story, sums, tumbling } from './testing/told.ts'

const USERS = 60

/** Users of many slots, each with a record. */
const crowd = (time: number): Step => ({
  records: recordsFrom(Array.from({ length: USERS }, (_, at) => ({ user: `u${at}`, time, n: 1 }))),
})

const crowded = (window: WindowSpec, more: Partial<AggregateSpec>, ...steps: readonly Step[]) =>
  story(sums(window, more), crowd(1), ...steps)

/** More batches than with room for all: so many more were needed. */
function more(script: Script, room: number): number {
  const wide = run(script)
  const narrow = run(script, { room })
  expect(narrow.outputs).toEqual(wide.outputs)
  expect(narrow.rows).toBe(wide.rows)
  return narrow.deltas.length - wide.deltas.length
}

describe('of many keys whose time has come, a batch takes what it has room for', () => {
  test.each<[string, Script]>([
    ['slices that are dropped', crowded(tumbling(10), { mode: 'updating' }, END)],
    ['slices whose lateness ends', crowded(tumbling(10), { latenessMs: 5 }, passes(10), END)],
    ['windows that end', crowded(tumbling(10), {}, END)],
    ['windows that share slices', crowded(hopping(10, 5), {}, passes(10))],
    ['sessions that end', crowded(session(10), {}, END)],
    ['sessions that went on', crowded(session(10), {}, crowd(5), passes(12))],
    ['sliding windows', crowded({ kind: 'sliding', sizeMs: 5 }, {}, passes(2))],
    ['records that leave them', crowded({ kind: 'sliding', sizeMs: 5 }, {}, passes(2), passes(9))],
    ['early results', crowded(tumbling(10), { earlyMs: 5 }, { now: 9 })],
    ['early results of sessions', crowded(session(10), { earlyMs: 5 }, { now: 9 })],
    [
      'early results that nobody needs any more',
      crowded(session(10), { earlyMs: 5, latenessMs: 50 }, passes(12), { now: 9 }),
    ],
  ])('%s', (_, script) => {
    expect(more(script, 10)).toBeGreaterThanOrEqual(USERS / 10 - 1)
    expect(more(script, 1)).toBeGreaterThan(USERS / 3)
  })
})

test('windows that put much together and say little take the room of more', () => {
  const slices = 128
  const events = Array.from({ length: USERS * slices }, (_, at) => ({
    user: `u${at % USERS}`,
    time: Math.floor(at / USERS),
    n: 1,
  }))
  const window = hopping(slices, slices - 1)
  const script = story(sums(window), { records: recordsFrom(events) }, passes(slices))
  // Of the window before, which has the first slice, a row of each user; of this one two.
  expect(more(script, 10)).toBeGreaterThanOrEqual((3 * USERS) / 10 - 1)
})
