/** The schemas of all edges of a plan, and what they refuse: whatever would not run. */

import { describe, expect, test } from 'vitest'
import { testCompiler } from '../testing/compiler.ts'
import type { Plan } from './plan.ts'
import { NO_STATE, Schemas, schemasOf, sourceSchema } from './schemas.ts'
import {
  counts,
  dedup,
  edge,
  filter,
  keyBy,
  operator,
  planOf,
  project,
  sink,
  source,
  union,
} from './testing/plans.ts'

const schemaOf = (plan: Plan, text: string) => String(schemasOf(plan, testCompiler).of(edge(text)))

describe('a source', () => {
  test('has the columns that its plan says, in order', () => {
    const columns = [
      { name: 'at', type: 'timestamptz' },
      { name: 'price', type: 'numeric(12,2)' },
      { name: 'tags', type: 'TEXT[]' },
    ]
    expect(String(sourceSchema(source('in', { columns })))).toBe(
      'at TIMESTAMPTZ, price DECIMAL(12, 2), tags ARRAY<TEXT>',
    )
  })

  test('of a type that there is not is refused', () => {
    const odd = source('in', { columns: [{ name: 'id', type: 'UUID' }] })
    expect(() => schemasOf(planOf([], { sources: [odd] }), testCompiler)).toThrow('unknown-type')
  })
})

describe('the edges of a plan', () => {
  test.each([
    ['a filter passes them on', filter(), 'user TEXT, n BIGINT'],
    ['a projection makes new ones', project('m=n'), 'm BIGINT'],
    ['a dedup passes them on', dedup('user'), 'user TEXT, n BIGINT'],
    [
      'an aggregate says key, window and results',
      counts('who=user'),
      'who TEXT, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, total BIGINT',
    ],
    [
      'a global one has no window',
      { ...counts('user'), window: { kind: 'global' } } as const,
      'user TEXT, total BIGINT',
    ],
    [
      'a sliding one says its results beside each record',
      { ...counts('user'), window: { kind: 'sliding-rows', rows: 3 } } as const,
      'user TEXT, n BIGINT, total BIGINT',
    ],
  ])('have columns: %s', (_, spec, schema) => {
    expect(schemaOf(planOf([operator('op', 'in', spec)]), 'op')).toBe(schema)
  })

  test('have those of the input where records are too late, or leave by a side', () => {
    const plan = planOf([
      operator('sums', 'in', { ...counts('user'), lateSide: 'late' }),
      operator('cut', 'sums.late', { kind: 'split', branches: [{ side: 'few', where: 'n >= 0' }] }),
    ])
    expect(schemaOf(plan, 'sums.late')).toBe('user TEXT, n BIGINT')
    expect(schemaOf(plan, 'cut.few')).toBe('user TEXT, n BIGINT')
  })

  test('are read by whatever stands behind them', () => {
    const plan = planOf([
      operator('sums', 'in', counts('user')),
      operator('names', 'sums', project('total')),
      operator('more', 'names', counts('size=total')),
    ])
    expect(schemaOf(plan, 'more')).toMatch(/^size BIGINT, window_start/)
  })
})

describe('a plan is refused', () => {
  const plan = planOf([operator('cut', 'in', { kind: 'split', branches: [] })])

  test.each(['nobody', 'cut.side', 'in.late'])('that is asked for %s', text => {
    expect(() => schemaOf(plan, text)).toThrow(`the plan has nothing named ${text}`)
  })

  test('whose sink reads what is not there', () => {
    const odd = planOf([], { sinks: [sink('out', 'sums.late')] })
    expect(() => schemasOf(odd, testCompiler)).toThrow('unknown-input')
  })

  test('whose operator reads what is not before it', () => {
    const odd = planOf([operator('a', 'b', filter()), operator('b', 'in', filter())])
    expect(() => schemasOf(odd, testCompiler)).toThrow('unknown-input')
  })

  test('whose union is of unlike inputs', () => {
    const odd = planOf([operator('few', 'in', project('user')), operator('both', 'in few', union)])
    expect(() => schemasOf(odd, testCompiler)).toThrow('inputs-differ')
  })

  test('whose aggregate there is not, or not of such arguments', () => {
    const of = (fn: string, args: readonly string[]) => {
      const aggregates = [{ name: 'x', fn, args, distinct: false }]
      return planOf([operator('op', 'in', { ...counts('user'), aggregates })])
    }
    expect(() => schemasOf(of('medianish', ['n']), testCompiler)).toThrow('unknown-aggregate')
    expect(() => schemasOf(of('sum', ['user']), testCompiler)).toThrow('wrong-type')
  })

  test('that wants distinct values of a sliding window', () => {
    const spec = {
      ...counts('user'),
      window: { kind: 'sliding', sizeMs: 10 },
      aggregates: [{ name: 'x', fn: 'count', args: ['n'], distinct: true }],
    } as const
    expect(() => schemasOf(planOf([operator('op', 'in', spec)]), testCompiler)).toThrow(
      'distinct-refused',
    )
  })
})

test('columns of a key are typed by their expressions', () => {
  const plan = planOf([operator('sums', 'in', { ...counts(), key: keyBy('one=1', 'user') })])
  expect(schemaOf(plan, 'sums')).toMatch(/^one BIGINT, user TEXT/)
})

test('an edge and a side of the same operator are two', () => {
  const schemas = new Schemas()
  const schema = sourceSchema(source('in'))
  schemas.set({ from: 'a', side: 'b' }, schema)
  expect(schemas.of({ from: 'a', side: 'b' })).toBe(schema)
  expect(() => schemas.of({ from: 'a' })).toThrow('unknown-input')
})

test('while schemas are made there is no state: what is asked for is not there', () => {
  const key = Uint8Array.of(1)
  NO_STATE.put(key, key)
  expect([NO_STATE.get(key), NO_STATE.lastKey(key, key)]).toEqual([undefined, undefined])
  NO_STATE.walk(key, undefined, () => expect.unreachable())
})
