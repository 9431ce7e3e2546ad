/**
 * Chance from a seed, the same on every engine and machine: sfc32 by Chris Doty-Humphrey, from
 * PractRand (128 bits of state, a counter among them, so that no cycle is shorter than 2^32). Whole
 * numbers and exact divisions only: engines differ in the last bit of Math.log or Math.sin, and a
 * seed would mean another run elsewhere. Not for secrets.
 */

import type { Random } from './env.ts'
import { invariant } from './errors.ts'
import { mix52, scramble } from './hash.ts'

const TWO_32 = 2 ** 32
const TWO_53 = 2 ** 53
/** Thrown away after seeding, as PractRand does, until each bit of the seed is in all the state. */
const WARM_UP_DRAWS = 15

export class Prng implements Random {
  readonly #seed: number
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** `seed` is a whole number from 0 to 2^53 - 1; no two seeds share a state. */
  constructor(seed: number) {
    invariant(Number.isSafeInteger(seed) && seed >= 0, 'seed-is-a-safe-integer', seed)
    this.#seed = seed
    this.#a = scramble((seed | 0) + 0x9e3779b9)
    this.#b = scramble(this.#a ^ (seed / TWO_32))
    this.#c = scramble(this.#a + this.#b)
    for (let i = 0; i < WARM_UP_DRAWS; i++) {
      this.uint32()
    }
  }

  /** A stream of its own, made from this seed and the label, whatever was drawn here before. */
  fork(label: string): Prng {
    let seed = mix52(this.#seed, label.length, 0, 0)
    for (let i = 0; i < label.length; i++) {
      seed = mix52(seed, label.charCodeAt(i), 0, 0)
    }
    return new Prng(seed)
  }

  uint32(): number {
    const drawn = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + drawn) | 0
    return drawn >>> 0
  }

  /** A whole number from 0 to `n` - 1, each as likely as any other; `n` from 1 to 2^53 - 1. */
  below(n: number): number {
    invariant(Number.isSafeInteger(n) && n > 0, 'below-a-positive-integer', n)
    return n < TWO_32 ? this.#belowUint32(n >>> 0) : this.#belowLarge(n)
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** From 0 to 1, 1 excluded, in steps of 2^-53. */
  float(): number {
    return this.#uint53() / TWO_53
  }

  /** True with probability `p`: never for 0, always for 1. Draws once, whatever `p` is. */
  chance(p: number): boolean {
    return this.uint32() < p * TWO_32
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }

  /** Fisher and Yates, in place: each order as likely as any other. */
  shuffle<T>(array: T[]): T[] {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const moved = array[i] as T
      array[i] = array[j] as T
      array[j] = moved
    }
    return array
  }

  /** All numbers fall into blocks of `n`; a draw from a last block that is not whole is void. */
  #belowUint32(n: number): number {
    for (;;) {
      const drawn = this.uint32()
      const rest = drawn % n
      if (drawn - rest + n <= TWO_32) {
        return rest
      }
    }
  }

  #belowLarge(n: number): number {
    for (;;) {
      const drawn = this.#uint53()
      const rest = drawn % n
      if (drawn - rest <= TWO_53 - n) {
        return rest
      }
    }
  }

  #uint53(): number {
    const high = this.uint32() >>> 11
    return high * TWO_32 + this.uint32()
  }
}
