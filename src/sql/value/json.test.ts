/** Ways into JSON against JSON.parse, on texts with blanks, escapes and names that come twice. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eachField, itemsOf, jsonAt, jsonOf, kindOf, nameAt, type Step, unquoted } from './json.ts'

/** The same by objects; JSON null and nothing are told apart. */
function oracle(value: unknown, path: readonly Step[]): unknown {
  let found = value
  for (const step of path) {
    if (typeof step === 'number') {
      if (!Array.isArray(found)) return undefined
      found = found.at(step)
    } else {
      const isObject = typeof found === 'object' && found !== null && !Array.isArray(found)
      if (!isObject || !Object.hasOwn(found as object, step)) return undefined
      found = (found as Record<string, unknown>)[step]
    }
    if (found === undefined) return undefined
  }
  return found
}

/** As JSON.parse makes them: `__proto__` is a name like others. */
function objectOf(fields: readonly (readonly [string, unknown])[]): unknown {
  const pairs = fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return JSON.parse(`{${pairs.join(',')}}`)
}

const name = fc.constantFrom('a', 'b', 'a"b', 'a\\', '__proto__', '', 'ä😀', 'constructor', 'x y')
const step = fc.oneof(name, fc.integer({ min: -3, max: 3 }))
const { value: anyJson } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 3, selector: ([key]) => key })
      .map(objectOf),
  ),
}))

test('a path leads where it leads among objects', () => {
  const blanks = fc.constantFrom(undefined, 1, 2)
  let found = 0
  fc.assert(
    fc.property(anyJson, blanks, fc.array(step, { maxLength: 3 }), (value, indent, path) => {
      const text = JSON.stringify(value, undefined, indent)
      const seen = jsonAt(text, path)
      const wanted = oracle(JSON.parse(text), path)
      if (typeof seen === 'string') {
        found++
        expect(JSON.parse(seen)).toEqual(wanted)
      } else {
        expect(seen).toBeNull()
        expect(wanted).toBeUndefined()
      }
    }),
    { numRuns: 3000 },
  )
  expect(found).toBeGreaterThan(200)
})

test('items and fields are all there', () => {
  fc.assert(
    fc.property(fc.array(anyJson, { maxLength: 5 }), items => {
      const text = JSON.stringify(items, undefined, 1)
      expect(itemsOf(text)?.map(item => JSON.parse(item))).toEqual(JSON.parse(text))
    }),
  )
  fc.assert(
    fc.property(anyJson, value => {
      const text = JSON.stringify(value, undefined, 2)
      if (kindOf(text) !== 'object') return
      const seen = new Map<string, unknown>()
      const isSound = eachField(text, (nameFrom, nameTo, from, to) => {
        seen.set(nameAt(text, nameFrom, nameTo), JSON.parse(text.slice(from, to)))
      })
      expect(isSound).toBe(true)
      expect([...seen]).toEqual(Object.entries(JSON.parse(text) as object))
    }),
  )
})

describe('of equal names the last one counts', () => {
  test.each([
    ['{"a":1,"a":2}', '2'],
    ['{"a":1,"\\u0061":2}', '2'],
    ['{"a":{"a":1},"b":3}', '{"a":1}'],
    ['{"b":"a","a":"b"}', '"b"'],
    ['{"b":"\\"a\\":5","a":6}', '6'],
    ['{ "b" : [ "a" , 1 ] , "a" : [ ] }', '[ ]'],
  ])('%s', (json, found) => {
    expect(jsonAt(json, ['a'])).toBe(found)
    expect(JSON.parse(found)).toEqual(JSON.parse(json).a)
  })
})

test('numbers keep their digits', () => {
  expect(jsonAt('{"id": 12345678901234567890.12300}', ['id'])).toBe('12345678901234567890.12300')
})

describe('unsound texts end, and are said to be so where it matters', () => {
  test.each([
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a" 1}',
    '{a:1}',
    '{"a":1 "b":2}',
    '{"a":[1,2}',
    '{"a":"x}',
    '{,}',
    String.raw`{"\{":1}`,
    String.raw`{"b":"\n","\u12":1,"a":{"b":{"c":1}}}`,
  ])('%s', json => {
    expect(jsonAt(json, ['a', 'b', 'c'])).not.toBeTypeOf('string')
  })

  test('whatever the text, an answer comes', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'a', '1', ' ', 'null')
    fc.assert(
      fc.property(fc.array(pieces), fc.array(step, { maxLength: 2 }), (parts, path) => {
        const text = parts.join('')
        const seen = jsonAt(text, path)
        expect(['string', 'object', 'undefined']).toContain(typeof seen)
      }),
      { numRuns: 5000 },
    )
  })
})

test('scalars lose their quotes', () => {
  expect(unquoted('"a\\nb"')).toBe('a\nb')
  expect(unquoted(' "x" ')).toBe('x')
  expect(unquoted('null')).toBeNull()
  expect(unquoted(' [1, 2] ')).toBe('[1, 2]')
  expect(unquoted('1e3')).toBe('1e3')
})

test('kinds', () => {
  const texts = ['{}', ' [1]', '"a"', '-1', 'true', 'false', 'null']
  expect(texts.map(kindOf)).toEqual([
    'object',
    'array',
    'string',
    'number',
    'boolean',
    'boolean',
    'null',
  ])
})

describe('what is taken for JSON', () => {
  test('is what JSON.parse takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), text => {
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = false
        }
        expect(jsonOf(text) !== undefined).toBe(isJson)
      }),
    )
  })

  test('is not too deep', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(jsonOf(nested(200))).toBeDefined()
    expect(jsonOf(nested(201))).toBeUndefined()
    expect(jsonOf(nested(500_000))).toBeUndefined()
    expect(jsonOf(`"${'['.repeat(1000)}"`)).toBeDefined()
  })
})
