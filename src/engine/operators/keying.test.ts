/** Keys of records by their expressions: numbers, names and types; and records whose key fails. */

import { expect, test } from 'vitest'
import { FailedRows } from '../columns/failed-rows.ts'
import { recordsOf } from '../columns/records.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { testCompiler } from '../testing/compiler.ts'
import { Keying } from './keying.ts'

const schema = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
])
const recordsFrom = (...rows: readonly (readonly [string | null, number | null])[]) =>
  recordsOf(
    schema,
    rows.map((values, time) => ({ time, values })),
  )
const none = () => new FailedRows(() => expect.unreachable())
const keyed = (...expressions: readonly string[]) =>
  new Keying(
    expressions.map((expression, at) => ({ name: `k${at}`, expression })),
    schema,
    testCompiler,
  )

test('equal keys have one number, nulls too, and it stays', () => {
  const keying = keyed('user', 'n')
  const first = keying.idsOf(recordsFrom(['a', 1], ['b', 1], ['a', 1], [null, null]), none())
  expect([...first.subarray(0, 4)]).toEqual([0, 1, 0, 2])
  const next = keying.idsOf(recordsFrom([null, null], ['a', 2], ['b', 1]), none())
  expect([...next.subarray(0, 3)]).toEqual([2, 3, 1])
  expect(keying.table.partsOf(3)).toEqual(['a', 2])
})

test('columns have the names of the key and the types of its expressions', () => {
  expect(keyed('n', 'user').columns).toEqual([
    { name: 'k0', type: BIGINT },
    { name: 'k1', type: TEXT },
  ])
})

test('without columns all records have one key', () => {
  const ids = keyed().idsOf(recordsFrom(['a', 1], ['b', 2]), none())
  expect([...ids.subarray(0, 2)]).toEqual([0, 0])
})

test('a record whose key fails is told, and the others have their numbers', () => {
  const failed: number[] = []
  const keying = keyed('fail(n)')
  const failures = new FailedRows(row => failed.push(row))
  const ids = keying.idsOf(recordsFrom(['a', 5], ['a', -1], ['a', 5]), failures)
  expect(failed).toEqual([1])
  expect(ids[0]).toBe(ids[2])
  expect(keying.table.partsOf(ids[0] as number)).toEqual([5])
})

test('fewer records are numbered in the memory of more', () => {
  const keying = keyed('user')
  const many = keying.idsOf(recordsFrom(['a', 1], ['b', 1], ['c', 1]), none())
  expect(keying.idsOf(recordsFrom(['c', 1]), none())).toBe(many)
  expect(many[0]).toBe(2)
})
