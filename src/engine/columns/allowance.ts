/**
 * How much may be made at a time. Expressions make texts and lists of any length out of short
 * records, and whoever evaluates them has to stop before memory ends: builders spend what they are
 * given of the allowance, if there is one. Work is synchronous, so there is one at a time.
 */

import type { Scalar } from './vector.ts'

let left = Number.POSITIVE_INFINITY

/** Thrown through whatever is at work when its allowance is spent; caught by `within` alone. */
export class Excess extends Error {
  constructor() {
    super('more was made than the allowance was for')
  }
}

export function spend(size: number): void {
  left -= size
  if (left < 0) throw new Excess()
}

const ITEM = 8

export function spendList(values: readonly Scalar[]): void {
  spend(heldSize(values))
}

/** About the bytes of memory that a list holds, with all that is in it. */
export function heldSize(values: readonly Scalar[]): number {
  let size = values.length * ITEM
  for (const value of values) {
    if (typeof value === 'string') size += value.length
    else if (value instanceof Uint8Array) size += value.length
    else if (Array.isArray(value)) size += heldSize(value)
  }
  return size
}

/** Missing: the work came to nothing, because it made more than this. */
export function within<T extends object>(size: number, work: () => T): T | undefined {
  const before = left
  left = size
  try {
    return work()
  } catch (error) {
    if (error instanceof Excess) return undefined
    throw error
  } finally {
    left = before
  }
}
