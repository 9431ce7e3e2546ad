/** What is learned from one record: its literals, its slots, and what two shapes share. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BIGINT, JSON_TYPE, TEXT } from '../../../engine/schema/type.ts'
import type { Field } from '../format.ts'
import { fieldOf } from '../path.ts'
import { bytesOf } from '../testing/raw.ts'
import { Lexer } from './lexer.ts'
import { sharedPrefix, type Template, templateOf, wordsOf } from './template.ts'
import { treeOf } from './tree.ts'

const field = (name: string, from?: string) => fieldOf({ name, type: TEXT }, { from })
const fields = [field('a'), field('b', 'p.b'), field('c', 'p.q.c')]

function learned(text: string, of: readonly Field[] = fields): Template | undefined {
  const lexer = new Lexer()
  const bytes = bytesOf(text)
  lexer.attach(bytes)
  return templateOf(lexer, treeOf(of), 0, bytes.length)
}

const decoder = new TextDecoder()
const literals = (template: Template | undefined) =>
  template?.literals.map(literal => decoder.decode(literal))
const columns = (template: Template | undefined) => template?.slots.map(slot => slot.columns)

describe('a template', () => {
  test('has the bytes between values as they were', () => {
    const template = learned(' {"a" :1, "x":[2 ,3],\n"p":{"b":"y"} } ')
    expect(literals(template)).toEqual([' {"a" :', ', "x":', ',\n"p":{"b":', '} } '])
    expect(columns(template)).toEqual([[0], [], [1]])
    expect(template?.slots.map(({ depth }) => depth)).toEqual([1, 1, 2])
  })

  test('goes into objects that hold wanted fields, and into no others', () => {
    const template = learned('{"p":{"q":{"c":1,"z":2},"x":{"y":3}},"q":{"c":4}}')
    expect(literals(template)).toEqual(['{"p":{"q":{"c":', ',"z":', '},"x":', '},"q":', '}'])
    expect(columns(template)).toEqual([[2], [], [], []])
  })

  test('holds a null, or an empty object, where fields are wanted', () => {
    expect(literals(learned('{"p":null,"a":1}'))).toEqual(['{"p":null,"a":', '}'])
    expect(literals(learned('{"p":{ },"a":1}'))).toEqual(['{"p":{ },"a":', '}'])
    expect(literals(learned('{}'))).toEqual(['{}'])
  })

  test('knows objects that are wanted whole by where they begin and end', () => {
    const both = [
      fieldOf({ name: 'p', type: JSON_TYPE }),
      fieldOf({ name: 'b', type: BIGINT }, { from: 'p.b' }),
    ]
    const template = learned('{"x":1,"p":{"b":2} }', both)
    expect(literals(template)).toEqual(['{"x":', ',"p":{"b":', '} }'])
    expect(template?.wholes).toEqual([
      { column: 0, fromLiteral: 1, fromOffset: 5, toLiteral: 2, toOffset: 1 },
    ])
  })

  test('of a record of which no field is wanted is one slot', () => {
    const template = learned(' [1] ', [field('all', '$')])
    expect(literals(template)).toEqual([' ', ' '])
    expect(columns(template)).toEqual([[0]])
    expect(columns(learned('5', []))).toEqual([[]])
  })

  test('keeps its bytes when those of the record change', () => {
    const lexer = new Lexer()
    const bytes = bytesOf('{"a":1}')
    lexer.attach(bytes)
    const template = templateOf(lexer, treeOf(fields), 0, bytes.length)
    bytes.fill(0)
    expect(literals(template)).toEqual(['{"a":', '}'])
  })
})

describe('two templates', () => {
  const shared = (one: string, other: string) => {
    const [a, b] = [learned(one), learned(other)]
    if (a === undefined || b === undefined) throw new Error('nothing was learned')
    expect(sharedPrefix(a, b)).toBe(sharedPrefix(b, a))
    return sharedPrefix(a, b)
  }

  test.each([
    ['{"a":1,"x":2}', '{"a":5,"x":6}', 2],
    ['{"a":1,"x":2}', '{"a":1,"y":2}', 1],
    ['{"a":1,"x":2}', '{"a":1}', 1],
    ['{"a":1}', '{"x":1}', 0],
    ['{"a":1}', '{"a": 1}', 0],
    ['{}', '{"a":1}', 0],
    ['{"a":1,"x":2}', '{"a":1,"x":2 }', 2],
  ])('%s and %s share so many slots', (one, other, slots) => {
    expect(shared(one, other)).toBe(slots)
  })
})

test('words cover all bytes of a literal, four at a time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 40 }), literal => {
      const words = wordsOf(literal)
      expect(words.length).toBe(Math.ceil(literal.length / 4))
      const bytes = new Uint8Array(words.buffer)
      const whole = literal.length - (literal.length % 4)
      expect(bytes.subarray(0, whole)).toEqual(literal.subarray(0, whole))
      expect(bytes.subarray(-4)).toEqual(literal.subarray(-4))
    }),
  )
  expect(wordsOf(bytesOf('abc'))).toHaveLength(0)
})
