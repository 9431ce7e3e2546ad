/**
 * The scripts in `testdata`: the tree that each spelling becomes with the text that each node
 * covers, and what is said about texts that become none. After a change that is meant, they are
 * written anew and read in the diff:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/sql/text/trees.test.ts
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { replayed } from '../testing/script.ts'
import { parseExpression } from './expression.ts'
import { dump } from './testing/dump.ts'
import { SqlError } from './trouble.ts'

const isRegenerating = process.env['WEIR_REGENERATE'] === '1'

function answerOf(question: string): readonly string[] {
  try {
    return dump(parseExpression(question), question)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const marks = '^'.repeat(Math.max(1, error.to - error.from))
    return [`${error.code}: ${error.sentence}`, question, ' '.repeat(error.from) + marks]
  }
}

const files = ['operators', 'predicates', 'values', 'calls', 'realistic', 'troubles']

test.each(files)('%s', file => {
  const url = new URL(`./testdata/${file}.txt`, import.meta.url)
  const text = readFileSync(url, 'utf8')
  const seen = replayed(text, answerOf)
  if (isRegenerating) writeFileSync(url, seen)
  else expect(seen).toBe(text)
})
