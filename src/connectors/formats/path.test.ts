/** Paths: what they lead along, and where they go wrong. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TEXT } from '../../engine/schema/type.ts'
import { limitsOf } from './limits.ts'
import { fieldOf, pathOf } from './path.ts'

test.each([
  ['$', []],
  ['a', ['a']],
  ['payload.user.id', ['payload', 'user', 'id']],
  ['$.a', ['a']],
  ['a."b.c"', ['a', 'b.c']],
  ['"say ""it"""', ['say "it"']],
  ['""', ['']],
  ['$x.$', ['$x', '$']],
  ['__proto__', ['__proto__']],
])('%s', (text, keys) => {
  expect(pathOf(text)).toEqual(keys)
})

test('any keys can be written', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), keys => {
      const text = keys.map(key => `"${key.replaceAll('"', '""')}"`).join('.')
      expect(pathOf(text)).toEqual(keys)
    }),
  )
})

test.each([
  ['', 0],
  ['.', 0],
  ['a.', 2],
  ['a..b', 2],
  ['$.', 2],
  ['a"b"', 0],
  ['"a', 0],
  ['"a"b', 0],
  [Array(65).fill('a').join('.'), 128],
])('%s is no path', (text, at) => {
  expect(() => pathOf(text)).toThrow(
    expect.objectContaining({ code: 'bad-path', data: expect.objectContaining({ at }) }),
  )
})

test('a column stands under its own name, or where it is said to', () => {
  const column = { name: 'a.b', type: TEXT }
  expect(fieldOf(column)).toMatchObject({ ...column, path: ['a.b'] })
  expect(fieldOf(column, { from: 'x.y' }).path).toEqual(['x', 'y'])
})

test('limits are positive, and depth has a ceiling', () => {
  expect(limitsOf({ depthMax: 3 })).toMatchObject({ depthMax: 3, recordBytesMax: 1_048_576 })
  for (const wrong of [{ depthMax: 0 }, { depthMax: 1001 }, { textBytesMax: 1.5 }]) {
    expect(() => limitsOf(wrong)).toThrow('limits-are-sound')
  }
})
