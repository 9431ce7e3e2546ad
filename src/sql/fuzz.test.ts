/**
 * Expressions put together by chance from those of the scripts: each is refused by SqlError, or
 * gives for every row a value of its type or a reason; nothing else is ever thrown, and no row
 * depends on which others are asked for.
 */

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../base/testing/runs.ts'
import { vectorOf } from '../engine/columns/builder.ts'
import { scalarAt } from '../engine/columns/vector.ts'
import { entries } from './functions/registry.ts'
import { everyRow, type Outcome, outcomeOf } from './testing/evaluate.ts'
import { table } from './testing/table.ts'
import { SqlError } from './text/trouble.ts'

const folder = new URL('./testdata/', import.meta.url)
const known = readdirSync(folder).flatMap(file =>
  readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('> '))
    .map(line => line.slice(2)),
)
const columns = ['f', 'i', 'b', 'x', 'n', 'm', 't', 'u', 'y', 'd', 'ts', 'tz', 'v', 'o', 'j', 'xs']

const atom = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...columns) },
  { weight: 2, arbitrary: fc.constantFrom(...known).map(one => `(${one})`) },
  fc.constantFrom('NULL', '0', '-1', '1.50', '2e0', "''", "'1'", "'2024-01-01'", 'TRUE', 'ARRAY[]'),
)
const operator = fc.constantFrom(
  ...['+', '-', '*', '/', '%', '||', '=', '<>', '<', '>=', 'AND', 'OR', 'LIKE', '->', '->>'],
  ...['IS DISTINCT FROM', 'AT TIME ZONE'],
)
const name = fc.constantFrom(...entries.map(entry => `"${entry.name}"`))
const type = fc.constantFrom('INTEGER', 'DECIMAL(9, 3)', 'TEXT', 'TIMESTAMP', 'JSON', 'DOUBLE[]')

const expression = fc.oneof(
  fc.tuple(atom, operator, atom).map(parts => parts.join(' ')),
  fc.tuple(name, fc.array(atom, { maxLength: 3 })).map(([f, args]) => `${f}(${args.join(', ')})`),
  fc.tuple(atom, type).map(([of, to]) => `CAST(${of} AS ${to})`),
  fc.tuple(atom, atom, atom).map(([a, b, c]) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`),
  fc.tuple(atom, fc.array(atom, { minLength: 1, maxLength: 3 })).map(([of, list]) => {
    return `${of} IN (${list.join(', ')})`
  }),
  fc.tuple(atom, atom, atom).map(([a, b, c]) => `${a} BETWEEN SYMMETRIC ${b} AND ${c}`),
  fc.tuple(atom, atom).map(([a, b]) => `${a}[${b}]`),
)

function outcomeOrRefusal(text: string): Outcome | undefined {
  try {
    return outcomeOf(text, table, everyRow(table))
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

test('anything is refused or evaluated', () => {
  let evaluated = 0
  fc.assert(
    fc.property(expression, text => {
      const outcome = outcomeOrRefusal(text)
      if (outcome === undefined) return
      evaluated++
      outcome.values.forEach((value, row) => {
        const alone = outcomeOf(text, table, Int32Array.of(row))
        expect(alone.values[0]).toEqual(value)
        if (typeof value === 'object' && value !== null && 'code' in value) {
          expect(value.code).toMatch(/^sql-/)
          expect(value.reason).not.toBe('')
        } else {
          const kept = scalarAt(vectorOf(outcome.type, [value]), 0)
          expect(kept).toEqual(value)
        }
      })
    }),
    { numRuns: fuzzRuns(2000) },
  )
  expect(evaluated).toBeGreaterThan(150)
})
