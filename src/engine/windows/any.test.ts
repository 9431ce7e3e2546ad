/**
 * Windows of every kind under every setting at once, over disordered records of few keys: however
 * they are run, they say the same, and nothing of any key is left when the input has ended.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Row } from '../columns/records.ts'
import type { AggregateSpec, Named, WindowSpec } from '../plan/plan.ts'
import { type Step, verifyOperator } from '../testing/verify.ts'
import { anyBatches, type Batch, recordsFrom } from './testing/events.ts'
import { cumulate, END, hopping, PROGRESS, session, story, sums, tumbling } from './testing/told.ts'

const KEYS: readonly (readonly Named[])[] = [
  [],
  [{ name: 'user', expression: 'user' }],
  [
    { name: 'n', expression: 'n' },
    { name: 'user', expression: 'user' },
  ],
  [{ name: 'one', expression: '1' }],
]

const DISTINCT = { name: 'different', fn: 'count', args: ['n'], distinct: true, filter: 'n >= 3' }

const anyTime = fc.constantFrom('event' as const, 'processing' as const)

const anyBounded: fc.Arbitrary<WindowSpec> = fc.oneof(
  anyTime.map(time => tumbling(12, time)),
  fc
    .tuple(fc.constantFrom(4, 5, 12, 30), fc.constantFrom(3, 4, 20), anyTime)
    .map(([size, every, time]) => hopping(size, every, time)),
  anyTime.map(time => cumulate(20, 4, time)),
  fc.tuple(fc.integer({ min: 1, max: 20 }), anyTime).map(([gap, time]) => session(gap, time)),
  fc.constant({ kind: 'global' } as const),
)

const anySetting = fc.record({
  key: fc.constantFrom(...KEYS),
  latenessMs: fc.constantFrom(0, 0, 9, 60),
  mode: fc.constantFrom('final' as const, 'updating' as const),
  lateSide: fc.constantFrom('late', undefined),
  earlyMs: fc.constantFrom(undefined, undefined, 7),
})

/** Each batch at a `now` of its own, and jumps of the watermark that pass many windows at once. */
function stepsOf(batches: readonly Batch[], ticks: readonly number[]): readonly Step[] {
  let watermark = -30
  let now = 0
  return batches.map(({ events, by }, at): Step => {
    const tick = ticks[at % ticks.length] ?? 0
    watermark += tick === 40 ? 5000 : by
    now += tick
    return { records: recordsFrom(events), watermark, now }
  })
}

const anyTicks = fc.array(fc.constantFrom(0, 1, 6, 13, 40), { minLength: 1, maxLength: 5 })

function specOf(window: WindowSpec, { mode, earlyMs, ...more }: Partial<AggregateSpec>) {
  const spec = sums(window, { ...more, mode: mode ?? 'final' })
  const early = mode === 'final' && earlyMs !== undefined ? { earlyMs } : {}
  return { ...spec, ...early, aggregates: [...spec.aggregates, DISTINCT] }
}

/** Long after the last early result was due. */
const LATER: Step = { now: 100_000 }

describe('a window of any kind, under any setting', () => {
  test('is the same however it is run, and leaves nothing', () => {
    fc.assert(
      fc.property(
        anyBounded,
        anySetting,
        anyBatches,
        anyTicks,
        (window, setting, batches, ticks) => {
          const spec = specOf(window, setting)
          const bounds = window.kind === 'global' ? 0 : 2
          const named = spec.key.length + bounds
          const identity = ({ values }: Row) => JSON.stringify(values.slice(0, named))
          const script = story(spec, ...stepsOf(batches, ticks), END, LATER)
          const outcome = verifyOperator(script, { identity })
          expect(outcome.rows).toBe(PROGRESS)
          expect(outcome.dead).toEqual([])
        },
      ),
      { numRuns: 16 },
    )
  })

  test('counts each record once, or tells that it was late', () => {
    const plain = fc.constantFrom<WindowSpec>(
      tumbling(12),
      session(6),
      { kind: 'global' },
      tumbling(12, 'processing'),
      session(6, 'processing'),
    )
    fc.assert(
      fc.property(plain, anyBatches, anyTicks, (window, batches, ticks) => {
        const spec = sums(window, { lateSide: 'late' })
        const { outputs } = verifyOperator(story(spec, ...stepsOf(batches, ticks), END))
        const place = window.kind === 'global' ? 1 : 3
        const main = outputs.get('main') ?? []
        const counted = main.reduce((sum, { values }) => sum + Number(values[place]), 0)
        const late = outputs.get('late')?.length ?? 0
        expect(counted + late).toBe(batches.flatMap(({ events }) => events).length)
      }),
      { numRuns: 12 },
    )
  })

  test('with expressions that fail leaves those records out, whole', () => {
    const aggregates = [
      { name: 'total', fn: 'count', args: [], distinct: false },
      { name: 'sum', fn: 'sum', args: ['fail(n)'], distinct: false },
    ]
    const window = fc.oneof(
      anyBounded,
      fc.constantFrom<WindowSpec>({ kind: 'sliding', sizeMs: 9 }, { kind: 'count', rows: 2 }),
    )
    fc.assert(
      fc.property(window, anyBatches, anyTicks, (one, batches, ticks) => {
        const failing = sums(one, { aggregates, lateSide: undefined })
        const good = batches.map(({ events, by }) => ({
          events: events.filter(({ n }) => n >= 0),
          by,
        }))
        const outcome = verifyOperator(story(failing, ...stepsOf(batches, ticks), END))
        const wanted = verifyOperator(story(failing, ...stepsOf(good, ticks), END))
        expect(outcome.outputs).toEqual(wanted.outputs)
        expect([outcome.late, outcome.rows]).toEqual([wanted.late, wanted.rows])
        const bad = batches.flatMap(({ events }) => events).filter(({ n }) => n < 0)
        expect(outcome.dead).toEqual(bad.map(({ n }) => `negative: ${n} is negative`))
      }),
      { numRuns: 12 },
    )
  })
})

describe('windows that follow each record, under any setting', () => {
  const anySliding = fc.constantFrom<WindowSpec>(
    { kind: 'sliding', sizeMs: 1 },
    { kind: 'sliding', sizeMs: 15 },
    { kind: 'sliding', sizeMs: 1_000_000 },
    { kind: 'sliding-rows', rows: 1 },
    { kind: 'sliding-rows', rows: 3 },
  )

  test('are the same however they are run', () => {
    fc.assert(
      fc.property(
        anySliding,
        fc.constantFrom(...KEYS),
        anyBatches,
        anyTicks,
        (window, key, batches, ticks) => {
          const spec = sums(window, { key, lateSide: 'late' })
          const outcome = verifyOperator(story(spec, ...stepsOf(batches, ticks), END))
          const all = batches.flatMap(({ events }) => events).length
          const told = ['main', 'late'].map(edge => outcome.outputs.get(edge)?.length ?? 0)
          expect(told.reduce((sum, one) => sum + one)).toBe(all)
          if (window.kind === 'sliding') expect(outcome.rows).toBe(PROGRESS)
        },
      ),
      { numRuns: 16 },
    )
  })
})
