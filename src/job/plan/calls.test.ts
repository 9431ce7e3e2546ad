/** Aggregates in expressions: taken out, named, and what is computed from them. */

import { describe, expect, it } from 'vitest'
import { textNode } from '../document/node.ts'
import type { Written } from '../shape/shape.ts'
import { parted } from './calls.ts'

const names = new Set(['sum', 'count', 'max'])
const isAggregate = (name: string) => names.has(name)

function written(text: string): Written {
  const span = { start: 0, end: text.length }
  return { text, node: textNode(span, text, 'plain'), at: { path: [], ...span } }
}

function partedOf(text: string, ordinal = 0) {
  const { calls, rest } = parted(written(text), { name: 'r', ordinal, isAggregate })
  const shown = calls.map(({ call }) => {
    const distinct = call.distinct ? 'distinct ' : ''
    const filter = call.filter === undefined ? '' : ` where ${call.filter}`
    return `${call.name} = ${call.fn}(${distinct}${call.args.join(', ')})${filter}`
  })
  return { calls: shown, rest: rest?.text }
}

describe('an expression', () => {
  it.each([
    ['count(*)', ['r = count()'], undefined],
    ['SUM(a + 1)', ['r = sum(a + 1)'], undefined],
    ['count(DISTINCT lower(a))', ['r = count(distinct lower(a))'], undefined],
    ['max(a) FILTER (WHERE b > 1)', ['r = max(a) where b > 1'], undefined],
    ['(count(*))', ['r = count()'], undefined],
    ['sum(a) / count(*)', ['~0 = sum(a)', '~1 = count()'], '"~0" / "~1"'],
    ['round(sum(a), 2)', ['~0 = sum(a)'], 'round("~0", 2)'],
    ['CASE WHEN max(a) > 1 THEN k END', ['~0 = max(a)'], 'CASE WHEN "~0" > 1 THEN k END'],
    ['k || 1', [], 'k || 1'],
  ])('%s', (text, calls, rest) => {
    const found = partedOf(text)
    expect(found.calls).toEqual(calls)
    if (text.startsWith('(')) return
    expect(found.rest).toBe(rest)
  })

  it('says which names stand outside of its calls', () => {
    const { outside } = parted(written('k.a || sum(n) || "b c"'), {
      name: 'r',
      ordinal: 0,
      isAggregate,
    })
    expect(outside.map(({ text }) => text)).toEqual(['k', 'b c'])
    expect(parted(written('sum(n)'), { name: 'r', ordinal: 0, isAggregate }).outside).toEqual([])
  })

  it('gives its hidden results numbers of their own', () => {
    expect(partedOf('sum(a) + sum(b)', 5)).toEqual({
      calls: ['~5 = sum(a)', '~6 = sum(b)'],
      rest: '"~5" + "~6"',
    })
  })

  it.each([
    ['sum(max(a))', 'max stands inside of sum; aggregate in two steps'],
    ['1 + sum(a) FILTER (WHERE max(b) > 1)', 'max stands inside of sum; aggregate in two steps'],
    ['sum(a) + "~0"', 'There is no column ~0'],
    ['sum(', 'sql-syntax'],
  ])('%s is refused', (text, message) => {
    expect(() => partedOf(text)).toThrow(message)
  })
})
