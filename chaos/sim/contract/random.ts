/**
 * What any body of the Random door must do. Chance itself may fail a test of chance: these bounds
 * are such that a fair source fails a suite less than once in a thousand million runs.
 */

import { describe, expect, test } from 'vitest'
import type { Random } from '../../../src/base/env.ts'

const DRAWS = 65_536
const TWO_32 = 2 ** 32
/** ln of 10^10: what one question may be wrong about, with room for the eight of a suite. */
const DOUBT = 10 * Math.LN10

/** Each call of `makeRandom` makes a source that knows nothing of the others. */
export function randomContract(name: string, makeRandom: () => Random): void {
  describe(`${name} keeps the contract of the Random door`, () => {
    test('whole numbers from 0 to 2^32 - 1', () => {
      const isOutside = (n: number) => !Number.isInteger(n) || n < 0 || n >= TWO_32
      expect(drawn(makeRandom()).filter(isOutside)).toEqual([])
    })

    evennessRules(makeRandom)
    repetitionRules(makeRandom)
  })
}

const drawn = (random: Random, draws = DRAWS): readonly number[] =>
  Array.from({ length: draws }, () => random.uint32())

/** Hoeffding: how far from half of the draws a fair coin strays, for each of 32 coins. */
const STRAY_MAX = Math.sqrt((DRAWS * (DOUBT + Math.log(2 * 32))) / 2)

/** Laurent and Massart: the sum of so many squares of chance stays below. */
const chiSquareMax = (freedom: number) => freedom + 2 * Math.sqrt(freedom * DOUBT) + 2 * DOUBT

/** Pearson's measure of how far from even these are, which are from 0 to 255. */
function chiSquare(bytes: readonly number[]): number {
  const counts = new Float64Array(256)
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1
  const even = bytes.length / counts.length
  return counts.reduce((sum, count) => sum + (count - even) ** 2 / even, 0)
}

function evennessRules(makeRandom: () => Random): void {
  test('each bit is set as often as not', () => {
    const numbers = drawn(makeRandom())
    const strays = Array.from({ length: 32 }, (_, bit) => {
      const set = numbers.reduce((sum, n) => sum + ((n >>> bit) & 1), 0)
      return Math.abs(set - DRAWS / 2)
    })
    expect(strays.filter(stray => stray > STRAY_MAX)).toEqual([])
  })

  test.each([0, 8, 16, 24])('each byte is as likely as any other, from bit %d', shift => {
    const bytes = drawn(makeRandom()).map(n => (n >>> shift) & 255)
    expect(chiSquare(bytes)).toBeLessThan(chiSquareMax(255))
  })

  test.each([0, 28])('a number says nothing about the next, at bit %d', shift => {
    const random = makeRandom()
    const pairs = Array.from({ length: DRAWS }, () => {
      const first = (random.uint32() >>> shift) & 15
      return first * 16 + ((random.uint32() >>> shift) & 15)
    })
    expect(chiSquare(pairs)).toBeLessThan(chiSquareMax(255))
  })
}

/**
 * Pairs of equal numbers among so many come half a time on average; that it is more than 12 happens
 * once in 10^13.
 */
const EQUALS_MAX = 12

function repetitionRules(makeRandom: () => Random): void {
  test('numbers do not come back soon', () => {
    const different = new Set(drawn(makeRandom())).size
    expect(different).toBeGreaterThanOrEqual(DRAWS - EQUALS_MAX)
  })

  test('two sources say different things', () => {
    const sources = [makeRandom(), makeRandom()]
    const numbers = sources.flatMap(source => drawn(source, DRAWS / 2))
    expect(new Set(numbers).size).toBeGreaterThanOrEqual(DRAWS - EQUALS_MAX)
  })
}
