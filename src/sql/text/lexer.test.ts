/**
 * The tokens in `testdata/tokens.txt`, and that they cover the text; written anew as the trees are.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { replayed } from '../testing/script.ts'
import { Cursor } from './cursor.ts'
import { tokensOf } from './lexer.ts'
import { SqlError } from './trouble.ts'

function answerOf(question: string): readonly string[] {
  try {
    return tokensOf(question).map(({ kind, from, to, value }) =>
      `${kind} ${from}..${to} ${value}`.trimEnd(),
    )
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return [`${error.code} at ${error.from}: ${error.sentence}`]
  }
}

test('tokens', () => {
  const url = new URL('./testdata/tokens.txt', import.meta.url)
  const text = readFileSync(url, 'utf8')
  const seen = replayed(text, answerOf)
  if (process.env['WEIR_REGENERATE'] === '1') writeFileSync(url, seen)
  else expect(seen).toBe(text)
})

test('tokens follow each other, and nothing but blanks and comments lies between', () => {
  const pieces = ['a', '1', "'x'", '"y"', '+', '->>', ' ', '\n', '/* c */', '-- d\n', '(', '.5']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces)), chosen => {
      const text = chosen.join(' ')
      let at = 0
      for (const token of tokensOf(text)) {
        const between = text.slice(at, token.from)
        expect(between.replace(/\/\* c \*\/|-- d\n/g, '').trim()).toBe('')
        expect(token.to).toBeGreaterThanOrEqual(token.from)
        at = token.to
      }
      expect(at).toBe(text.length)
    }),
  )
})

test('a cursor looks ahead and stays at the end', () => {
  const cursor = new Cursor('a , B')
  expect(cursor.end).toBe(0)
  expect([cursor.isWord('A'), cursor.isSymbol(',', 1), cursor.isWord('B', 2)]).toEqual([
    true,
    true,
    true,
  ])
  expect(cursor.isWord('B', 3)).toBe(false)
  expect(cursor.maybeSymbol(',')).toBe(false)
  expect(cursor.next().value).toBe('A')
  expect(cursor.end).toBe(1)
  expect(cursor.maybeSymbol(',')).toBe(true)
  expect(() => cursor.mustEnd()).toThrow('The expression is over before this')
  expect(cursor.written(cursor.next())).toBe('B')
  expect([cursor.next().kind, cursor.next().kind]).toEqual(['end', 'end'])
  cursor.mustEnd()
})

test('depth is counted up and down', () => {
  const cursor = new Cursor('a')
  const deep = (levels: number): number =>
    levels === 0 ? 0 : cursor.nested(() => 1 + deep(levels - 1))
  expect(deep(100)).toBe(100)
  expect(deep(100)).toBe(100)
  expect(() => deep(101)).toThrow('More than 100 levels')
})
