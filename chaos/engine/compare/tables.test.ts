/** What counts as the same answer. */

import { describe, expect, test } from 'vitest'
import type { Row, RowKind, Table } from '../../oracle/table.ts'
import { BIGINT, TEXT } from '../../oracle/type.ts'
import type { Value } from '../../oracle/value.ts'
import { difference, isNear } from './tables.ts'

const columns = [
  { name: 'k', type: TEXT },
  { name: 'v', type: BIGINT },
]

const row = (key: Value, value: Value, kind: RowKind = 'insert', time = 0): Row => ({
  ...{ batch: 0, time, kind, values: [key, value] },
})

const table = (...rows: readonly Row[]): Table => ({ columns, rows })

describe('rows that all count', () => {
  test('in any order', () => {
    expect(
      difference(table(row('a', 1n), row('b', 2n)), table(row('b', 2n), row('a', 1n)), undefined),
    ).toBe(undefined)
  })

  test('as often as they are there', () => {
    const twice = table(row('a', 1n), row('a', 1n))
    expect(difference(twice, table(row('a', 1n)), undefined)).toBe('missing: @0 "a" 1')
    expect(difference(table(row('a', 1n)), twice, undefined)).toBe('not wanted: @0 "a" 1')
  })

  test('with their time', () => {
    expect(difference(table(row('a', 1n)), table(row('a', 1n, 'insert', 1)), undefined)).toContain(
      '@1',
    )
  })

  test('doubles may be off in their last digits, and in nothing else', () => {
    const one = table(row('a', 0.1 + 0.2), row('a', 7))
    expect(difference(one, table(row('a', 7), row('a', 0.3)), undefined)).toBe(undefined)
    expect(difference(one, table(row('a', 7), row('a', 0.31)), undefined)).toContain('0.31')
    expect(difference(table(row('a', 1)), table(row('a', 1n)), undefined)).toContain('missing')
  })

  test('of many differences a few are told', () => {
    const many = Array.from({ length: 8 }, (_, at) => row('a', BigInt(at)))
    expect(difference(table(...many), table(), undefined)).toContain('.. and 3 more')
  })
})

describe('rows that replace each other', () => {
  const key = ['k']

  test('the last one counts', () => {
    const seen = table(row('a', 1n), row('b', 1n), row('a', 2n, 'update'))
    expect(difference(table(row('b', 1n), row('a', 2n)), seen, key)).toBe(undefined)
    expect(difference(table(row('a', 1n), row('b', 1n)), seen, key)).toContain('missing')
  })

  test('and what is taken back is gone', () => {
    const seen = table(row('a', 1n), row('a', 1n, 'delete'))
    expect(difference(table(), seen, key)).toBe(undefined)
    expect(difference(table(), table(row('a', 1n)), key)).toContain('not wanted')
  })

  test('what is wanted is known by what it replaces, whatever the key', () => {
    const update: Row = { ...row('a', 2n, 'update'), old: ['a', 1n] }
    const wanted = table(row('a', 1n), update)
    const seen = table(row('a', 1n), row('a', 2n, 'update'))
    expect(difference(wanted, seen, key)).toBe(undefined)
    // By a key that changes with the result, the former one is left behind.
    expect(difference(wanted, seen, ['v'])).toContain('not wanted: @0 "a" 1')
    const back = table(row('a', 1n), update, row('a', 2n, 'delete'))
    expect(difference(back, seen, key)).toContain('not wanted')
    expect(() => difference(table(update), seen, key)).toThrow('the oracle did not say')
  })

  test('without any column to name them, they all replace each other', () => {
    const seen = table(row('a', 1n), row('b', 1n, 'update'))
    expect(difference(table(row('b', 1n)), seen, [])).toBe(undefined)
    expect(difference(table(row('b', 1n)), seen, undefined)).toContain('not wanted')
  })
})

test('near', () => {
  expect(isNear(1e9, 1e9 + 0.1)).toBe(true)
  expect(isNear(1e9, 1e9 + 10)).toBe(false)
  expect(isNear(Number.NaN, Number.NaN)).toBe(true)
  expect(isNear(Number.NaN, 0)).toBe(false)
  expect(isNear(Infinity, -Infinity)).toBe(false)
  expect(isNear(0, -0)).toBe(true)
  expect(isNear([1, null], [1, null])).toBe(true)
  expect(isNear([1], [1, 1])).toBe(false)
  expect(isNear(null, 0)).toBe(false)
})
