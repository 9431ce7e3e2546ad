/** Aggregates taken out of expressions: once each, with what they see and what is left. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitAggregates } from './aggregates.ts'
import { childrenOf, type Expression, withChildren } from './text/ast.ts'
import { parseExpression } from './text/expression.ts'
import { printExpression } from './text/print.ts'
import { bare } from './text/testing/bare.ts'
import { trees } from './text/testing/trees.ts'
import { SqlError } from './text/trouble.ts'

const names = new Set(['sum', 'count', 'avg', 'max'])
const split = (text: string) => splitAggregates(text, names)

test('an aggregate alone is bare', () => {
  expect(split('SUM(x + 1)')).toEqual({
    aggregates: [
      { column: 'sum(x + 1)', fn: 'sum', args: ['x + 1'], distinct: false, from: 0, to: 10 },
    ],
    rest: '"sum(x + 1)"',
    isBare: true,
  })
})

test('what is around it stays, and reads its column', () => {
  const { aggregates, rest, isBare } = split('round(avg(x), 2) + k')
  expect(aggregates.map(({ column }) => column)).toEqual(['avg(x)'])
  expect(rest).toBe('round("avg(x)", 2) + k')
  expect(isBare).toBe(false)
})

test('equal calls are one, others are not', () => {
  const { aggregates, rest } = split('sum(x) / count(*) + SUM( x ) * count(DISTINCT x)')
  expect(aggregates.map(({ column }) => column)).toEqual([
    'sum(x)',
    'count(*)',
    'count(DISTINCT x)',
  ])
  expect(rest).toBe('"sum(x)" / "count(*)" + "sum(x)" * "count(DISTINCT x)"')
})

test('a filter and DISTINCT go with the call', () => {
  const [one] = split("sum(DISTINCT x) FILTER (WHERE y = 'a')").aggregates
  expect(one).toMatchObject({ fn: 'sum', args: ['x'], distinct: true, filter: "y = 'a'" })
})

test('count(*) has no arguments', () => {
  expect(split('count(*)').aggregates[0]).toMatchObject({ fn: 'count', args: [] })
})

test('an expression without aggregates is itself', () => {
  expect(split('a + lower(b)')).toEqual({ aggregates: [], rest: 'a + lower(b)', isBare: false })
})

test('in every corner', () => {
  const text =
    'CASE sum(a) WHEN max(b) THEN CAST(avg(c) AS TEXT) ELSE d[count(e)] END IN (sum(f), -sum(g))'
  expect(split(text).aggregates.map(({ column }) => column)).toEqual([
    'sum(a)',
    'max(b)',
    'avg(c)',
    'count(e)',
    'sum(f)',
    'sum(g)',
  ])
})

describe('refuses', () => {
  test.each([
    ['sum(max(x))', 4],
    ['sum(1 + max(x))', 8],
    ['sum(x) FILTER (WHERE max(x) > 1)', 21],
  ])('%s', (text, from) => {
    let seen: unknown
    try {
      split(text)
    } catch (error) {
      seen = error
    }
    expect(seen).toBeInstanceOf(SqlError)
    expect(seen).toMatchObject({ code: 'sql-type', from })
  })
})

test('a tree over its own children is itself, and over others has others', () => {
  const upTo = (node: Expression): Expression => withChildren(node, upTo)
  const named = (node: Expression): Expression => ({
    kind: 'name',
    parts: ['z'],
    from: node.from,
    to: node.to,
  })
  fc.assert(
    fc.property(trees, tree => {
      expect(bare(upTo(tree))).toEqual(bare(tree))
      const renamed = withChildren(tree, named)
      expect(childrenOf(renamed).every(child => child.kind === 'name')).toBe(true)
      expect(childrenOf(renamed)).toHaveLength(childrenOf(tree).length)
    }),
    { numRuns: 300 },
  )
})

test('what is left parses, and has no aggregates', () => {
  fc.assert(
    fc.property(trees, tree => {
      const { rest, aggregates } = split(`sum(x) + (${printExpression(tree)})`)
      expect(aggregates.length).toBeGreaterThan(0)
      expect(split(rest).aggregates).toEqual([])
      expect(printExpression(parseExpression(rest))).toBe(rest)
    }),
    { numRuns: 300 },
  )
})
