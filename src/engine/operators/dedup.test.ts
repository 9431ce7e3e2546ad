/** Repeats are left out: for ever, or within a span of event time. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordsOf } from '../columns/records.ts'
import type { DedupSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
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
        { endsEmpty: true },
      )
      const said = (outputs.get('main') ?? []).map(({ time, values }) => [time, ...values])
      expect(said).toEqual(expected(batches, withinMs).passed)
      // How far it has come, and nothing of any key.
      expect(rows).toBe(1)
    }),
  )
})

describe('dedup, by example', () => {
  const at = (time: number, ...ids: readonly (string | null)[]) =>
    recordsOf(
      input,
      ids.map(id => ({ time, values: [id] })),
    )
  const saidBy = (spec: DedupSpec, steps: readonly Step[], expectation = {}) => {
    const script = { spec, input, steps, compiler: testCompiler }
    const { outputs, ...rest } = verifyOperator(script, expectation)
    const said = (outputs.get('main') ?? []).map(({ time, values }) => [time, ...values])
    return { said, ...rest }
  }

  test('null is a key like any other, and equals itself', () => {
    const { said } = saidBy(specOf(), [
      { records: at(1, null, 'a', null) },
      { records: at(2, null) },
    ])
    expect(said).toEqual([
      [1, null],
      [1, 'a'],
    ])
  })

  test('a record exactly `withinMs` later goes on, one a millisecond before that does not', () => {
    const steps = [9, 10, 19, 20].map(time => ({ records: at(time, 'a') }))
    const { said } = saidBy(specOf(10), [{ records: at(0, 'a') }, ...steps])
    expect(said.map(([time]) => time)).toEqual([0, 10, 20])
  })

  test('what the watermark has passed by `withinMs` is forgotten, not a moment before', () => {
    const before = saidBy(specOf(10), [
      { records: at(5, 'a'), watermark: 14 },
      { records: at(5, 'a') },
    ])
    expect([before.said, before.rows]).toEqual([[[5, 'a']], 3])
    const after = saidBy(specOf(10), [
      { records: at(5, 'a'), watermark: 15 },
      { records: at(5, 'a') },
    ])
    const again = [
      [5, 'a'],
      [5, 'a'],
    ]
    expect([after.said, after.rows]).toEqual([again, 1])
  })

  test('a record that was kept later outlives the reminder of the one before', () => {
    const steps = [
      { records: at(0, 'a') },
      { records: at(10, 'a'), watermark: 12 },
      { records: at(13, 'a'), watermark: 20 },
      { records: at(13, 'a') },
    ]
    expect(saidBy(specOf(10), steps).said.map(([time]) => time)).toEqual([0, 10, 13])
  })

  test('a record for which the key fails is neither said nor remembered', () => {
    const numbers = new Schema([{ name: 'n', type: BIGINT }])
    const key = [{ name: 'n', expression: 'fail(n)' }]
    const rows = [-1, 1, -1, 1].map(n => ({ time: 0, values: [n] }))
    const steps = [{ records: recordsOf(numbers, rows), watermark: 0 }]
    const spec: DedupSpec = { kind: 'dedup', key }
    const {
      outputs,
      dead,
      rows: left,
    } = verifyOperator({ spec, input: numbers, steps, compiler: testCompiler })
    expect(outputs.get('main')).toEqual([{ time: 0, values: [1] }])
    expect(dead).toEqual(['negative: -1 is negative', 'negative: -1 is negative'])
    expect(left).toBe(2)
  })

  test('keys of several columns are equal only in all of them', () => {
    const pairs = new Schema([
      { name: 'a', type: TEXT },
      { name: 'b', type: TEXT },
    ])
    const key = ['a', 'b'].map(name => ({ name, expression: name }))
    const values = [
      ['x', 'yz'],
      ['xy', 'z'],
      ['x\0', 'z'],
      ['x', '\0z'],
      [null, 'x'],
      ['x', null],
      ['x', 'yz'],
    ]
    const records = recordsOf(
      pairs,
      values.map(one => ({ time: 0, values: one })),
    )
    const script = { spec: { kind: 'dedup', key } as const, input: pairs, compiler: testCompiler }
    const { outputs } = verifyOperator({ ...script, steps: [{ records }] })
    expect((outputs.get('main') ?? []).map(row => row.values)).toEqual(values.slice(0, -1))
  })

  test('more keys than may be kept in memory are still all remembered', () => {
    const ids = Array.from({ length: 60 }, (_, one) => `id-${one}`)
    const steps = [0, 1, 2].map(round => ({ records: at(round, ...ids), watermark: round }))
    const { said, rows } = saidBy(specOf(), steps)
    expect(said).toEqual(ids.map(id => [0, id]))
    expect(rows).toBe(61)
  })

  test('at the end of the input all that has a span is forgotten, slot by slot', () => {
    const steps = [{ records: at(0, 'a', 'b', 'c', 'd') }, { watermark: Number.POSITIVE_INFINITY }]
    const { rows } = saidBy(specOf(10), steps, { endsEmpty: true })
    expect(rows).toBe(1)
  })
})
