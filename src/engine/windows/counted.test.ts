/** Windows by count: every so many records of a key, in the order in which they came. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { run, verifyOperator } from '../testing/verify.ts'
import { anyBatches, type Batch, scriptOf, specOf } from './testing/events.ts'

const countsOf = (rows: number) => specOf({ kind: 'count', rows }, { lateSide: undefined })

function expected(batches: readonly Batch[], rows: number): readonly unknown[] {
  const counts = new Map<string | null, number>()
  const results: unknown[] = []
  for (const { user, time } of batches.flatMap(({ events }) => events)) {
    const count = (counts.get(user) ?? 0) + 1
    counts.set(user, count % rows)
    if (count === rows) results.push([time, user, rows])
  }
  return results
}

test('a result is said with the record that fills its window', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), anyBatches, (rows, batches) => {
      const outcome = verifyOperator(scriptOf(countsOf(rows), batches))
      const results = outcome.outputs.get('main') ?? []
      const said = results.map(({ time, values }) => [time, ...values.slice(0, 2)])
      expect(said).toEqual(expected(batches, rows))
    }),
    { numRuns: 60 },
  )
})

test('a window that was filled leaves no row behind', () => {
  const events = [1, 2, 3, 4].map(time => ({ user: 'a', time, n: 0 }))
  const spec = countsOf(2)
  expect(run(scriptOf(spec, [{ events, by: 1 }])).rows).toBe(0)
  // The window that is open, and the value that it has seen.
  expect(run(scriptOf(spec, [{ events: events.slice(1), by: 1 }])).rows).toBe(2)
})
