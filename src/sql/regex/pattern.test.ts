/** Regular expressions: what they find, what is refused, and patterns known for never ending. */

import { describe, expect, test } from 'vitest'
import {
  ALL_WORK_MAX,
  isPattern,
  PATTERN_LENGTH_MAX,
  type Pattern,
  patternOf,
  SEARCH_WORK_MAX,
} from './pattern.ts'
import { highestGroup, replaced, replacementOf } from './replacement.ts'

function mustPattern(text: string, flags = ''): Pattern {
  const made = patternOf(text, flags)
  if (!isPattern(made)) throw new Error(made)
  return made
}

describe('finds', () => {
  test('the first match and its groups', () => {
    expect(mustPattern('(\\d+)-(x)?(\\d+)').first('a 12-34 b')).toEqual({
      start: 2,
      end: 7,
      groups: ['12-34', '12', undefined, '34'],
    })
    expect(mustPattern('b').first('aaa')).toBeUndefined()
  })

  test('the leftmost, and of these the first alternative', () => {
    expect(mustPattern('a|ab').first('ab')?.groups[0]).toBe('a')
    expect(mustPattern('a+?').first('aaa')?.groups[0]).toBe('a')
  })

  test('all matches, empty ones too', () => {
    const found = (pattern: string, text: string) =>
      mustPattern(pattern)
        .all(text)
        ?.map(({ start, end }) => [start, end])
    expect(found('a', 'banana')).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(found('x*', 'axb')).toEqual([
      [0, 0],
      [1, 2],
      [2, 2],
      [3, 3],
    ])
    expect(found('z', 'banana')).toEqual([])
  })

  test('characters, not halves of them', () => {
    expect(mustPattern('^.$').test('😀')).toBe(true)
    expect(mustPattern('.').first('😀a')).toEqual({ start: 0, end: 2, groups: ['😀'] })
    expect(mustPattern('\\p{Greek}+').first('abc αβγ')?.groups[0]).toBe('αβγ')
  })

  test('by flags', () => {
    expect(mustPattern('ABC', 'i').test('abc')).toBe(true)
    expect(mustPattern('ABC', 'c').test('abc')).toBe(false)
    expect(mustPattern('^b', 'm').test('a\nb')).toBe(true)
    expect(mustPattern('^b', 'n').test('a\nb')).toBe(true)
    expect(mustPattern('^b').test('a\nb')).toBe(false)
    expect(mustPattern('a.b', 's').test('a\nb')).toBe(true)
    expect(mustPattern('a.b').test('a\nb')).toBe(false)
  })

  test('groups are counted', () => {
    expect(mustPattern('(a)(?:b)(c)').groups).toBe(2)
  })
})

describe('refuses', () => {
  test.each([
    ['(a', '', 'missing closing )'],
    ['[a', '', 'missing closing ]'],
    ['*', '', 'missing argument'],
    ['(a)\\1', '', 'backreferences and looking around would take too long'],
    ['(?=a)b', '', 'backreferences and looking around would take too long'],
    ['(?<!a)b', '', 'backreferences and looking around would take too long'],
    ['a{1001}', '', 'invalid repeat count'],
    ['(a{1,1000}){1,1000}', '', 'too large'],
    ['a{1000}b{1000}c{500}', '', 'too large'],
    [`${'('.repeat(500)}a${')'.repeat(500)}`, '', 'longer than 1000 characters'],
    ['a'.repeat(PATTERN_LENGTH_MAX + 1), '', 'longer than 1000 characters'],
    ['a', 'g', 'there is no flag g; there are c, i, m and s'],
    ['a', '__proto__', 'there is no flag _'],
  ])('%s', (pattern, flags, reason) => {
    expect(patternOf(pattern, flags)).toContain(reason)
  })
})

test.each([
  ['(a+)+$', 'a', '!'],
  ['(a|aa)+$', 'a', 'b'],
  ['(a|a)+$', 'a', 'b'],
  ['^([a-zA-Z]+)*$', 'a', '1'],
  ['(x+x+)+y', 'x', 'x'],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a', '!'],
  ['(\\w+\\s?)*!$', 'a ', 'b'],
  ['((((a*)*)*)*)*b', 'a', 'c'],
  ['(.*)*(.*)*x', 'a', 'b'],
  ['\\s+$', ' ', 'x'],
  ['^(.*?,){11}P', ',1', 'x'],
])('%s ends soon on the text that others never finish', (pattern, repeated, last) => {
  const made = mustPattern(pattern)
  const text = repeated.repeat(8000) + last
  expect(made.isTooLong(text)).toBe(false)
  expect(made.test(text)).toBe(false)
  expect(made.first(text)).toBeUndefined()
})

describe('work is bounded', () => {
  test('of one search, by the size of pattern and text', () => {
    const large = mustPattern('(a?){300}a{300}')
    expect(large.isTooLong('a'.repeat(600))).toBe(false)
    expect(large.isTooLong('a'.repeat(SEARCH_WORK_MAX / 600))).toBe(true)
    expect(mustPattern('a').isTooLong('a'.repeat(65_536))).toBe(false)
  })

  test('of all searches together, as each may look to the end', () => {
    const looksFar = mustPattern('a(.*b)?')
    expect(looksFar.all('a'.repeat(500))).toHaveLength(500)
    expect(looksFar.all('a'.repeat(20_000))).toBeUndefined()
    expect(ALL_WORK_MAX).toBeGreaterThan(SEARCH_WORK_MAX)
    expect(mustPattern('\\s+').all('word '.repeat(1600))).toHaveLength(1600)
  })
})

describe('replaces', () => {
  const replace = (text: string, pattern: string, by: string) =>
    replaced(text, mustPattern(pattern).all(text) ?? [], replacementOf(by))

  test.each([
    ['banana', 'a', 'o', 'bonono'],
    ['john smith', '(\\w+) (\\w+)', '\\2, \\1', 'smith, john'],
    ['abc', 'b', '[\\0\\&]', 'a[bb]c'],
    ['abc', 'b', '\\\\', 'a\\c'],
    ['abc', 'b', '$1\\x', 'a$1\\xc'],
    ['abc', 'b(x)?', '<\\1>', 'a<>c'],
    ['abc', '', '-', '-a-b-c-'],
    ['abc', 'z', '-', 'abc'],
    ['abc', 'b', '\\', 'a\\c'],
  ])('%s', (text, pattern, by, expected) => {
    expect(replace(text, pattern, by)).toBe(expected)
  })

  test('the highest group is known', () => {
    expect(highestGroup(replacementOf('\\1 and \\3, \\2'))).toBe(3)
    expect(highestGroup(replacementOf('none'))).toBe(0)
  })
})
