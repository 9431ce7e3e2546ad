/**
 * Every kind of operator, and every kind of window, keeps to the contract: the tables below are
 * total, and the compiler counts their rows. What each of them computes is tested beside it.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Row, recordsOf } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import type { AggregateSpec, OperatorKind, OperatorSpec, WindowSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, BIGINT, TEXT } from '../schema/type.ts'
import { testCompiler } from './compiler.ts'
import { type Script, type Step, verifyOperator } from './verify.ts'

const input = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
  { name: 'tags', type: arrayOf(TEXT) },
])

const users = [{ name: 'user', expression: 'user' }]

const WINDOWS: { readonly [Kind in WindowSpec['kind']]: Extract<WindowSpec, { kind: Kind }> } = {
  tumbling: { kind: 'tumbling', sizeMs: 10, offsetMs: 3, time: 'event' },
  hopping: { kind: 'hopping', sizeMs: 10, everyMs: 4, offsetMs: 0, time: 'event' },
  cumulate: { kind: 'cumulate', sizeMs: 12, stepMs: 4, offsetMs: 0, time: 'event' },
  session: { kind: 'session', gapMs: 5, time: 'event' },
  sliding: { kind: 'sliding', sizeMs: 8 },
  'sliding-rows': { kind: 'sliding-rows', rows: 3 },
  count: { kind: 'count', rows: 3 },
  global: { kind: 'global' },
}

const sums = (window: WindowSpec, more: Partial<AggregateSpec> = {}): AggregateSpec => ({
  kind: 'aggregate',
  key: users,
  window,
  aggregates: [
    { name: 'size', fn: 'count', args: [], distinct: false },
    { name: 'sum', fn: 'sum', args: ['n'], distinct: false },
  ],
  latenessMs: 0,
  mode: 'final',
  ...more,
})

interface Trial<Spec> {
  readonly spec: Spec
  /** Missing: one. */
  readonly inputs?: number
}

const KINDS: { readonly [Kind in OperatorKind]: Trial<Extract<OperatorSpec, { kind: Kind }>> } = {
  filter: { spec: { kind: 'filter', where: 'n >= 2' } },
  project: { spec: { kind: 'project', columns: [{ name: 'm', expression: 'fail(n)' }] } },
  unnest: { spec: { kind: 'unnest', array: 'tags', as: 'tag', ordinality: 'at', keepEmpty: true } },
  union: { spec: { kind: 'union' }, inputs: 3 },
  split: { spec: { kind: 'split', branches: [{ side: 'some', where: "user = 'a'" }] } },
  'key-by': { spec: { kind: 'key-by', key: users } },
  dedup: { spec: { kind: 'dedup', key: users, withinMs: 7 } },
  aggregate: { spec: sums(WINDOWS.tumbling, { lateSide: 'late', latenessMs: 4 }) },
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  time: fc.integer({ min: -5, max: 50 }),
  values: fc.tuple<[Scalar, Scalar, Scalar]>(
    fc.option(fc.constantFrom('a', 'b')),
    fc.option(fc.integer({ min: -3, max: 6 })),
    fc.option(fc.array(fc.option(fc.constantFrom('x', 'y')), { maxLength: 3 })),
  ),
})

const anySteps = (inputs: number): fc.Arbitrary<readonly Step[]> =>
  fc
    .array(
      fc.record({
        rows: fc.array(anyRow, { maxLength: 5 }),
        input: fc.nat(inputs - 1),
        by: fc.nat(30),
      }),
      { maxLength: 6 },
    )
    .map(batches => {
      let watermark = -10
      return batches.map(({ rows, input: at, by }): Step => {
        watermark += by
        return { records: recordsOf(input, rows), input: at, watermark }
      })
    })

const scriptOf = (spec: OperatorSpec, steps: readonly Step[], inputs = 1): Script => ({
  ...{ spec, input, inputs, steps: [...steps, { watermark: Infinity }], compiler: testCompiler },
})

describe('verified', () => {
  test.each(Object.entries(KINDS))('%s', (_, { spec, inputs = 1 }) => {
    fc.assert(
      fc.property(anySteps(inputs), steps => {
        const identity = 'latenessMs' in spec ? ofWindow : undefined
        verifyOperator(scriptOf(spec, steps, inputs), identity === undefined ? {} : { identity })
      }),
      { numRuns: 30 },
    )
  })

  test.each(Object.entries(WINDOWS))('aggregates in a %s window', (_, window) => {
    fc.assert(
      fc.property(anySteps(1), steps => {
        verifyOperator(scriptOf(sums(window), steps), window.kind === 'session' ? BY_WINDOW : {})
      }),
      { numRuns: 30 },
    )
  })
})

/** The key and the window. */
const ofWindow = ({ values }: Row): string => JSON.stringify(values.slice(0, 3))
const BY_WINDOW = { identity: ofWindow }

test('the inputs of an operator are told apart', () => {
  const records = (user: string) => recordsOf(input, [{ time: 1, values: [user, 1, null] }])
  const steps = [{ records: records('a'), input: 1 }, { records: records('b') }]
  const { outputs } = verifyOperator(scriptOf({ kind: 'union' }, steps, 2))
  expect(outputs.get('main')?.map(({ values }) => values[0])).toEqual(['a', 'b'])
})
