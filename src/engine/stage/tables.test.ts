/** Numbers of tables: one each, the same whenever it is asked for, and none of the stage's own. */

import { expect, test } from 'vitest'
import { TABLES_MAX } from '../state/row-key.ts'
import { CHANNEL_TABLE, OUTPUT_TABLE, Tables } from './tables.ts'

test('each operator’s table has a number of its own, and keeps it', () => {
  const tables = new Tables()
  const names = ['a/panes', 'a/timers', 'b/panes', 'b/timers'].map(name => name.split('/'))
  const numbers = names.map(([operator = '', name = '']) => tables.of(operator, name))
  expect(new Set(numbers).size).toBe(4)
  expect(names.map(([operator = '', name = '']) => tables.of(operator, name))).toEqual(numbers)
})

test('operators that ask in the same order have the same numbers', () => {
  const [one, other] = [new Tables(), new Tables()]
  for (const name of ['x', 'y', 'z']) expect(one.of('op', name)).toBe(other.of('op', name))
})

test('none of them is the stage’s own', () => {
  const tables = new Tables()
  const numbers = Array.from({ length: 100 }, (_, at) => tables.of('op', `table-${at}`))
  expect(numbers).not.toContain(CHANNEL_TABLE)
  expect(numbers).not.toContain(OUTPUT_TABLE)
  expect(Math.min(...numbers)).toBeGreaterThan(OUTPUT_TABLE)
})

test('there are no more than fit into a key', () => {
  const tables = new Tables()
  expect(() => {
    for (let at = 0; at <= TABLES_MAX; at++) tables.of('op', `table-${at}`)
  }).toThrow('tables-are-bounded')
})
