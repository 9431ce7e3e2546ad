/** What the log will hold of a group, step by step. */

import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import { Coming } from './coming.ts'

const [a, b] = [groupId(1), groupId(2)]

test('nothing is said of a group that nobody makes or removes', () => {
  const coming = new Coming()
  coming.expect(a, true)
  expect([coming.holds(a), coming.holds(b)]).toEqual([true, undefined])
  coming.settle(b)
  expect(coming.holds(a)).toBe(true)
  coming.settle(a)
  expect(coming.holds(a)).toBeUndefined()
})

test('the last that was asked for counts, until every step is taken', () => {
  const coming = new Coming()
  for (const holds of [true, false, true]) coming.expect(a, holds)
  for (let left = 3; left > 0; left--) {
    expect(coming.holds(a)).toBe(true)
    coming.settle(a)
  }
  expect(coming.holds(a)).toBeUndefined()
})

test('a removal that follows a making is what will be', () => {
  const coming = new Coming()
  coming.expect(a, true)
  coming.expect(a, false)
  coming.settle(a)
  expect(coming.holds(a)).toBe(false)
  coming.settle(a)
  expect(coming.holds(a)).toBeUndefined()
})
