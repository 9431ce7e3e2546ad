/** Trees: as values, as JSON, and the texts in them. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from './json.ts'
import { jsonText } from './json-text.ts'
import {
  type Json,
  jsonOf,
  type Node,
  numberNode,
  ParseTrouble,
  parsedBy,
  textsIn,
} from './node.ts'

const treeOf = (text: string) => parseJson(text).root as Node

describe('a tree', () => {
  it('is a value without places', () => {
    expect(JSON.stringify(jsonOf(treeOf('{"a": [1, "x", true, null], "b": {}}')))).toBe(
      '{"a":[1,"x",true,null],"b":{}}',
    )
  })

  it('shows its texts as it is told', () => {
    const shown = jsonOf(treeOf('{"a": ["x", {"b": "y"}], "c": 1}'), text => `<${text.value}>`)
    expect(JSON.stringify(shown)).toBe('{"a":["<x>",{"b":"<y>"}],"c":1}')
  })

  it('knows all of its texts, in order', () => {
    const texts = textsIn(treeOf('{"a": ["x", {"b": "y"}], "c": 1, "d": "z"}'))
    expect(texts.map(({ value }) => value)).toEqual(['x', 'y', 'z'])
    expect(textsIn(treeOf('1'))).toEqual([])
  })

  it('has maps without a prototype', () => {
    const value = jsonOf(treeOf('{"a": 1}')) as object
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect('toString' in value).toBe(false)
  })
})

describe('numbers', () => {
  const span = { start: 0, end: 1 }
  it.each([
    [1n, 1],
    [0n, 0],
    [-5n, -5],
    [9007199254740991n, 9007199254740991],
    [-9007199254740991n, -9007199254740991],
    [9007199254740992n, 9007199254740992],
    [9007199254740993n, 9007199254740993n],
    [2n ** 80n, 2n ** 80n],
    [1.5, 1.5],
  ])('%s is %s', (value, wanted) => {
    const { value: kept } = numberNode(span, value)
    expect(BigInt(Math.trunc(Number(kept)))).toBe(BigInt(Math.trunc(Number(wanted))))
    if (typeof wanted === 'bigint') expect(kept).toBe(wanted)
  })
})

describe('JSON of a tree', () => {
  it('is that of JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(JSON.parse(jsonText(value as Json))).toEqual(value)
      }),
    )
  })

  it('has all digits of large numbers', () => {
    expect(jsonText({ a: [9007199254740993n, 1] })).toBe('{"a":[9007199254740993,1]}')
  })

  it('has texts for numbers that JSON does not have, and minus zero', () => {
    expect(jsonText([Number.NaN, -Infinity, -0])).toBe('["NaN","-Infinity",-0]')
  })
})

describe('a parser', () => {
  it('answers with the trouble that it throws', () => {
    const trouble = { code: 'odd', offset: 3, message: 'it is odd' }
    const parsed = parsedBy(() => {
      throw new ParseTrouble(trouble)
    })
    expect(parsed).toEqual({ trouble })
  })

  it('does not hide mistakes of our own', () => {
    expect(() =>
      parsedBy(() => {
        throw new TypeError('ours')
      }),
    ).toThrow('ours')
  })
})
