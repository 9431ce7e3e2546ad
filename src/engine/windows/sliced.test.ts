/** Windows of fixed length against a naive account of which record is in which window. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Row } from '../columns/records.ts'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import { lastRows, verifyOperator } from '../testing/verify.ts'
import { anyBatches, type Batch, scriptOf, specOf, windowIdentity } from './testing/events.ts'

const windowSpec: fc.Arbitrary<Extract<WindowSpec, { offsetMs: number }>> = fc.oneof(
  fc.record({
    kind: fc.constant('tumbling' as const),
    sizeMs: fc.integer({ min: 1, max: 30 }),
    offsetMs: fc.integer({ min: -5, max: 5 }),
    time: fc.constant('event' as const),
  }),
  fc.record({
    kind: fc.constant('hopping' as const),
    sizeMs: fc.integer({ min: 1, max: 30 }),
    everyMs: fc.integer({ min: 1, max: 20 }),
    offsetMs: fc.integer({ min: -5, max: 5 }),
    time: fc.constant('event' as const),
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
    .map(([stepMs, times]) => ({
      kind: 'cumulate' as const,
      stepMs,
      sizeMs: stepMs * times,
      offsetMs: 2,
      time: 'event' as const,
    })),
)

/** All windows that hold a time, by trying every possible end. */
function windowsOf(window: Extract<WindowSpec, { offsetMs: number }>, time: number) {
  const ends: { start: number; end: number }[] = []
  const size = window.sizeMs
  for (let end = time + 1; end <= time + size; end++) {
    if (window.kind === 'cumulate') {
      const start = Math.floor((time - window.offsetMs) / size) * size + window.offsetMs
      if (end <= start + size && (end - start) % window.stepMs === 0) ends.push({ start, end })
      continue
    }
    const every = window.kind === 'hopping' ? window.everyMs : size
    const start = end - size
    if ((((start - window.offsetMs) % every) + every) % every === 0) ends.push({ start, end })
  }
  return ends
}

interface Expected {
  readonly results: ReadonlyMap<string, number>
  readonly late: number
}

function expected(spec: AggregateSpec, script: readonly Batch[]): Expected {
  const window = spec.window as Extract<WindowSpec, { offsetMs: number }>
  const results = new Map<string, number>()
  let watermark = Number.NEGATIVE_INFINITY
  let next = 0
  let late = 0
  for (const { events, by } of script) {
    for (const { user, time } of events) {
      const all = windowsOf(window, time)
      const open = all.filter(({ end }) => end + spec.latenessMs > watermark)
      if (all.length > 0 && open.length === 0) late++
      for (const { start, end } of open) {
        const key = JSON.stringify([user, start, end])
        results.set(key, (results.get(key) ?? 0) + 1)
      }
    }
    next += by
    watermark = next
  }
  return { results, late }
}

function totals(rows: readonly Row[] = []): ReadonlyMap<string, number> {
  return new Map(
    [...lastRows(rows, windowIdentity).values()].map(row => {
      const values = JSON.parse(row)[1]
      return [JSON.stringify(values.slice(0, 3)), values[3]]
    }),
  )
}

describe.each(['final', 'updating'] as const)('windows of fixed length, %s', mode => {
  test('hold the records that belong to them, in time', () => {
    const lateness = fc.constantFrom(0, 0, 7, 30)
    fc.assert(
      fc.property(windowSpec, lateness, anyBatches, (window, latenessMs, script) => {
        const spec = specOf(window, { latenessMs, mode })
        const again = mode === 'updating' || latenessMs > 0
        const outcome = verifyOperator(
          scriptOf(spec, script),
          again ? { identity: windowIdentity } : {},
        )
        const wanted = expected(spec, script)
        expect(totals(outcome.outputs.get('main'))).toEqual(wanted.results)
        expect(outcome.outputs.get('late') ?? []).toHaveLength(wanted.late)
        expect(outcome.late).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})
