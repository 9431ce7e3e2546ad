/** The fingerprint: it must see every difference, in any order, and never lose one again. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mix52, scramble } from './hash.ts'
import { Prng } from './prng.ts'

const TWO_32 = 2 ** 32
const CHAIN_BITS = 52
const NUMBER_BITS = 32

const anyChain = fc.maxSafeNat().map(n => n % 2 ** CHAIN_BITS)
const anyNumber = fc.oneof(fc.nat(20), fc.nat({ max: TWO_32 - 1 }))
const anyNumbers = fc.tuple(anyNumber, anyNumber, anyNumber)
type Numbers = readonly [number, number, number]

const fingerprint = (steps: readonly Numbers[]) =>
  steps.reduce((chain, [a, b, c]) => mix52(chain, a, b, c), 0)

/** Pinned: replicas of different releases compare their fingerprints. */
test.each([
  [0, [0, 0, 0], 3_572_173_345_467_273],
  [0, [1, 1, 0], 3_773_580_632_588_744],
  [0, [1, 2, 3], 2_769_992_660_699_734],
  [2 ** 52 - 1, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], 787_328_728_498_847],
] as [number, Numbers, number][])('the step from %d by %j stays', (chain, numbers, next) => {
  expect(mix52(chain, ...numbers)).toBe(next)
})

test('a chain is a whole number of 52 bits', () => {
  fc.assert(
    fc.property(anyChain, anyNumbers, (chain, numbers) => {
      const next = mix52(chain, ...numbers)
      expect(Number.isSafeInteger(next)).toBe(true)
      expect(next).toBeGreaterThanOrEqual(0)
      expect(next).toBeLessThan(2 ** CHAIN_BITS)
    }),
  )
})

test('a number counts by its low 32 bits, whatever its sign', () => {
  fc.assert(
    fc.property(anyChain, anyNumbers, (chain, [a, b, c]) => {
      expect(mix52(chain, a | 0, b + TWO_32, c | 0)).toBe(mix52(chain, a, b, c))
    }),
  )
})

test('the order of the numbers counts', () => {
  fc.assert(
    fc.property(anyChain, anyNumbers, (chain, [a, b, c]) => {
      fc.pre(a !== b && b !== c)
      const right = mix52(chain, a, b, c)
      expect(mix52(chain, b, a, c)).not.toBe(right)
      expect(mix52(chain, a, c, b)).not.toBe(right)
    }),
  )
})

test('the order of the steps counts, and so does how many they are', () => {
  fc.assert(
    fc.property(fc.array(anyNumbers), anyNumbers, anyNumbers, (before, x, y) => {
      fc.pre(String(x) !== String(y))
      expect(fingerprint([...before, x, y])).not.toBe(fingerprint([...before, y, x]))
      expect(fingerprint([...before, x, x])).not.toBe(fingerprint([...before, x]))
    }),
  )
})

test('a history that differs in one number of one step has another fingerprint', () => {
  const steps = fc.array(anyNumbers, { minLength: 1, maxLength: 50, size: 'max' })
  fc.assert(
    fc.property(steps, fc.nat(), fc.nat(2), fc.nat(31), (history, step, place, bit) => {
      const changed = history.map(numbers => [...numbers] as [number, number, number])
      const numbers = changed[step % history.length] as [number, number, number]
      numbers[place] = ((numbers[place] as number) ^ (1 << bit)) >>> 0
      expect(fingerprint(changed)).not.toBe(fingerprint(history))
    }),
  )
})

/** The inverse of x -> x ^ (x >>> shift). */
function unshifted(x: number, shift: number): number {
  let original = x
  for (let known = shift; known < NUMBER_BITS; known += shift) {
    original = x ^ (original >>> shift)
  }
  return original
}

/** The inverse of multiplying by an odd number, by Newton: each round doubles the bits that fit. */
function undivided(x: number, factor: number): number {
  let inverse = factor
  for (let round = 0; round < 5; round++) {
    inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse))
  }
  return Math.imul(x, inverse)
}

/** Goes back to the chain before; that this can be done is why no two chains ever fall together. */
function unmix52(next: number, [a, b, c]: Numbers): number {
  const lowOfNext = next | 0
  const high = Math.floor(next / TWO_32) ^ (scramble(lowOfNext) >>> 12)
  const low = lowOfNext ^ scramble(high + 0x297a2d39)
  // What a step lays over the high lane shows in a step from the same low lane and high lane 0.
  let before = undivided(low, 0xc2b2ae3d) ^ c
  before = undivided(unshifted(before, 13), 0x85ebca77) ^ b
  const lowBefore = undivided(unshifted(before, 15), 0x9e3779b1) ^ a
  const fromZero = mix52(lowBefore >>> 0, a, b, c)
  const laidOver = Math.floor(fromZero / TWO_32) ^ (scramble(fromZero | 0) >>> 12)
  return (high ^ laidOver) * TWO_32 + (lowBefore >>> 0)
}

test('a step can be undone: chains that differ are never brought together by equal numbers', () => {
  fc.assert(
    fc.property(anyChain, anyNumbers, (chain, numbers) => {
      expect(unmix52(mix52(chain, ...numbers), numbers)).toBe(chain)
    }),
    { numRuns: 1000 },
  )
})

test('steps from one chain that differ in one number never meet', () => {
  for (const stepBy of [
    (n: number) => mix52(5, n, 1, 1),
    (n: number) => mix52(5, 1, n, 1),
    (n: number) => mix52(5, 1, 1, n),
  ]) {
    const seen = new Set(Array.from({ length: 50_000 }, (_, n) => stepBy(n)))
    expect(seen.size).toBe(50_000)
  }
})

test('the small numbers of real histories do not collide', () => {
  const seen = new Set<number>()
  for (let index = 0; index < 300; index++) {
    for (let term = 0; term < 20; term++) {
      for (let kind = 0; kind < 50; kind++) {
        seen.add(mix52(0, index, term, kind))
      }
    }
  }
  expect(seen.size).toBe(300 * 20 * 50)
})

/** How often each of the 52 bits of the next chain changes when one bit of what goes in does. */
function flipRates(flip: (at: number[]) => void, samples: number): number[] {
  const prng = new Prng(52)
  const flips = new Array<number>(CHAIN_BITS).fill(0)
  for (let sample = 0; sample < samples; sample++) {
    const at = [
      prng.below(2 ** 32),
      prng.below(2 ** 20),
      prng.uint32(),
      prng.uint32(),
      prng.uint32(),
    ]
    const before = step(at)
    flip(at)
    const after = step(at)
    const low = before ^ after
    const high = Math.floor(before / TWO_32) ^ Math.floor(after / TWO_32)
    for (let bit = 0; bit < CHAIN_BITS; bit++) {
      const lane = bit < NUMBER_BITS ? low >>> bit : high >>> (bit - NUMBER_BITS)
      flips[bit] = (flips[bit] as number) + (lane & 1)
    }
  }
  return flips.map(n => n / samples)
}

const step = ([low, high, a, b, c]: number[]) =>
  mix52((high as number) * TWO_32 + (low as number), a as number, b as number, c as number)

test.each([
  ['low lane of the chain', 0, 32],
  ['high lane of the chain', 1, 20],
  ['first number', 2, 32],
  ['second number', 3, 32],
  ['third number', 4, 32],
])(
  'each bit of the %s changes each bit of the next chain about every second time',
  (_, lane, bits) => {
    const samples = 2000
    for (let bit = 0; bit < bits; bit++) {
      const rates = flipRates(at => {
        at[lane] = ((at[lane] as number) ^ (1 << bit)) >>> 0
      }, samples)
      // The deviation of a fair coin is 0.011 here.
      expect(Math.min(...rates), `bit ${bit}`).toBeGreaterThan(0.44)
      expect(Math.max(...rates), `bit ${bit}`).toBeLessThan(0.56)
    }
  },
)
