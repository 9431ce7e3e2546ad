/** Regular expressions: what they find, what is refused, and patterns known for never ending. */

import { describe, expect, test } from 'vitest'
import { CALL_STEPS_MAX, type Work } from './meter.ts'
import { isPattern, PATTERN_LENGTH_MAX, type Pattern, patternOf } from './pattern.ts'
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
    expect(mustPattern('b').first('aaa')).toBeNull()
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
  expect(made.test(text)).toBe(false)
  expect(made.first(text)).toBeNull()
})

describe('work is bounded', () => {
  const looksFar = mustPattern('(?:a?){900}b|')
  const counted = (ask: (work: Work) => unknown): number => {
    const work = { left: CALL_STEPS_MAX }
    expect(ask(work)).toBeDefined()
    return CALL_STEPS_MAX - work.left
  }

  test('of one search, by what it really looks at', () => {
    const near = mustPattern('^a')
    expect(counted(work => near.first('a'.repeat(100_000), work))).toBeLessThan(1000)
    const far = mustPattern('a+$')
    expect(counted(work => far.first('a'.repeat(100_000), work))).toBeGreaterThan(100_000)
    expect(mustPattern('(?:[a-z]?){900}[0-8]').first('a'.repeat(100_000))).toBeUndefined()
  })

  test('of a test, by the worst that it could be, whatever was learned before', () => {
    const large = mustPattern('(a?){300}a{300}')
    const first = counted(work => large.test('a'.repeat(600), work))
    expect(counted(work => large.test('a'.repeat(600), work))).toBe(first)
    expect(first).toBeGreaterThan((600 * 600) / 16)
    expect(large.test('a'.repeat(CALL_STEPS_MAX / 600))).toBeUndefined()
    expect(mustPattern('a').test('a'.repeat(65_536))).toBe(true)
  })

  test('of all searches together, as each may look to the end', () => {
    expect(looksFar.all('a'.repeat(20))).toHaveLength(21)
    expect(looksFar.all('a'.repeat(250))).toBeUndefined()
    expect(mustPattern('\\s+').all('lorem ipsum '.repeat(600))).toHaveLength(1200)
    expect(mustPattern('\\d').all('7'.repeat(8000))).toHaveLength(8000)
    expect(mustPattern('[^z]').all('y'.repeat(1_000_000))).toBeUndefined()
  })

  test('of all texts of an evaluation, to the same step each time', () => {
    const reached = () => {
      const work = { left: 3_000_000 }
      let count = 0
      while (looksFar.all('a'.repeat(10), work) !== undefined) count++
      return [count, work.left]
    }
    const [count, left] = reached()
    expect(count).toBeGreaterThan(1)
    expect(left).toBe(0)
    expect(reached()).toEqual([count, left])
    expect(looksFar.all('a'.repeat(40))).toHaveLength(41)
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
