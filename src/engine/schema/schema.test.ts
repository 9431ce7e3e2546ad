/** Schemas and types: what they are equal to, and what they refuse to be. */

import { expect, test } from 'vitest'
import { Schema } from './schema.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  decimal,
  INTERVAL,
  JSON_TYPE,
  MONTHS,
  SIMPLE_TYPES,
  sameType,
  TEXT,
  TIMESTAMPTZ,
  typeText,
} from './type.ts'

const clicks = new Schema([
  { name: 'page', type: TEXT },
  { name: 'at', type: TIMESTAMPTZ },
])

test('types read as SQL writes them', () => {
  expect([BOOLEAN, BIGINT, TEXT, JSON_TYPE, INTERVAL, MONTHS].map(typeText)).toEqual([
    'BOOLEAN',
    'BIGINT',
    'TEXT',
    'JSON',
    'INTERVAL DAY TO SECOND',
    'INTERVAL YEAR TO MONTH',
  ])
  expect(typeText(arrayOf(arrayOf(decimal(10, 2))))).toBe('ARRAY<ARRAY<DECIMAL(10, 2)>>')
})

test('types are the same by what they say', () => {
  expect(sameType(decimal(10, 2), decimal(10, 2))).toBe(true)
  expect(sameType(decimal(10, 2), decimal(10, 3))).toBe(false)
  expect(sameType(decimal(10, 2), decimal(11, 2))).toBe(false)
  expect(sameType(arrayOf(TEXT), arrayOf(TEXT))).toBe(true)
  expect(sameType(arrayOf(TEXT), arrayOf(BIGINT))).toBe(false)
  expect(sameType(arrayOf(TEXT), TEXT)).toBe(false)
})

test('no two simple types are the same or read the same', () => {
  for (const one of SIMPLE_TYPES) {
    expect(SIMPLE_TYPES.filter(other => sameType(one, other))).toEqual([one])
  }
  expect(new Set(SIMPLE_TYPES.map(typeText)).size).toBe(SIMPLE_TYPES.length)
})

test.each([
  [0, 0],
  [39, 0],
  [5, 6],
  [5, -1],
])('DECIMAL(%i, %i) has no sense', (precision, scale) => {
  expect(() => decimal(precision, scale)).toThrow('decimal-has-digits')
})

test('a schema knows its columns by name and by place', () => {
  expect(clicks.names).toEqual(['page', 'at'])
  expect(clicks.placeOf('at')).toBe(1)
  expect(clicks.placeOf('constructor')).toBe(-1)
  expect(clicks.at(1)).toEqual({ name: 'at', type: TIMESTAMPTZ })
  expect(() => clicks.at(2)).toThrow('a-place-has-a-column')
  expect(String(clicks)).toBe('page TEXT, at TIMESTAMPTZ')
})

test('no two columns share a name', () => {
  const columns = [
    { name: 'a', type: TEXT },
    { name: 'a', type: BIGINT },
  ]
  expect(() => new Schema(columns)).toThrow('duplicate-column: two columns are called a; give one')
})

test('schemas are equal when names, types and order are', () => {
  const { columns } = clicks
  expect(clicks.equals(new Schema(columns))).toBe(true)
  expect(clicks.equals(new Schema([...columns].reverse()))).toBe(false)
  expect(clicks.equals(new Schema(columns.slice(1)))).toBe(false)
  expect(clicks.equals(new Schema([{ name: 'page', type: BIGINT }, ...columns.slice(1)]))).toBe(
    false,
  )
})
