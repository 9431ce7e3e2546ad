/** Two bodies' answers beside each other. */

import { expect, test } from 'vitest'
import { firstDifference } from './difference.ts'

test('equal answers do not differ', () => {
  expect(firstDifference([], [])).toBeUndefined()
  expect(firstDifference(['a', 'b'], ['a', 'b'])).toBeUndefined()
})

test('the first of several differences is told', () => {
  expect(firstDifference(['a', 'b', 'c'], ['a', 'x', 'y'])).toEqual({
    at: 1,
    first: 'b',
    second: 'x',
  })
})

test('an answer that one of them does not have is one', () => {
  const second = 'no answer any more'
  expect(firstDifference(['a', 'b'], ['a'])).toEqual({ at: 1, first: 'b', second })
  expect(firstDifference([], ['a'])).toEqual({ at: 0, first: second, second: 'a' })
})
