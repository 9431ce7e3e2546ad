/** What is printed parses to the same tree; any text parses or is refused by the one error. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzRuns } from '../../base/testing/runs.ts'
import type { Expression } from './ast.ts'
import { parseExpression } from './expression.ts'
import { printExpression, printName } from './print.ts'
import { bare } from './testing/bare.ts'
import { trees } from './testing/trees.ts'
import { isReserved } from './token.ts'
import { SqlError } from './trouble.ts'

test('a tree that is printed and parsed is the same tree', () => {
  fc.assert(
    fc.property(trees, tree => {
      const text = printExpression(tree)
      expect(bare(parseExpression(text)), text).toEqual(bare(tree))
    }),
    { numRuns: fuzzRuns(2000) },
  )
})

test('printing is canonical: what was printed prints the same', () => {
  fc.assert(
    fc.property(trees, tree => {
      const text = printExpression(tree)
      expect(printExpression(parseExpression(text))).toBe(text)
    }),
    { numRuns: fuzzRuns(500) },
  )
})

function parsedOrRefused(text: string): Expression | undefined {
  try {
    return parseExpression(text)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    expect(error.from).toBeLessThanOrEqual(error.to)
    expect(error.to).toBeLessThanOrEqual(text.length)
    return undefined
  }
}

const pieces = (
  'a b "q" \'x\' 1 2.5 1e3 ( ) [ ] , . + - * / % || = <> < > <= -> ->> :: ; -- /* */ AND OR NOT ' +
  'IS NULL IN LIKE ESCAPE BETWEEN CASE WHEN THEN ELSE END CAST( AS INT DATE TIMESTAMP INTERVAL ' +
  'DAY TO SECOND EXTRACT( FROM TRIM( LEADING SUBSTRING( FOR OVERLAY( PLACING POSITION( AT TIME ' +
  'ZONE ARRAY[ ARRAY< count(*) DISTINCT FILTER (WHERE TRUE FALSE \n'
).split(/ +/)

describe('any text parses or is refused', () => {
  test('of any characters', () => {
    const any = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(any, text => {
        parsedOrRefused(text)
      }),
      { numRuns: fuzzRuns(1000) },
    )
  })

  test('of the pieces that texts are made of', () => {
    const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 16 }).map(all => all.join(' '))
    fc.assert(
      fc.property(soup, text => {
        const tree = parsedOrRefused(text)
        if (tree === undefined) return
        expect(bare(parseExpression(printExpression(tree)))).toEqual(bare(tree))
      }),
      { numRuns: fuzzRuns(3000) },
    )
  })

  test('of a sound one with a piece cut out', () => {
    fc.assert(
      fc.property(trees, fc.nat(), fc.nat({ max: 8 }), (tree, start, length) => {
        const text = printExpression(tree)
        const from = start % (text.length + 1)
        parsedOrRefused(text.slice(0, from) + text.slice(from + length))
      }),
      { numRuns: fuzzRuns(1000) },
    )
  })
})

describe('names are quoted only where they need it', () => {
  test.each([
    ['page', 'page'],
    ['Page_1$', 'Page_1$'],
    ['größe', 'größe'],
    ['a b', '"a b"'],
    ['1a', '"1a"'],
    ['@timestamp', '"@timestamp"'],
    ['a"b', '"a""b"'],
    ['select', '"select"'],
    ['array', '"array"'],
  ])('%s', (name, text) => {
    expect(printName(name)).toBe(text)
    expect(bare(parseExpression(text))).toEqual({ kind: 'name', parts: [name] })
  })

  test('the reserved words are few', () => {
    const words = ['timestamp', 'date', 'user', 'type', 'value', 'key', 'count', 'window', 'limit']
    expect(words.filter(word => isReserved(word.toUpperCase()))).toEqual([])
    expect(isReserved('AND')).toBe(true)
  })
})
