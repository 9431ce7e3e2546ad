/** LIKE against a naive matcher that tries everything, and on texts that make that one slow. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLike, LIKE_PATTERN_MAX, type Like, likeOf } from './like.ts'

function mustLike(pattern: string, ignoresCase = false, by = '\\'): Like {
  const made = likeOf(pattern, { escape: by, ignoresCase })
  if (!isLike(made)) throw new Error(`${pattern}: ${made}`)
  return made
}

describe('matches', () => {
  test.each([
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['abc', 'ABC', false],
    ['a%', 'a', true],
    ['a%', 'ba', false],
    ['%a', 'ba', true],
    ['%', '', true],
    ['%%', '', true],
    ['', '', true],
    ['', 'a', false],
    ['_', '', false],
    ['_', 'a', true],
    ['_', '😀', true],
    ['__', '😀', false],
    ['a_c', 'abc', true],
    ['a_c', 'ac', false],
    ['%b%', 'abc', true],
    ['%b%b%', 'abc', false],
    ['a%a', 'a', false],
    ['a%a', 'aa', true],
    ['ab%ba', 'aba', false],
    ['%_b%', 'b', false],
    ['%_b%', 'ab', true],
    ['_%', '', false],
    ['%_', 'a', true],
    ['a\\%', 'a%', true],
    ['a\\%', 'ab', false],
    ['a\\_', 'a_', true],
    ['a\\\\', 'a\\', true],
    ['a\\b', 'ab', true],
    ['%ab_ab%', 'xxabyabzz', true],
    ['%a_', 'ba', false],
  ])('%j of %j: %s', (pattern, text, expected) => {
    expect(mustLike(pattern).matches(text)).toBe(expected)
  })

  test('without regard to case, where that keeps the number of characters', () => {
    expect(mustLike('PAGE%', true).matches('page/1')).toBe(true)
    expect(mustLike('%ÄÖ_', true).matches('xäöü')).toBe(true)
    expect(mustLike('%ÄÖ_', false).matches('xäöü')).toBe(false)
    expect(mustLike('_', true).matches('İ')).toBe(true)
    expect(mustLike('𐐀', true).matches('𐐨')).toBe(true)
  })

  test('the escape is chosen, or there is none', () => {
    expect(mustLike('a!%', false, '!').matches('a%')).toBe(true)
    expect(mustLike('a\\%', false, '!').matches('a\\x')).toBe(true)
    expect(mustLike('a\\%', false, '').matches('a\\x')).toBe(true)
    expect(mustLike('a%%b', false, '%').matches('a%b')).toBe(true)
  })
})

test('what is no pattern', () => {
  const plain = { escape: '\\', ignoresCase: false }
  expect(likeOf('a\\', plain)).toBe('escape-at-end')
  expect(likeOf('a', { escape: 'ab', ignoresCase: false })).toBe('escape-not-one')
  expect(likeOf('a'.repeat(LIKE_PATTERN_MAX + 1), plain)).toBe('too-long')
  expect(isLike(likeOf('a'.repeat(LIKE_PATTERN_MAX), plain))).toBe(true)
})

/** Tries all ways; exponential, and right. */
function naive(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === '%') {
    return naive(rest, text) || (text.length > 0 && naive(pattern, text.slice(1)))
  }
  const [head, ...tail] = text
  return head !== undefined && (first === '_' || first === head) && naive(rest, tail)
}

test('as the naive matcher', () => {
  const patterns = fc.array(fc.constantFrom('a', 'b', '%', '_', '😀'), { maxLength: 8 })
  const texts = fc.array(fc.constantFrom('a', 'b', '😀'), { maxLength: 10 })
  let matched = 0
  fc.assert(
    fc.property(patterns, texts, fc.boolean(), (pattern, text, ignoresCase) => {
      const found = mustLike(pattern.join(''), ignoresCase).matches(text.join(''))
      expect(found).toBe(naive(pattern, text))
      if (found) matched++
    }),
    { numRuns: 3000 },
  )
  expect(matched).toBeGreaterThan(100)
})

test('pieces longer than a word are found at every place', () => {
  for (const length of [31, 32, 33, 63, 64, 65, 100]) {
    const piece = `${'ab'.repeat(length)}`.slice(0, length - 1)
    for (const before of [0, 1, 2, 31, 40]) {
      const text = `${'a'.repeat(before)}${piece}cxx`
      expect(mustLike(`%${piece}c%`).matches(text)).toBe(true)
      expect(mustLike(`%${piece}_xx`).matches(text)).toBe(true)
      expect(mustLike(`%${piece}d%`).matches(text)).toBe(false)
    }
  }
})

test('evil texts take as long as others', () => {
  const text = 'a'.repeat(60_000)
  const patterns = [
    `%${'a%'.repeat(400)}b`,
    `%${'a'.repeat(900)}b%`,
    `%${'_a'.repeat(400)}b%`,
    `%${'a'.repeat(31)}b%`,
    `${'%a_'.repeat(300)}%b%`,
  ]
  for (const pattern of patterns) expect(mustLike(pattern).matches(text)).toBe(false)
  expect(mustLike(`%${'a'.repeat(900)}%`).matches(text)).toBe(true)
})
