/** Operators that keep nothing, each against a line that says what it does. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Records, type Row, recordsOf } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import type { OperatorSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, BIGINT, TEXT } from '../schema/type.ts'
import { testCompiler } from '../testing/compiler.ts'
import { type Outcome, type Script, verifyOperator } from '../testing/verify.ts'

const input = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
  { name: 'tags', type: arrayOf(TEXT) },
])

const anyTag: fc.Arbitrary<string | null> = fc.option(fc.constantFrom('x', 'y'))
const anyValues: fc.Arbitrary<[Scalar, Scalar, Scalar]> = fc.tuple<[Scalar, Scalar, Scalar]>(
  fc.option(fc.constantFrom('a', 'b')),
  fc.option(fc.integer({ min: -3, max: 6 })),
  fc.option(fc.array(anyTag, { maxLength: 3 })),
)
const anyRow: fc.Arbitrary<Row> = fc.record({
  time: fc.integer({ min: -5, max: 50 }),
  values: anyValues,
})
const anyRows = fc.array(fc.array(anyRow, { maxLength: 6 }), { maxLength: 5 })

function scriptOf(spec: OperatorSpec, batches: readonly (readonly Row[])[]): Script {
  const steps = batches.map((rows, at) => ({ records: recordsOf(input, rows), watermark: at }))
  return { spec, input, steps, compiler: testCompiler }
}

function verified(spec: OperatorSpec, batches: readonly (readonly Row[])[]): Outcome {
  return verifyOperator(scriptOf(spec, batches))
}

const said = ({ outputs }: Outcome, edge = 'main') =>
  (outputs.get(edge) ?? []).map(({ time, values }) => [time, ...values])

const rowsOf = (batches: readonly (readonly Row[])[]) =>
  batches.flat().map(({ time, values }): [number, ...Scalar[]] => [time, ...values])

const numberOf = (row: readonly Scalar[]) => row[2] as number | null

describe('filter', () => {
  test('lets pass what is true, not what is false or unknown', () => {
    fc.assert(
      fc.property(anyRows, batches => {
        const outcome = verified({ kind: 'filter', where: 'n >= 2' }, batches)
        const wanted = rowsOf(batches).filter(row => (numberOf(row) ?? -1) >= 2)
        expect(said(outcome)).toEqual(wanted)
        expect(outcome.rows).toBe(0)
      }),
    )
  })
})

describe('project', () => {
  test('makes other columns, and leaves out records that cannot be computed', () => {
    fc.assert(
      fc.property(anyRows, batches => {
        const columns = [
          { name: 'm', expression: 'fail(n)' },
          { name: 'who', expression: 'user' },
        ]
        const outcome = verified({ kind: 'project', columns }, batches)
        const fails = (row: readonly Scalar[]) => (numberOf(row) ?? 0) < 0
        const all = rowsOf(batches)
        const wanted = all.filter(row => !fails(row)).map(([time, user, n]) => [time, n, user])
        expect(said(outcome)).toEqual(wanted)
        const dead = all.filter(fails).map(row => `negative: ${numberOf(row)} is negative`)
        expect(outcome.dead).toEqual(dead)
      }),
    )
  })
})

describe('split', () => {
  test('sends each record to the first branch that is true for it', () => {
    const branches = [
      { side: 'large', where: 'n >= 3' },
      { side: 'hers', where: "user = 'a'" },
    ]
    fc.assert(
      fc.property(anyRows, batches => {
        const outcome = verified({ kind: 'split', branches }, batches)
        const all = rowsOf(batches)
        const large = all.filter(row => (numberOf(row) ?? 0) >= 3)
        const rest = all.filter(row => !large.includes(row))
        expect(said(outcome, 'large')).toEqual(large)
        expect(said(outcome, 'hers')).toEqual(rest.filter(([, user]) => user === 'a'))
        expect(said(outcome)).toEqual(rest.filter(([, user]) => user !== 'a'))
      }),
    )
  })
})

describe('unnest', () => {
  const elements = (row: readonly Scalar[]) => (row[3] ?? []) as readonly Scalar[]

  test('makes a record of each element, with its number', () => {
    const spec = { kind: 'unnest', array: 'tags', as: 'tag', ordinality: 'at' } as const
    fc.assert(
      fc.property(anyRows, fc.boolean(), (batches, keepEmpty) => {
        const outcome = verified({ ...spec, keepEmpty }, batches)
        const wanted = rowsOf(batches).flatMap(row => {
          const made = elements(row).map((tag, at) => [...row, tag, at + 1])
          return made.length === 0 && keepEmpty ? [[...row, null, null]] : made
        })
        expect(said(outcome)).toEqual(wanted)
      }),
    )
  })

  test('needs an array', () => {
    const spec = { kind: 'unnest', array: 'user', as: 'tag', keepEmpty: false } as const
    expect(() => verified(spec, [])).toThrow('user is TEXT; only an ARRAY can be unnested')
  })
})

describe('key-by', () => {
  test('leaves records as they are: what it does is the exchange', () => {
    const spec = { kind: 'key-by', key: [{ name: 'user', expression: 'user' }] } as const
    fc.assert(
      fc.property(anyRows, batches => {
        expect(said(verified(spec, batches))).toEqual(rowsOf(batches))
      }),
    )
  })

  test('lets no record pass whose key fails', () => {
    const spec = { kind: 'key-by', key: [{ name: 'n', expression: 'fail(n)' }] } as const
    fc.assert(
      fc.property(anyRows, batches => {
        const outcome = verified(spec, batches)
        const fails = (row: readonly Scalar[]) => (numberOf(row) ?? 0) < 0
        expect(said(outcome)).toEqual(rowsOf(batches).filter(row => !fails(row)))
        expect(outcome.dead).toHaveLength(rowsOf(batches).filter(fails).length)
      }),
    )
  })
})

test('where records came from is known behind all of these', () => {
  const origin = { channel: 4, offsets: Float64Array.of(10, 11, 12) }
  const values = (n: number): readonly Scalar[] => ['a', n, ['x']]
  const rows = [1, 5, 6].map(n => ({ time: n, values: values(n) }))
  const records: Records = { ...recordsOf(input, rows), origin }
  for (const spec of [
    { kind: 'filter', where: 'n >= 2' },
    { kind: 'project', columns: [{ name: 'x', expression: 'n' }] },
    { kind: 'unnest', array: 'tags', as: 'tag', keepEmpty: false },
  ] as const) {
    const seen: number[] = []
    verifyOperator(
      { spec, input, steps: [{ records }], compiler: testCompiler },
      {
        onRecords: ({ origin: kept }) => seen.push(kept?.channel ?? -1, ...(kept?.offsets ?? [])),
      },
    )
    expect(seen.slice(0, 3)).toEqual(spec.kind === 'filter' ? [4, 11, 12] : [4, 10, 11])
  }
})
