/** One shape of each kind against right and wrong values: what is said, and where. */

import { describe, expect, it } from 'vitest'
import type { Node } from '../document/node.ts'
import { filled } from '../document/variables.ts'
import { parseYaml } from '../document/yaml.ts'
import { shownPath } from '../finding.ts'
import { check, REMARKS_MAX } from './check.ts'
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

function treeOf(source: string): Node {
  const { root, trouble } = parseYaml(source)
  expect(trouble).toBeUndefined()
  return filled(root as Node, source, { N: '12', B: 'true', D: '5s', E: '' }).root
}

/** The value without places, or `path offset code: message (suggestion)` of each remark. */
function checked(shape: Shape, source: string): unknown {
  const { value, remarks } = check(shape, treeOf(source))
  if (remarks.length === 0) return bare(value)
  return remarks.map(({ path, offset, code, message, suggestion }) => {
    const hint = suggestion === undefined ? '' : ` (${suggestion})`
    return `${shownPath(path)} ${offset} ${code}: ${message}${hint}`
  })
}

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, bare(v)]))
  if (typeof value !== 'object' || value === null) return value
  const { at: _, node: __, ...rest } = value as Record<string, unknown>
  return Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, bare(one)]))
}

describe('scalars', () => {
  it.each([
    ['a text', text(), 'abc', 'abc'],
    ['an empty text', text(), '""', ''],
    ['a text by rule', text(WORD), 'abc', 'abc'],
    ['a choice', choice(['json', 'csv']), 'csv', 'csv'],
    ['a written text', written('expression'), 'a > 1', { text: 'a > 1' }],
    ['a number', integer(1, 10), '7', 7],
    ['a number from a variable', integer(1, 100), '${N}', 12],
    ['a fraction', number(0, 1), '0.5', 0.5],
    ['a duration', duration(), '1h30m', 5_400_000],
    ['a duration from a variable', duration(), '${D}', 5_000],
    ['a size', size(1), '64MiB', 67_108_864],
    ['a flag', flag(), 'true', true],
    ['a flag from a variable', flag(), '${B}', true],
  ] as const)('%s', (_, shape, source, value) => {
    expect(checked(shape as Shape, source)).toEqual(value)
  })

  it.each([
    [text(), '1', 'wrong-type: a text is expected, this is the number 1 ("1")'],
    [text(), 'true', 'wrong-type: a text is expected, this is true ("true")'],
    [text(), '~', 'wrong-type: a text is expected, this is nothing'],
    [text(), '[a]', 'wrong-type: a text is expected, this is a list'],
    [text(WORD), 'A1', 'bad-value: "A1" is not a word'],
    [choice(['json', 'csv']), 'jsno', 'bad-value: "jsno" is none of json, csv (json)'],
    [choice(['json', 'csv']), 'x', 'bad-value: "x" is none of json, csv'],
    [written('name', WORD), 'A', 'bad-value: "A" is not a word'],
    [written('expression'), '" "', 'bad-value: a text is expected, this one is empty'],
    [written('expression'), '${E}', 'bad-value: a text is expected, this one is empty'],
    [integer(1, 10), '11', 'bad-value: 11 is not a whole number from 1 to 10'],
    [integer(1, 10), '1.5', 'bad-value: 1.5 is not a whole number from 1 to 10'],
    [integer(1, 10), '.nan', 'bad-value: NaN is not a whole number from 1 to 10'],
    [
      integer(1, 10),
      '99999999999999999999',
      'bad-value: 99999999999999999999 is not a whole number from 1 to 10',
    ],
    [
      integer(1, 10),
      '"7"',
      'wrong-type: a whole number from 1 to 10 is expected, this is the text "7"',
    ],
    [
      integer(1, 10),
      '9007199254740993',
      'bad-value: 9007199254740993 is not a whole number from 1 to 10',
    ],
    [integer(1, 10), '1e1000', 'bad-value: 1e1000 is not a whole number from 1 to 10'],
    [text(), '1.10', 'wrong-type: a text is expected, this is the number 1.10 ("1.10")'],
    [integer(1, 10), '"${N}"', 'bad-value: "${N}" is not a whole number from 1 to 10'],
    [number(0, 1), '-0.1', 'bad-value: -0.1 is not a number from 0 to 1'],
    [duration(), '5 sec', 'bad-value: "5 sec" is not a duration such as 5s, 250ms or 1h30m (5s)'],
    [duration(), '5', 'bad-value: "5" is not a duration such as 5s, 250ms or 1h30m (5s)'],
    [
      duration(),
      '[]',
      'wrong-type: a duration such as 5s, 250ms or 1h30m is expected, this is a list',
    ],
    [duration(1_000), '5ms', 'bad-value: "5ms" is too short; 1000ms is the least'],
    [size(1), '64MB', 'bad-value: "64MB" is not a size such as 64MiB (64MiB)'],
    [size(1_024), '1B', 'bad-value: "1B" is too small; 1024B is the least'],
    [size(1), '{}', 'wrong-type: a size such as 64MiB is expected, this is keys with values'],
    [flag(), 'yes', 'wrong-type: true or false is expected, this is the text "yes" (true)'],
    [flag(), '"off"', 'wrong-type: true or false is expected, this is the text "off" (false)'],
    [flag(), '1', 'wrong-type: true or false is expected, this is the number 1'],
  ] as const)('%# refused: %o', (shape, source, remark) => {
    expect(checked(shape as Shape, source)).toEqual([` 0 ${remark}`])
  })

  it('from variables are called by their names', () => {
    for (const shape of [text(WORD), choice(['a']), duration(), size(1), flag()]) {
      const { remarks } = check(shape as Shape, treeOf('x${N}'))
      expect(remarks[0]?.message).toContain('"x${N}"')
      expect(remarks[0]?.message).not.toContain('12')
    }
  })

  it('are not quoted at any length', () => {
    const { remarks } = check(text(WORD), treeOf('A'.repeat(5_000)))
    expect(remarks[0]?.message.length).toBeLessThan(100)
  })
})

describe('lists and maps', () => {
  it('hold what their shape says', () => {
    expect(checked(list(integer(0, 9)), '[1, 2]')).toEqual([1, 2])
    expect(checked(map(integer(0, 9), WORD), 'a: 1\nb: 2')).toEqual({ a: 1, b: 2 })
    expect(checked(json({ map: true }), 'a: [1, {b: ~}]')).toEqual({
      json: { a: [1, { b: null }] },
    })
  })

  it('are told of at the item', () => {
    expect(checked(list(integer(0, 9)), '[1, x, 20]')).toEqual([
      '[1] 4 wrong-type: a whole number from 0 to 9 is expected, this is the text "x"',
      '[2] 7 bad-value: 20 is not a whole number from 0 to 9',
    ])
    expect(checked(map(integer(0, 9), WORD), 'a: x\nB: 1')).toEqual([
      'a 3 wrong-type: a whole number from 0 to 9 is expected, this is the text "x"',
      'B 5 bad-key: "B" is not a word',
    ])
  })

  it('are bounded', () => {
    const two = list(text(), 1, 2)
    expect(checked(two, '[]')).toEqual([
      ' 0 bad-value: the list has 0 items; at least 1 are wanted',
    ])
    expect(checked(two, '[a, b, c]')).toEqual([
      ' 0 bad-value: the list has 3 items; at most 2 are wanted',
    ])
    expect(checked(map(text(), WORD, 1), '{}')).toEqual([
      ' 0 bad-value: at least one is wanted here',
    ])
  })

  it('are not each other', () => {
    const [listed, mapped] = [list(text()), map(text(), WORD)]
    expect(checked(listed, '{}')).toEqual([
      ' 0 wrong-type: a list is expected, this is keys with values',
    ])
    expect(checked(mapped, '[]')).toEqual([
      ' 0 wrong-type: keys with values is expected, this is a list',
    ])
    expect(checked(json({ map: true }), '[]')).toEqual([
      ' 0 wrong-type: keys with values is expected, this is a list',
    ])
  })

  it('take `__proto__` for a key like any other', () => {
    const shape = map(integer(0, 9), { pattern: /^\w+$/, words: 'a word' })
    const { value } = check(shape, treeOf('__proto__: 1\nconstructor: 2'))
    expect([...(value ?? [])]).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ])
  })
})

describe('objects', () => {
  const shape = object({
    name: required(text(WORD), 'what it is called'),
    size: optional(integer(0, 9), 'how large'),
    later: refused('later is not supported yet'),
  })

  it('have the fields that they must, and may have others', () => {
    expect(checked(shape, 'name: a\nsize: 1')).toEqual({ name: 'a', size: 1 })
    expect(checked(shape, 'name: a')).toEqual({ name: 'a' })
  })

  it('know where they stand', () => {
    const inner = object({ a: required(object({ b: required(written('name'), '') }), '') })
    const { value } = check(inner, treeOf('a:\n  b: xyz\n'))
    expect(value?.a.at).toEqual({ path: ['a'], start: 5, end: 12 })
    expect(value?.a.b.at).toEqual({ path: ['a', 'b'], start: 8, end: 11 })
  })

  it.each([
    ['size: 1', [' 0 missing-key: name is missing: what it is called']],
    [
      'name: a\nnmae: b',
      ['nmae 8 unknown-key: "nmae" is not known here; known are name, size, later (name)'],
    ],
    [
      'name: a\n__proto__: b',
      ['__proto__ 8 unknown-key: "__proto__" is not known here; known are name, size, later'],
    ],
    [
      'name: a\ntoString: b',
      ['toString 8 unknown-key: "toString" is not known here; known are name, size, later'],
    ],
    ['name: a\nlater: 1', ['later 8 not-supported: later is not supported yet']],
    ['x', [' 0 wrong-type: name, size is expected, this is the text "x"']],
    [
      'name: A\nsize: 10',
      [
        'name 6 bad-value: "A" is not a word',
        'size 14 bad-value: 10 is not a whole number from 0 to 9',
      ],
    ],
  ])('%j', (source, remarks) => {
    expect(checked(shape, source)).toEqual(remarks)
  })
})

describe('one of several', () => {
  const shape = tagged(
    'a kind of pet',
    { name: optional(text(WORD), 'what it is called') },
    {
      dog: required(integer(0, 30), 'its age'),
      cat: required(object({ lives: required(integer(1, 9), 'how many') }), 'its lives'),
      bird: refused('birds are not supported yet'),
    },
  )

  it('says which', () => {
    expect(checked(shape, 'dog: 3\nname: rex')).toEqual({ kind: 'dog', body: 3, name: 'rex' })
    expect(checked(shape, 'cat: {lives: 7}')).toEqual({ kind: 'cat', body: { lives: 7 } })
  })

  it.each([
    ['name: rex', [' 0 missing-key: a kind of pet is wanted: dog, cat']],
    ['{}', [' 0 missing-key: a kind of pet is wanted: dog, cat']],
    [
      'dgo: 3',
      ['dgo 0 unknown-key: "dgo" is not known here; known are name, dog, cat, bird (dog)'],
    ],
    [
      'dog: 3\ncat: {lives: 1}',
      [' 7 bad-value: dog and cat exclude each other: one is a kind of pet'],
    ],
    [
      'dog: 3\nage: 1',
      ['age 7 unknown-key: "age" is not known here; known are name, dog, cat, bird'],
    ],
    ['cat: {lives: 10}', ['cat.lives 13 bad-value: 10 is not a whole number from 1 to 9']],
    ['bird: 1', ['bird 6 not-supported: birds are not supported yet']],
    ['dog', [' 0 wrong-type: a kind of pet: dog, cat is expected, this is the text "dog"']],
    [
      'constructor: 1',
      [
        'constructor 0 unknown-key: "constructor" is not known here; ' +
          'known are name, dog, cat, bird',
      ],
    ],
  ])('%j', (source, remarks) => {
    expect(checked(shape, source)).toEqual(remarks)
  })
})

describe('either', () => {
  const shape = either('a word, or a list of them', text(WORD), list(text(WORD)))

  it('takes what one of its shapes takes', () => {
    expect(checked(shape, 'a')).toBe('a')
    expect(checked(shape, '[a, b]')).toEqual(['a', 'b'])
  })

  it('says what all of them are, or what is wrong with the one that fits', () => {
    expect(checked(shape, '1')).toEqual([
      ' 0 wrong-type: a word, or a list of them is expected, this is the number 1',
    ])
    expect(checked(shape, '[a, 1]')).toEqual([
      '[1] 4 wrong-type: a text is expected, this is the number 1 ("1")',
    ])
  })
})

it('says no more than anybody reads', () => {
  const { remarks } = check(list(text()), treeOf(`[${'1, '.repeat(500)}]`))
  expect(remarks).toHaveLength(REMARKS_MAX)
})
