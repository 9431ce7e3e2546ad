/** Windows that follow each record, by time and by rows, against a count over all that came. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WindowSpec } from '../plan/plan.ts'
import { verifyOperator } from '../testing/verify.ts'
import { anyBatches, type Batch, type Event, scriptOf, specOf } from './testing/events.ts'

type Sliding = Extract<WindowSpec, { kind: 'sliding' | 'sliding-rows' }>

const anyWindow: fc.Arbitrary<Sliding> = fc.oneof(
  fc.record({
    kind: fc.constant('sliding' as const),
    sizeMs: fc.integer({ min: 1, max: 60 }),
  }),
  fc.record({
    kind: fc.constant('sliding-rows' as const),
    rows: fc.integer({ min: 1, max: 6 }),
  }),
)

/** All that were in time, by time; those of one time as they came. */
function inTime(batches: readonly Batch[]) {
  const kept: Event[] = []
  let late = 0
  let watermark = Number.NEGATIVE_INFINITY
  let next = 0
  for (const { events, by } of batches) {
    for (const event of events) {
      if (event.time < watermark) late++
      else kept.push(event)
    }
    next += by
    watermark = next
  }
  return { late, sorted: kept.sort((one, other) => one.time - other.time) }
}

function resultsOf(sorted: readonly Event[], window: Sliding): readonly unknown[] {
  return sorted.map(({ user, time, n }, at) => {
    const own = sorted.filter(other => other.user === user)
    const before = sorted.slice(0, at + 1).filter(other => other.user === user)
    const total =
      window.kind === 'sliding'
        ? own.filter(other => other.time <= time && other.time > time - window.sizeMs).length
        : Math.min(window.rows, before.length)
    return [time, user, n, total]
  })
}

const sorted = (rows: readonly unknown[]) => rows.map(row => JSON.stringify(row)).sort()

describe('sliding windows', () => {
  test('say for each record what there was up to it', () => {
    fc.assert(
      fc.property(anyWindow, anyBatches, (window, batches) => {
        const outcome = verifyOperator(scriptOf(specOf(window), batches))
        const wanted = inTime(batches)
        const rows = outcome.outputs.get('main') ?? []
        const said = rows.map(({ time, values }) => [time, ...values.slice(0, 3)])
        expect(sorted(said)).toEqual(sorted(resultsOf(wanted.sorted, window)))
        expect(outcome.outputs.get('late') ?? []).toHaveLength(wanted.late)
      }),
      { numRuns: 60 },
    )
  })

  test('by time leave nothing behind, once time has passed', () => {
    const events = [5, 7, 9].map(time => ({ user: 'a', time, n: 0 }))
    const window = { kind: 'sliding', sizeMs: 10 } as const
    const outcome = verifyOperator(scriptOf(specOf(window), [{ events, by: 100 }]))
    // What is left says how far it has come.
    expect(outcome.rows).toBe(1)
  })
})
