/**
 * The total tables of types, in `testdata`: each operator for each pair of types, each cast, and
 * the type that CASE gives to two results; an empty cell is refused by SqlError. After a change
 * that is meant, they are written anew and read in the diff:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/sql/check/tables.test.ts
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Schema } from '../../engine/schema/schema.ts'
import {
  arrayOf,
  BIGINT,
  decimal,
  INTEGER,
  SIMPLE_TYPES,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import { typedOf } from '../compiler.ts'
import { SqlError } from '../text/trouble.ts'

const types: readonly Type[] = [
  ...SIMPLE_TYPES,
  decimal(10, 2),
  decimal(38, 10),
  arrayOf(INTEGER),
  arrayOf(BIGINT),
]

/** The type, or undefined where it is refused. */
function typeOf(text: string, left: Type, right: Type): string | undefined {
  const schema = new Schema([
    { name: 'a', type: left },
    { name: 'b', type: right },
  ])
  try {
    return typeText(typedOf(text, schema).type)
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

/** A line for each cell. */
function table(shape: (left: string, right: string) => string, text: string): readonly string[] {
  return types.flatMap(left =>
    types.map(right => {
      const type = typeOf(text, left, right)
      const cell = shape(typeText(left), typeText(right))
      return type === undefined ? `${cell} is refused` : `${cell} is ${type}`
    }),
  )
}

function compareWithFile(name: string, lines: readonly string[]): void {
  const url = new URL(`./testdata/${name}.txt`, import.meta.url)
  const seen = `${lines.join('\n')}\n`
  if (process.env['WEIR_REGENERATE'] === '1') writeFileSync(url, seen)
  else expect(seen).toBe(readFileSync(url, 'utf8'))
}

test.each([
  ['sums', '+'],
  ['differences', '-'],
  ['products', '*'],
  ['quotients', '/'],
  ['rests', '%'],
  ['joins', '||'],
])('%s', (name, operator) => {
  const shape = (left: string, right: string) => `${left} ${operator} ${right}`
  compareWithFile(name, table(shape, `a ${operator} b`))
})

test('comparisons, and every operator takes the same pairs', () => {
  const shape = (left: string, right: string) => `${left} with ${right}`
  const equality = table(shape, 'a = b')
  compareWithFile('comparisons', equality)
  const others = ['a <> b', 'a < b', 'a >= b', 'a IN (b)', 'a BETWEEN b AND b']
  for (const text of others) expect(table(shape, text), text).toEqual(equality)
})

test('casts', () => {
  const lines = types.flatMap(from =>
    types.map(to => {
      const made = typeOf(`CAST(a AS ${typeText(to)})`, from, to)
      const cell = `${typeText(from)} to ${typeText(to)}`
      return made === undefined ? `${cell} is refused` : cell
    }),
  )
  compareWithFile('casts', lines)
})

test('results of CASE, and items of arrays the same', () => {
  const shape = (left: string, right: string) => `${left} or ${right}`
  const lines = table(shape, 'CASE WHEN TRUE THEN a ELSE b END')
  compareWithFile('results', lines)
  for (const left of types) {
    for (const right of types) {
      const one = typeOf('CASE WHEN TRUE THEN a ELSE b END', left, right)
      expect(typeOf('CASE WHEN TRUE THEN b ELSE a END', left, right)).toBe(one)
      const items = typeOf('ARRAY[a, b]', left, right)
      expect(items).toBe(one === undefined ? undefined : `ARRAY<${one}>`)
    }
  }
})

test('every type compares with itself but JSON, and with NULL', () => {
  for (const type of types) {
    const isJson = type.kind === 'json'
    expect(typeOf('a = b', type, type)).toBe(isJson ? undefined : 'BOOLEAN')
    expect(typeOf('a IS NULL', type, type)).toBe('BOOLEAN')
    expect(typeOf('CASE WHEN TRUE THEN a ELSE NULL END', type, type)).toBe(typeText(type))
  }
})
