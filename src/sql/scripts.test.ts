/**
 * The scripts in `testdata`: what expressions give over the records of `testing/table.ts`, row by
 * row, and what is said about those that give nothing. Every answer is the same whether all rows
 * are asked for, one after the other, or in another order. After a change that is meant, they are
 * written anew and read in the diff:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/sql/scripts.test.ts
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { answerLines, everyRow, outcomeOf } from './testing/evaluate.ts'
import { replayed } from './testing/script.ts'
import { table } from './testing/table.ts'
import { SqlError } from './text/trouble.ts'

const folder = new URL('./testdata/', import.meta.url)
const isRegenerating = process.env['WEIR_REGENERATE'] === '1'

function answerOf(question: string): readonly string[] {
  try {
    return answerLines(question, table)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const marks = '^'.repeat(Math.max(1, error.to - error.from))
    return [`${error.code}: ${error.sentence}`, question, ' '.repeat(error.from) + marks]
  }
}

describe.each(readdirSync(folder))('%s', file => {
  const url = new URL(file, folder)
  const text = readFileSync(url, 'utf8')

  test('says what it said', () => {
    const seen = replayed(text, answerOf)
    if (isRegenerating) writeFileSync(url, seen)
    else expect(seen).toBe(text)
  })

  test('says the same of any choice of rows', () => {
    const questions = text.split('\n').filter(line => line.startsWith('> '))
    for (const question of questions) {
      const expression = question.slice(2)
      if (answerOf(expression)[0]?.startsWith('sql-')) continue
      const all = outcomeOf(expression, table, everyRow(table)).values
      const reversed = outcomeOf(expression, table, everyRow(table).reverse()).values
      expect([...reversed].reverse(), expression).toEqual(all)
      const single = all.map((_, row) => outcomeOf(expression, table, Int32Array.of(row)).values[0])
      expect(single, expression).toEqual(all)
    }
  })
})
