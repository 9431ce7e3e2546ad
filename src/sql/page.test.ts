/** docs/reference/expressions.md: the types and literals that it names are there, and so named. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Schema } from '../engine/schema/schema.ts'
import { type Type, typeText } from '../engine/schema/type.ts'
import { maybeType } from '../engine/schema/type-text.ts'
import { constantValue } from './testing/evaluate.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const page = read('../../docs/reference/expressions.md')

/** The cells of the first table below a heading. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, below = ''] = page.split(`## ${heading}\n`)
  const [section = ''] = below.split('\n## ')
  const rows = section.split('\n').filter(line => line.startsWith('| '))
  return rows.slice(1).map(row => {
    const cells = row.split('|').slice(1, -1)
    return cells.map(cell => cell.trim())
  })
}

const typeOf = (expression: string): Type => constantValue(expression, new Schema([])).type

/** What stands for any digits, or any type. */
const filledIn = (name: string) => name.replace('(p, s)', '(9, 2)').replace(/\bT\b/, 'INTEGER')

/** `INTERVAL SECOND, HOUR ..`: the first word goes for all. */
function othersOf(cell: string): readonly string[] {
  const names = cell.split(', ').filter(name => name !== '')
  const isSpan = names[0]?.startsWith('INTERVAL ') === true
  return names.map((name, at) => `${isSpan && at > 0 ? 'INTERVAL ' : ''}${name.replace(' ..', '')}`)
}

describe.each(tableBelow('Values and types'))('%s', (name, others = '', literals = '') => {
  const kindOf = (type: Type) => typeText(type).replace(/\(.*\)/, '')
  const own = typeOf(`CAST(NULL AS ${filledIn(name)})`)

  test('is a type of expressions and of columns', () => {
    expect(maybeType(filledIn(name))).toEqual(own)
    expect(typeText(own)).toBe(filledIn(name))
  })

  test.each(othersOf(others))('is also called %s', other => {
    expect(kindOf(typeOf(`CAST(NULL AS ${filledIn(other)})`))).toBe(kindOf(own))
  })

  const shown = [...literals.matchAll(/`(.+?)`/g)].map(([, literal = '']) => literal)

  test.each(shown)('has the literal %s', literal => {
    expect(kindOf(typeOf(literal))).toBe(kindOf(own))
  })
})

test('every difference to other engines stands in the script of differences', () => {
  const shown = tableBelow('Where other engines differ').map(([cell]) => `# ${cell}`)
  const script = read('./testdata/differences.txt').split('\n')
  const headings = script.filter(line => line.startsWith('# ')).slice(2)
  expect(headings).toEqual(shown)
})
