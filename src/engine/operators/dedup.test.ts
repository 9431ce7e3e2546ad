/** Repeats are left out: for ever, or within a span of event time. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordsOf } from '../columns/records.ts'
import type { DedupSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { TEXT } from '../schema/type.ts'
import { testCompiler } from '../testing/compiler.ts'
import { type Script, type Step, verifyOperator } from '../testing/verify.ts'

const input = new Schema([{ name: 'id', type: TEXT }])

interface Batch {
  readonly events: readonly (readonly [id: string | null, time: number])[]
  readonly by: number
}

const anyId: fc.Arbitrary<string | null> = fc.option(fc.constantFrom('a', 'b'))

const anyBatches: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({
    events: fc.array(fc.tuple(anyId, fc.integer({ min: -10, max: 60 })), { maxLength: 6 }),
    by: fc.integer({ min: 0, max: 20 }),
  }),
  { maxLength: 8 },
)

function specOf(withinMs?: number): DedupSpec {
  const key = [{ name: 'id', expression: 'id' }]
  return { kind: 'dedup', key, ...(withinMs === undefined ? {} : { withinMs }) }
}

function scriptOf(spec: DedupSpec, batches: readonly Batch[]): Script {
  let watermark = 0
  const steps = batches.map(({ events, by }): Step => {
    watermark += by
    const rows = events.map(([id, time]) => ({ time, values: [id] }))
    return { records: recordsOf(input, rows), watermark }
  })
  return { spec, input, steps, compiler: testCompiler }
}

/** What is kept of a key is forgotten when the watermark has passed it. */
function expected(batches: readonly Batch[], withinMs = Number.POSITIVE_INFINITY) {
  const kept = new Map<string | null, number>()
  const passed: [number, string | null][] = []
  let watermark = Number.NEGATIVE_INFINITY
  let next = 0
  for (const { events, by } of batches) {
    for (const [id, time] of events) {
      const before = kept.get(id)
      if (before !== undefined && time < before + withinMs) continue
      if (time + withinMs > watermark) kept.set(id, time)
      passed.push([time, id])
    }
    next += by
    watermark = next
    for (const [id, time] of kept) {
      if (time + withinMs <= watermark) kept.delete(id)
    }
  }
  return { passed, kept: kept.size }
}

test('of equal records the first goes on, and the others do not', () => {
  fc.assert(
    fc.property(anyBatches, batches => {
      const { outputs, rows } = verifyOperator(scriptOf(specOf(), batches))
      const said = (outputs.get('main') ?? []).map(({ time, values }) => [time, ...values])
      const { passed, kept } = expected(batches)
      expect(said).toEqual(passed)
      // Besides, how far it has come.
      expect(rows).toBe(kept + Math.min(1, batches.length))
    }),
  )
})

test('within a span of event time; behind it nothing is kept', () => {
  fc.assert(
    fc.property(anyBatches, fc.integer({ min: 1, max: 30 }), (batches, withinMs) => {
      const script = scriptOf(specOf(withinMs), batches)
      const last = { watermark: Number.POSITIVE_INFINITY }
      const { outputs, rows } = verifyOperator(
        { ...script, steps: [...script.steps, last] },
        { endsEmpty: true, stopsBySlot: true },
      )
      const said = (outputs.get('main') ?? []).map(({ time, values }) => [time, ...values])
      expect(said).toEqual(expected(batches, withinMs).passed)
      // How far it has come, and nothing of any key.
      expect(rows).toBe(1)
    }),
  )
})
