/**
 * The total table of calls with one argument, in `testdata/calls.txt`: each function for each type.
 * Written anew as the other tables are:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/sql/functions/calls.test.ts
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Schema } from '../../engine/schema/schema.ts'
import {
  arrayOf,
  decimal,
  INTEGER,
  SIMPLE_TYPES,
  TEXT,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import { typedOf } from '../compiler.ts'
import { everyRow, outcomeOf } from '../testing/evaluate.ts'
import { table } from '../testing/table.ts'
import { SqlError } from '../text/trouble.ts'
import { entries } from './registry.ts'

const types: readonly Type[] = [...SIMPLE_TYPES, decimal(10, 2), arrayOf(INTEGER), arrayOf(TEXT)]

function typeOf(expression: string, type: Type): string | undefined {
  try {
    return typeText(typedOf(expression, new Schema([{ name: 'a', type }])).type)
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

test('what a function of one argument gives', () => {
  const lines = entries.flatMap(({ name }) => {
    const results = types.map(type => [typeText(type), typeOf(`${name}(a)`, type)] as const)
    const isTaken = results.some(([, result]) => result !== undefined)
    const line = (type: string, result = 'refused') => `${name}(${type}) is ${result}`
    return isTaken ? results.map(([type, result]) => line(type, result)) : []
  })
  const url = new URL('./testdata/calls.txt', import.meta.url)
  const seen = `${lines.join('\n')}\n`
  if (process.env['WEIR_REGENERATE'] === '1') writeFileSync(url, seen)
  else expect(seen).toBe(readFileSync(url, 'utf8'))
})

test('every alias is the same function', () => {
  for (const { name, aliases = [] } of entries) {
    for (const alias of aliases) {
      for (const type of types) {
        expect(typeOf(`"${alias}"(a)`, type), alias).toBe(typeOf(`${name}(a)`, type))
      }
    }
  }
})

test('NULL in place of any argument gives an answer, and no crash', () => {
  for (const { name, examples } of entries) {
    for (const { expression } of examples) {
      const typed = outcomeOf(expression, table, everyRow(table))
      expect(typed.values, expression).toHaveLength(table.size)
    }
    for (let count = 0; count <= 4; count++) {
      const call = `"${name}"(${new Array(count).fill('NULL').join(', ')})`
      try {
        expect(outcomeOf(call, table, everyRow(table)).values).toHaveLength(table.size)
      } catch (error) {
        expect(error, call).toBeInstanceOf(SqlError)
      }
    }
  }
})
