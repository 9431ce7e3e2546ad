/** JSON: what JSON.parse takes and nothing else, and the place of the first mistake. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mustParseJson, parseJson } from './json.ts'
import { DEPTH_MAX, jsonOf, type MapNode } from './node.ts'

const troubleOf = (text: string) => parseJson(text).trouble
const readAs = (text: string) => {
  const { root } = parseJson(text)
  return root === undefined ? undefined : jsonOf(root)
}

function standard(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const inDoubles = (_: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)

describe('values', () => {
  it('are what JSON.parse says', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), text => {
        fc.pre(troubleOf(text)?.code !== 'duplicate-key')
        expect(JSON.stringify(readAs(text), inDoubles)).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('are taken or refused as JSON.parse does', () => {
    const signs = fc.constantFrom(...'{}[]",:01.eE+-\\ntrufals \t\n/*u\u0001')
    const texts = fc.string({ unit: signs, maxLength: 12 })
    const bits = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', ' ', 'true'), {
      maxLength: 10,
    })
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          bits.map(parts => parts.join('')),
        ),
        text => {
          const expected = standard(text)
          const { root, trouble } = parseJson(text)
          if (trouble?.code === 'duplicate-key') return
          expect(root !== undefined).toBe(expected !== undefined)
          if (trouble !== undefined) expect(trouble.offset).toBeLessThanOrEqual(text.length)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('that a double cannot hold stay exact', () => {
    expect(readAs('9007199254740993')).toBe(9007199254740993n)
    expect(readAs('-9223372036854775808')).toBe(-9223372036854775808n)
    expect(readAs('9007199254740991')).toBe(9007199254740991)
    expect(readAs('1.5e2')).toBe(150)
    expect(Object.is(readAs('-0'), -0)).toBe(true)
  })

  it('know where they stand', () => {
    const { root } = parseJson('{\n  "a": [1, "b\\n"]\n}')
    const entry = (root as MapNode).entries.get('a')
    expect(entry?.key).toEqual({ start: 4, end: 7 })
    expect(entry?.value).toMatchObject({ kind: 'list', start: 9, end: 19 })
    const items = entry?.value.kind === 'list' ? entry.value.items : []
    expect(items.map(({ start, end }) => [start, end])).toEqual([
      [10, 11],
      [13, 18],
    ])
  })

  it('may have any key', () => {
    const { root } = parseJson('{"__proto__": {"x": 1}, "constructor": 2}')
    expect([...(root as MapNode).entries.keys()]).toEqual(['__proto__', 'constructor'])
    expect(JSON.stringify(readAs('{"__proto__": 1}'))).toBe('{"__proto__":1}')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('mistakes', () => {
  it.each([
    ['', 0, 'the file ends where a value is expected'],
    ['{"a":1,}', 7, 'no comma stands before } in JSON'],
    ['[1 2]', 3, 'a comma or ] is expected'],
    ['[1,2', 4, 'a comma or ] is expected'],
    ['{a: 1}', 1, 'a key in double quotes is expected'],
    ['{"a" 1}', 5, 'a colon is expected behind the key'],
    ['{"a": yes}', 6, 'texts stand in double quotes: "yes"'],
    ['["a\tb"]', 3, 'a control character must be escaped'],
    ['["a\\q"]', 3, 'this escape is not known to JSON'],
    ['["a\\u12"]', 3, 'this escape is not known to JSON'],
    ['["a', 1, 'the text does not end'],
    ['1 // one', 2, 'the file should end here'],
    ['[1e999]', 1, 'this number is too large'],
    ['01', 1, 'the file should end here'],
    ["'a'", 0, 'a value is expected'],
  ])('%j', (text, offset, message) => {
    expect(troubleOf(text)).toEqual({ code: 'syntax', offset, message })
  })

  it('are two equal keys, however they are written', () => {
    const trouble = troubleOf('{"a": 1, "\\u0061": 2}')
    expect(trouble).toMatchObject({ code: 'duplicate-key', offset: 9 })
    expect(trouble?.message).toContain('"a"')
  })

  it('are lists that stand too deep, but not many beside each other', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(troubleOf(nested(DEPTH_MAX))).toBeUndefined()
    expect(troubleOf(nested(DEPTH_MAX + 1))).toMatchObject({ code: 'too-deep', offset: DEPTH_MAX })
    expect(troubleOf('['.repeat(100_000))?.code).toBe('too-deep')
    expect(troubleOf(`[${'[],{},'.repeat(200)}1]`)).toBeUndefined()
  })
})

describe('values that programs wrote', () => {
  it('are what JSON.parse reads, two equal keys and any depth too', () => {
    const deep = '['.repeat(900) + ']'.repeat(900)
    for (const text of ['{"a":1,"b":0,"a":{"a":[]}}', '{"__proto__":1}', deep]) {
      expect(JSON.stringify(jsonOf(mustParseJson(text)))).toBe(JSON.stringify(JSON.parse(text)))
    }
    expect(() => mustParseJson('[1')).toThrow('a comma or ] is expected')
  })

  it('keep the digits of numbers that no double holds', () => {
    expect(mustParseJson('1e999')).toMatchObject({ value: Infinity, digits: '1e999' })
    expect(mustParseJson('-0.10E+2')).toMatchObject({ value: -10, digits: '-0.10E+2' })
  })
})
