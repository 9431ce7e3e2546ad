/** Whatever compares two values takes what `=` takes, and says what it says. */

import { expect, test } from 'vitest'
import { everyRow, outcomeOf } from '../testing/evaluate.ts'
import { table } from '../testing/table.ts'
import { SqlError } from '../text/trouble.ts'

const sides = [
  ...['f', 'i', 'b', 'x', 'n', 'm', 't', 'd', 'ts', 'tz', 'v', 'o', 'y', 'xs', 'ARRAY[m]'],
  ...['7', '123456789', '9223372036854775807', '12345678901234567890123456789012345678'],
  ...['19.99', '1.2345678901000', '0.12345678901234567890123456789012345678', '2.5e0'],
  ...["'Hello'", "'42'", "DATE '2024-02-29'", 'ARRAY[1.2345678901000]', 'ARRAY[3, 1, 2]', 'NULL'],
]
const pairs = sides.flatMap(one => sides.map(other => [one, other] as const))

/** In each row whether it is true; `refused` where the expression is. */
function answer(text: string): string {
  try {
    const { values } = outcomeOf(text, table, everyRow(table))
    return values.map(value => value === true).join()
  } catch (error) {
    if (error instanceof SqlError) return 'refused'
    throw error
  }
}

const ways: Readonly<Record<string, (one: string, other: string) => string>> = {
  CASE: (one, other) => `CASE ${one} WHEN ${other} THEN TRUE END`,
  'CASE, another WHEN before it': (one, other) =>
    `CASE ${one} WHEN NULL THEN FALSE WHEN ${other} THEN TRUE END`,
  IN: (one, other) => `${one} IN (${other})`,
  'IN, with a NULL': (one, other) => `${one} IN (${other}, NULL)`,
  BETWEEN: (one, other) => `${one} BETWEEN ${other} AND ${other}`,
  nullif: (one, other) => `nullif(${one}, ${other}) IS NULL AND ${one} IS NOT NULL`,
  'IS NOT DISTINCT FROM': (one, other) =>
    `${one} IS NOT DISTINCT FROM ${other} AND ${one} = ${one}`,
}

test.each(Object.keys(ways))('%s', name => {
  const told = pairs.map(([one, other]) => [one, other, answer(ways[name]?.(one, other) ?? '')])
  expect(told).toEqual(pairs.map(([one, other]) => [one, other, answer(`${one} = ${other}`)]))
})

const isOpen = (side: string) => side === 'NULL' || side.startsWith("'")
const firm = pairs.filter(([one, other]) => !(isOpen(one) || isOpen(other)))

test('IN, beside others', () => {
  for (const third of [
    '2.5e0',
    '0.12345678901234567890123456789012345678',
    '9007199254740993',
    't',
  ]) {
    for (const [one, other] of firm) {
      const inList = answer(`${one} IN (${other}, ${third})`)
      const apart = answer(`${one} = ${other} OR ${one} = ${third}`)
      expect([one, other, third, inList]).toEqual([one, other, third, apart])
    }
  }
  expect(answer('9007199254740992 IN (i, 9007199254740993, 2.5e0)')).not.toContain('true')
  expect(answer('b IN (9223372036854775806, 2.5e0)')).not.toContain('true')
})

const ofArrays: Readonly<Record<string, (one: string, other: string) => string>> = {
  array_contains: (one, other) => `array_contains(ARRAY[${one}], ${other})`,
  array_position: (one, other) => `array_position(ARRAY[${one}], ${other}) = 1`,
  array_remove: (one, other) => `array_length(array_remove(ARRAY[${one}], ${other})) = 0`,
  arrays_overlap: (one, other) => `arrays_overlap(ARRAY[${one}], ARRAY[${other}])`,
  array_intersect: (one, other) =>
    `array_length(array_intersect(ARRAY[${one}], ARRAY[${other}])) = 1`,
  array_except: (one, other) => `array_length(array_except(ARRAY[${one}], ARRAY[${other}])) = 0`,
}

/** In arrays null is equal to null; here nulls are left out. */
test.each(Object.keys(ofArrays))('%s', name => {
  const told = firm.map(([one, other]) => [
    ...[one, other],
    answer(`${ofArrays[name]?.(one, other)} AND ${one} IS NOT NULL AND ${other} IS NOT NULL`),
  ])
  expect(told).toEqual(firm.map(([one, other]) => [one, other, answer(`${one} = ${other}`)]))
})
