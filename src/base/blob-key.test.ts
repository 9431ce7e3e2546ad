/** Keys of blob stores: what is a path of words, and all that is none. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBlobKey } from './blob-key.ts'

test.each([
  'a',
  'a/b/c',
  'group=1/n=00001.json',
  'A-Z_0.9',
  '...',
  '.a',
  `${'w'.repeat(200)}/${'w'.repeat(200)}`,
  Array(500).fill('a').join('/'),
])('%s is a key', key => {
  expect(isBlobKey(key)).toBe(true)
})

test.each([
  ...['', '/', '/a', 'a/', 'a//b', '.', '..', '../a', 'a/../b', 'a/.', 'a/./b'],
  ...['a b', 'a\\b', 'a\0', 'a\n', 'é', 'a:b', 'a?b', '~', 'w'.repeat(201)],
  Array(501).fill('a').join('/'),
])('%j is none', key => {
  expect(isBlobKey(key)).toBe(false)
})

const word = fc.stringMatching(/^[A-Za-z0-9._=-]{1,20}$/).filter(word => !/^\.\.?$/.test(word))
const words = fc.array(word, { minLength: 1, maxLength: 10 })

test('words that are joined are a key, and stay one when it is continued', () => {
  fc.assert(
    fc.property(words, words, (first, rest) => {
      expect(isBlobKey(first.join('/'))).toBe(true)
      expect(isBlobKey([...first, ...rest].join('/'))).toBe(true)
    }),
  )
})

test('a key with any other character in it is none', () => {
  const other = fc.string({ unit: 'binary', minLength: 1 }).filter(text => /[^\w.=/-]/.test(text))
  fc.assert(
    fc.property(words, fc.nat(), other, (all, at, strange) => {
      const key = all.join('/')
      const place = at % (key.length + 1)
      expect(isBlobKey(key.slice(0, place) + strange + key.slice(place))).toBe(false)
    }),
  )
})

test('a key names the same place for everybody: nothing in it leads up or nowhere', () => {
  fc.assert(
    fc.property(words, fc.nat(), fc.constantFrom('', '.', '..'), (all, at, hole) => {
      const place = at % (all.length + 1)
      expect(isBlobKey([...all.slice(0, place), hole, ...all.slice(place)].join('/'))).toBe(false)
    }),
  )
})

/** Words of one letter, but for the last: so many characters, an even number. */
const long = (characters: number) => `${'w/'.repeat(characters / 2 - 1)}ww`

test.each([
  [200, true],
  [201, false],
])('a word of %d characters: %s, wherever it stands', (characters, isKey) => {
  const word = 'w'.repeat(characters)
  for (const key of [word, `a/${word}`, `${word}/a`, `a/${word}/b`]) {
    expect(isBlobKey(key)).toBe(isKey)
  }
})

test.each([
  [998, true],
  [1000, true],
  [1002, false],
  [100_000, false],
])('a key of %d characters: %s', (characters, isKey) => {
  expect(long(characters)).toHaveLength(characters)
  expect(isBlobKey(long(characters))).toBe(isKey)
})

test('of all characters of one byte these are for words, and a slash joins them', () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
  const able = all.filter(character => isBlobKey(`a${character}b`)).join('')
  const digits = '0123456789'
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  expect(able).toBe(`-./${digits}=${letters}_${letters.toLowerCase()}`)
})

test('of words of dots those are none that lead to where one is, or up', () => {
  const dots = ['.', '..', '...', '....']
  expect(dots.map(isBlobKey)).toEqual([false, false, true, true])
  expect(dots.map(word => isBlobKey(`a/${word}/b`))).toEqual([false, false, true, true])
})
