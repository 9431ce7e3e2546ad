/** What a step is compiled in: types of expressions, columns that are there, and what is said. */

import { describe, expect, it } from 'vitest'
import { WeirError } from '../../base/errors.ts'
import { Schema } from '../../engine/schema/schema.ts'
import { BIGINT, BOOLEAN, DOUBLE, TEXT } from '../../engine/schema/type.ts'
import { textNode } from '../document/node.ts'
import { Remarks } from '../lint/remarks.ts'
import type { Written } from '../shape/shape.ts'
import { jobCompiler } from './compiler.ts'
import { wholeOf } from './fragment.ts'
import { Line } from './line.ts'
import { Scope, sentenceOf } from './scope.ts'

const schema = new Schema([
  { name: 'user', type: TEXT },
  { name: 'ms', type: DOUBLE },
  { name: 'n', type: BIGINT },
])

const START = 10

/** A text at offset 10 of a file. */
function written(text: string): Written {
  const span = { start: START, end: START + text.length }
  return { text, node: textNode(span, text, 'plain'), at: { path: ['x'], ...span } }
}

function scopeOver(text: string) {
  const remarks = new Remarks()
  const source = ' '.repeat(START) + text
  const tools = { compiler: jobCompiler(), remarks, source }
  return { scope: new Scope(schema, tools), remarks, tools }
}

const said = (remarks: Remarks) => remarks.all.map(({ offset, code }) => `${offset} ${code}`)

describe('expressions', () => {
  it.each([
    ['ms', DOUBLE],
    ['n + 1', BIGINT],
    ["user = 'x'", BOOLEAN],
  ])('%s has a type', (text, type) => {
    const { scope, remarks } = scopeOver(text)
    expect(scope.expression(written(text))).toEqual(type)
    expect(remarks.all).toEqual([])
  })

  it.each([
    ['mss', '10 sql-unknown-column'],
    ['n + mss', '14 sql-unknown-column'],
    ['n +', '13 sql-syntax'],
    ['sum(n)', '10 sql-type'],
  ])('%s is told at its place', (text, message) => {
    const { scope, remarks } = scopeOver(text)
    expect(scope.expression(written(text))).toBeUndefined()
    expect(said(remarks)).toEqual([message])
  })

  it('are conditions or not', () => {
    const { scope, remarks } = scopeOver('n > 1')
    expect(scope.condition(written('n > 1'))).toBe(true)
    expect(scope.condition(written('n + 1'))).toBe(false)
    expect(scope.condition(written('n > m'))).toBe(false)
    expect(said(remarks)).toEqual(['10 sql-type', '14 sql-unknown-column'])
    expect(remarks.all[0]?.message).toBe(
      'a condition is wanted, which is true or false; this is BIGINT',
    )
  })

  it('with names are all right or none', () => {
    const { scope, remarks } = scopeOver('')
    expect(
      scope.named([
        ['a', written('n')],
        ['b', written('ms')],
      ]),
    ).toEqual([
      { name: 'a', expression: 'n' },
      { name: 'b', expression: 'ms' },
    ])
    expect(
      scope.named([
        ['a', written('x')],
        ['b', written('y')],
      ]),
    ).toBeUndefined()
    expect(remarks.all).toHaveLength(2)
  })

  it('that fail by a mistake of our own are not excused', () => {
    const { scope } = scopeOver('')
    const work = () => {
      throw new TypeError('ours')
    }
    expect(() => scope.guarded(wholeOf(written('n')), work)).toThrow('ours')
  })
})

describe('columns', () => {
  it('are there or not, with a guess', () => {
    const { scope, remarks } = scopeOver('usre')
    expect(scope.hasColumn(written('user'))).toBe(true)
    expect(scope.hasColumn(written('usre'))).toBe(false)
    expect(remarks.all).toMatchObject([
      { message: 'there is no column usre; there are user, ms, n', suggestion: 'user' },
    ])
  })

  it('are new or not', () => {
    const { scope, remarks } = scopeOver('user')
    expect(scope.isNew(written('users'))).toBe(true)
    expect(scope.isNew(written('user'))).toBe(false)
    expect(said(remarks)).toEqual(['10 duplicate-column'])
  })
})

describe('a line of operators', () => {
  const lineOver = () => {
    const { tools, remarks } = scopeOver('')
    const inputs = [{ from: 'events' }]
    const at = { path: ['steps', 0], start: 0, end: 1 }
    return { line: new Line({ id: 'a', at, inputs, schemas: [schema], tools }), remarks }
  }

  it('reads on from one to the next', () => {
    const { line } = lineOver()
    const columns = [{ name: 'm', expression: 'n + 1' }]
    expect(line.put({ kind: 'project', columns })).toBe(true)
    expect(line.put({ kind: 'filter', where: 'm > 1' }, '~having')).toBe(true)
    expect(line.operators.map(({ id, inputs }) => [id, inputs])).toEqual([
      ['a', [{ from: 'events' }]],
      ['a~having', [{ from: 'a' }]],
    ])
    expect(String(line.schema)).toBe('m BIGINT')
    expect([...line.outputs.keys()]).toEqual(['a', 'a~having'])
  })

  it('has the side outputs of its first', () => {
    const { line } = lineOver()
    line.put({ kind: 'split', branches: [{ side: 'big', where: 'n > 1' }] })
    line.put({ kind: 'filter', where: 'n > 2' }, '~more')
    expect([...line.sides.keys()]).toEqual(['big'])
  })

  it('says what the engine will not have, at the step', () => {
    const { line, remarks } = lineOver()
    expect(line.put({ kind: 'filter', where: 'nothing > 1' })).toBe(false)
    expect(remarks.all).toMatchObject([{ code: 'sql-unknown-column', path: ['steps', 0] }])
    expect(line.operators).toEqual([])
  })
})

it('a sentence is said without its code, and without names that nobody wrote', () => {
  expect(sentenceOf(new WeirError('odd', 'it is odd'))).toBe('it is odd')
  const { scope, remarks } = scopeOver('x')
  const hidden = new Schema([
    ...schema.columns,
    { name: '~0', type: TEXT },
    { name: '~12', type: TEXT },
  ])
  const over = new Scope(hidden, { compiler: jobCompiler(), remarks, source: ' '.repeat(20) })
  over.expression(written('x'))
  expect(remarks.all[0]?.message).not.toContain('~')
  expect(scope.schema.names).toHaveLength(3)
})
