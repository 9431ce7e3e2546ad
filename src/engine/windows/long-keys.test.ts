/** Keys, and values under DISTINCT, that have no room in a row of the state: dead letters. */

import { describe, expect, test } from 'vitest'
import { CELL_BYTES_MAX, RECORD_BYTES_MAX, valueBytesMax } from '../aggregates/bounds.ts'
import { recordsOf } from '../columns/records.ts'
import { KEY_TOO_LONG } from '../operators/keying.ts'
import type { AggregateCall, OperatorSpec, WindowSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, BYTES, TEXT } from '../schema/type.ts'
import { GROUP_KEY_BYTES_MAX, KEY_AND_ELEMENT_BYTES_MAX } from '../state/row-key.ts'
import { VALUE_BYTES_MAX } from '../store/bounds.ts'
import { testCompiler } from '../testing/compiler.ts'
import { verifyOperator } from '../testing/verify.ts'
import { TOO_LONG } from './grouping.ts'
import { cumulate, END, hopping, session, sums, tumbling } from './testing/told.ts'

const schema = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
  { name: 'raw', type: BYTES },
])

/** Keys have a byte in front of a text, and one behind. */
const LONGEST = 'k'.repeat(GROUP_KEY_BYTES_MAX - 2)

const record = (user: string | null, raw: Uint8Array | null = null, time = 1) => ({
  time,
  values: [user, 1, raw],
})

type Item = ReturnType<typeof record>

function outcomeOf(spec: OperatorSpec, ...items: readonly Item[]) {
  const steps = [{ records: recordsOf(schema, items) }, { now: 50 }, END]
  return verifyOperator({ spec, input: schema, steps, compiler: testCompiler })
}

const windows: readonly WindowSpec[] = [
  ...[tumbling(10), hopping(10, 5), cumulate(10, 5), session(10), { kind: 'global' as const }],
  ...[
    { kind: 'count' as const, rows: 1 },
    { kind: 'sliding' as const, sizeMs: 5 },
    { kind: 'sliding-rows' as const, rows: 2 },
  ],
]

const dedup: OperatorSpec = {
  ...{ kind: 'dedup', key: [{ name: 'user', expression: 'user' }], withinMs: 5 },
}

describe('a key', () => {
  test.each<[string, OperatorSpec]>([
    ...windows.map((window): [string, OperatorSpec] => [window.kind, sums(window)]),
    ['early', sums(tumbling(10), { earlyMs: 5 })],
    ['dedup', dedup],
    ['key-by', { kind: 'key-by', key: [{ name: 'user', expression: 'user' }] }],
  ])('has a bound, and beyond it its record is a dead letter: %s', (_, spec) => {
    const long = [`${LONGEST}k`, '\0'.repeat(GROUP_KEY_BYTES_MAX / 2), 'x'.repeat(100_000)]
    const { outputs, dead } = outcomeOf(
      spec,
      ...['a', ...long, LONGEST, null].map(user => record(user)),
    )
    const users = new Set(outputs.get('main')?.map(({ values }) => values[0]))
    expect(users).toEqual(new Set(['a', LONGEST, null]))
    expect(dead).toHaveLength(long.length)
    for (const letter of dead) expect(letter).toMatch(/^key-too-long: a key has 900 bytes at most/)
  })
})

describe('a value under DISTINCT', () => {
  const distinct = (arg: string): AggregateCall => ({
    ...{ name: 'different', fn: 'count', args: [arg], distinct: true },
  })

  test.each([tumbling(10), session(10), { kind: 'count', rows: 1 } as const])(
    'has a bound together with its key, and beyond it its record is a dead letter: $kind',
    window => {
      const spec = sums(window, { aggregates: [distinct('raw')] })
      const fits = new Uint8Array(KEY_AND_ELEMENT_BYTES_MAX - 3 - 2).fill(7)
      const long = new Uint8Array(fits.length + 1).fill(7)
      const zeros = new Uint8Array(fits.length / 2 + 1)
      const items = [fits, long, null, zeros, Uint8Array.of(1)].map(raw => record('a', raw))
      const { outputs, dead } = outcomeOf(spec, ...items)
      const counts = (outputs.get('main') ?? []).map(({ values }) => Number(values.at(-1)))
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(2)
      expect(dead.map(letter => letter.split(':')[0])).toEqual([KEY_TOO_LONG, KEY_TOO_LONG])
    },
  )

  test('of a number always has room, beside the longest key', () => {
    const spec = sums(tumbling(10), { aggregates: [distinct('n')] })
    const { outputs, dead } = outcomeOf(spec, record(LONGEST))
    expect([outputs.get('main')?.length, dead]).toEqual([1, []])
  })
})

describe('a value that an aggregate may keep', () => {
  const firsts = (count: number) =>
    Array.from({ length: count }, (_, n): AggregateCall => {
      return { name: `f${n}`, fn: 'first', args: ['user'], distinct: false }
    })

  test.each([1, 4])('has a bound, the lower the more of them there are: %d', count => {
    const spec = sums(tumbling(10), { key: [], aggregates: firsts(count) })
    const fits = 'x'.repeat(valueBytesMax(count) - 8)
    const { outputs, dead } = outcomeOf(spec, record(`${fits}x`), record(fits))
    expect(outputs.get('main')?.map(({ values }) => values.at(-1) === fits)).toEqual([true])
    expect(dead.map(letter => letter.split(':')[0])).toEqual([TOO_LONG])
  })

  test('has room with all the others, also in a session that is kept twice', () => {
    const calls = 8
    const row = 2 * calls * valueBytesMax(calls)
    expect(row).toBeLessThanOrEqual(VALUE_BYTES_MAX / 2)
    expect(RECORD_BYTES_MAX + CELL_BYTES_MAX).toBeLessThanOrEqual(VALUE_BYTES_MAX / 2)
  })
})

test('a record that is too long to wait for its window is a dead letter', () => {
  const long = record('a', new Uint8Array(RECORD_BYTES_MAX))
  const { outputs, dead } = outcomeOf(sums({ kind: 'sliding-rows', rows: 2 }), long, record('b'))
  expect(outputs.get('main')?.map(({ values }) => values[0])).toEqual(['b'])
  expect(dead.map(letter => letter.split(':')[0])).toEqual([TOO_LONG])
})
