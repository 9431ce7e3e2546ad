/** The system's own chance: the contract of its door, and what is made of it. */

import { expect, test } from 'vitest'
import { randomContract } from '../../chaos/sim/contract/random.ts'
import { newHasher, randomId, SystemRandom } from './random.ts'

randomContract('the chance of the system', () => new SystemRandom())

test('names do not come twice', () => {
  expect(new Set(Array.from({ length: 100 }, randomId)).size).toBe(100)
  expect(randomId()).toMatch(/^[0-9a-f]{16}$/)
})

test('the hasher is SHA-256, piece by piece', () => {
  const whole = newHasher()
  const parts = newHasher()
  whole.update(new TextEncoder().encode('abc'))
  for (const letter of 'abc') parts.update(new TextEncoder().encode(letter))
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(whole.hex()).toBe(expected)
  expect(parts.hex()).toBe(expected)
})
