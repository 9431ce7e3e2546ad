/** Lengths of time, moments and JSON, by hand; the rest by way of the operators. */

import { describe, expect, test } from 'vitest'
import { evaluated } from './evaluate.ts'
import { call, column, type Expr, literal } from './expression.ts'
import { folded } from './fold.ts'
import { printed } from './print.ts'
import { INTERVAL, JSON_TYPE, TEXT, TIMESTAMPTZ, type Type, typeText } from './type.ts'
import { typeOf } from './typing.ts'
import type { Value } from './value.ts'

const MONTHS: Type = { kind: 'months' }
const NONE = { columns: [], values: [] }

const span = (value: bigint) => literal(INTERVAL, value)
const moment = (value: bigint) => literal(TIMESTAMPTZ, value)

const told = (expr: Expr) => [evaluated(expr, NONE), typeText(typeOf(expr, []))]

describe('lengths of time', () => {
  test('are added, and move moments', () => {
    expect(told(call('sub', span(5n), span(7n)))).toEqual([-2n, 'INTERVAL DAY TO SECOND'])
    expect(told(call('neg', literal(MONTHS, 3n)))).toEqual([-3n, 'INTERVAL YEAR TO MONTH'])
    expect(told(call('add', moment(10n), span(-3n)))).toEqual([7n, 'TIMESTAMPTZ'])
    expect(told(call('sub', moment(10n), moment(4n)))).toEqual([6n, 'INTERVAL DAY TO SECOND'])
    expect(told(call('sub', moment(10n), literal(INTERVAL, null)))[0]).toBe(null)
  })

  test('are averaged to the nearest millisecond, half of one away from zero', () => {
    const columns = [{ name: 'x', type: INTERVAL }]
    const average = { name: 'a', fn: 'avg', args: [column('x')], distinct: false } as const
    const of = (...values: readonly Value[]) =>
      folded(
        average,
        values.map(value => [value]),
        columns,
      )
    expect([of(1n, 2n), of(-1n, -2n), of(-1n, 0n, 0n), of(1n, 0n, 0n)]).toEqual([2n, -2n, 0n, 0n])
  })

  test('are said in SQL', () => {
    expect(printed(span(-1500n), 'weir')).toBe("INTERVAL '-1500' MILLISECOND")
    expect(printed(literal(MONTHS, 14n), 'weir')).toBe("INTERVAL '14' MONTH")
  })
})

describe('JSON', () => {
  const a = (json: string) =>
    evaluated(call('json-text', literal(JSON_TYPE, json), literal(TEXT, 'a')), NONE)

  test('a field of it is a text as it is meant, and all else as JSON', () => {
    const all = ['{"a":"x\\n"}', '{"a":[1,{"b":null}]}', '{"a":1,"a":2}', '{"\\u0061":true}']
    expect(all.map(a)).toEqual(['x\n', '[1,{"b":null}]', '2', 'true'])
  })

  test('where there is none, it is null', () => {
    expect(['{"a":null}', '{"b":1}', '["a"]', '"a"', '{}'].map(a)).toEqual(Array(5).fill(null))
  })
})
