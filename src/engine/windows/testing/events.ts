/** Test support: users who do something at some time, in batches that a watermark follows. */

import fc from 'fast-check'
import { type Records, type Row, recordsOf } from '../../columns/records.ts'
import type { AggregateSpec, WindowSpec } from '../../plan/plan.ts'
import { Schema } from '../../schema/schema.ts'
import { BIGINT, TEXT } from '../../schema/type.ts'
import { testCompiler } from '../../testing/compiler.ts'
import type { Script, Step } from '../../testing/verify.ts'

export const input = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
])

export interface Event {
  readonly user: string | null
  readonly time: number
  readonly n: number
}

/** A batch, and how far the watermark moves behind it. */
export interface Batch {
  readonly events: readonly Event[]
  readonly by: number
}

export function recordsFrom(events: readonly Event[]): Records {
  return recordsOf(
    input,
    events.map(({ user, time, n }) => ({ time, values: [user, n] })),
  )
}

export function scriptOf(spec: AggregateSpec, batches: readonly Batch[]): Script {
  let watermark = 0
  const steps: Step[] = []
  for (const { events, by } of batches) {
    watermark += by
    steps.push({ records: recordsFrom(events), watermark })
  }
  steps.push({ watermark: Number.POSITIVE_INFINITY })
  return { spec, input, steps, compiler: testCompiler }
}

const anyUser: fc.Arbitrary<string | null> = fc.option(fc.constantFrom('a', 'b', 'c', 'd\0'))

const event: fc.Arbitrary<Event> = fc.record({
  user: anyUser,
  time: fc.integer({ min: -20, max: 120 }),
  n: fc.integer({ min: -3, max: 50 }),
})

export const anyBatches: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({ events: fc.array(event, { maxLength: 8 }), by: fc.integer({ min: 0, max: 40 }) }),
  { maxLength: 8 },
)

const DIFFERENT = { name: 'different', fn: 'count', args: ['n'], distinct: true }

const canBeDistinct = ({ kind }: WindowSpec) => kind !== 'sliding' && kind !== 'sliding-rows'

export function specOf(window: WindowSpec, more: Partial<AggregateSpec> = {}): AggregateSpec {
  return {
    kind: 'aggregate',
    key: [{ name: 'user', expression: 'user' }],
    window,
    aggregates: [
      { name: 'total', fn: 'count', args: [], distinct: false },
      { name: 'last', fn: 'last', args: ['n'], distinct: false, filter: 'n >= 0' },
      ...(canBeDistinct(window) ? [DIFFERENT] : []),
    ],
    latenessMs: 0,
    lateSide: 'late',
    mode: 'final',
    ...more,
  }
}

/** Of a result with a window: its key and its bounds. */
export const windowIdentity = ({ values }: Row) => JSON.stringify(values.slice(0, 3))
