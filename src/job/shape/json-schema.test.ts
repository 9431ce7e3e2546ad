/** Each kind of shape as JSON Schema: what an editor is told. */

import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { jsonSchemaOf } from './json-schema.ts'
import {
  choice,
  duration,
  either,
  flag,
  integer,
  json,
  list,
  map,
  number,
  object,
  optional,
  refused,
  required,
  type Shape,
  size,
  tagged,
  text,
  written,
} from './shape.ts'

const WORD = { pattern: /^[a-z]+$/, words: 'a word' }
const head = { title: 'T', description: 'D' }

const schemaOf = (shape: Shape, named: ReadonlyMap<Shape, string> = new Map()) =>
  JSON.parse(JSON.stringify(jsonSchemaOf(shape, head, named))) as Record<string, unknown>

function validator(shape: Shape) {
  const validate = new Ajv({ strict: true, strictRequired: false }).compile(schemaOf(shape))
  return (value: unknown) => validate(value)
}

describe('a schema', () => {
  it('says what it is', () => {
    expect(schemaOf(text())).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'T',
      description: 'D',
      type: 'string',
      definitions: {},
    })
  })

  it('holds named shapes once, and refers to them', () => {
    const inner = object({ a: required(text(), 'the a') })
    const outer = object({
      one: required(inner, 'the first'),
      others: optional(list(inner), 'the others'),
    })
    const schema = schemaOf(outer, new Map([[inner, 'inner']]))
    expect(schema).toMatchObject({
      properties: {
        one: { description: 'the first', allOf: [{ $ref: '#/definitions/inner' }] },
        others: { items: { $ref: '#/definitions/inner' } },
      },
      definitions: { inner: { properties: { a: { description: 'the a' } } } },
    })
  })
})

describe('what it takes', () => {
  it.each([
    ['a text', text(), ['', 'x'], [1, null]],
    ['a text by rule', text(WORD), ['x', '${V}'], ['X', 1]],
    ['a choice', choice(['a', 'b']), ['a', '${V:a}'], ['c', 1]],
    ['an expression', written('expression'), ['x > 1'], ['', 1]],
    ['a name', written('name', WORD), ['x', 'x${V}'], ['X', '']],
    ['a whole number', integer(1, 9), [1, 9, '${V:5}'], [0, 10, 1.5, '5']],
    ['a number', number(0, 1), [0, 0.5, '${V}'], [1.1, '0.5']],
    ['a duration', duration(), ['5s', '1h30m', '${V:5s}'], ['5', '5 s', 5, '30m1h']],
    ['a size', size(1), ['64MiB', '${V}'], ['64MB', 64]],
    ['a flag', flag(), [true, false, '${V}'], ['yes', 1]],
    ['a record', json({ map: true }), [{}, { a: [1] }], [[], 1]],
    ['anything', json({ map: false }), [{}, [], 1, null], []],
    ['a list', list(text(), 1, 2), [['a'], ['a', 'b']], [[], ['a', 'b', 'c'], [1], 'a']],
    ['a map', map(integer(0, 9), WORD, 1), [{ a: 1 }], [{}, { A: 1 }, { a: 'x' }]],
    ['one of two', either('..', text(), list(text())), ['a', ['a']], [1, [1]]],
  ] as const)('%s', (_, shape, good, bad) => {
    const takes = validator(shape as Shape)
    expect((good as readonly unknown[]).filter(value => !takes(value))).toEqual([])
    expect((bad as readonly unknown[]).filter(value => takes(value))).toEqual([])
  })

  it('an object: its fields, those that are required, no others', () => {
    const takes = validator(
      object({
        a: required(text(), 'the a'),
        b: optional(text(), 'the b'),
        c: refused('c is not supported yet'),
      }),
    )
    expect([{ a: 'x' }, { a: 'x', b: 'y' }].filter(value => !takes(value))).toEqual([])
    const bad = [{}, { b: 'y' }, { a: 'x', d: 1 }, { a: 'x', c: 1 }, { a: 1 }]
    expect(bad.filter(takes)).toEqual([])
  })

  it('of several kinds exactly one', () => {
    const takes = validator(
      tagged(
        'a pet',
        { name: optional(text(), 'its name') },
        {
          dog: required(integer(0, 30), 'its age'),
          cat: required(integer(0, 30), 'its age'),
          bird: refused('not yet'),
        },
      ),
    )
    expect([{ dog: 1 }, { cat: 1, name: 'x' }].filter(value => !takes(value))).toEqual([])
    expect([{}, { name: 'x' }, { dog: 1, cat: 1 }, { bird: 1 }, { cow: 1 }].filter(takes)).toEqual(
      [],
    )
  })
})
