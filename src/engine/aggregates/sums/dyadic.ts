/**
 * Exact numbers of the form digits * 2^exponent, which every finite double is, and what turns them
 * back into doubles: the nearest one, of two equally near ones the even one. Slow; for what the
 * quick ways cannot hold, and for results.
 */

import type { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { unzigzag, zigzag } from '../../columns/scalar-codec.ts'

export interface Dyadic {
  readonly digits: bigint
  readonly exponent: number
}

export const NOTHING: Dyadic = { digits: 0n, exponent: 0 }

/** Of the smallest double above zero. */
const EXPONENT_MIN = -1074
const FRACTION_BITS = 52n
const FRACTION = (1n << FRACTION_BITS) - 1n
const EXPONENT_BITS = 0x7ffn
/** More than a double has, by enough to say on which side of a half the rest lies. */
const QUOTIENT_BITS = 66

const view = new DataView(new ArrayBuffer(8))

/** Of a finite number. */
export function dyadicOf(value: number): Dyadic {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> FRACTION_BITS) & EXPONENT_BITS)
  const fraction = bits & FRACTION
  const digits = biased === 0 ? fraction : fraction | (1n << FRACTION_BITS)
  const exponent = Math.max(biased, 1) - 1 + EXPONENT_MIN
  return { digits: value < 0 ? -digits : digits, exponent }
}

export function plus(one: Dyadic, other: Dyadic): Dyadic {
  const exponent = Math.min(one.exponent, other.exponent)
  return { digits: digitsAt(one, exponent) + digitsAt(other, exponent), exponent }
}

export function minus(one: Dyadic, other: Dyadic): Dyadic {
  return plus(one, { digits: -other.digits, exponent: other.exponent })
}

export function times(one: Dyadic, other: Dyadic): Dyadic {
  return { digits: one.digits * other.digits, exponent: one.exponent + other.exponent }
}

function digitsAt({ digits, exponent }: Dyadic, lower: number): bigint {
  return digits << BigInt(exponent - lower)
}

/** How many bits the digits have. */
function bitsOf(digits: bigint): number {
  const hex = (digits < 0n ? -digits : digits).toString(16)
  return 4 * hex.length + 28 - Math.clz32(Number.parseInt(hex.charAt(0), 16))
}

export function nearest({ digits, exponent }: Dyadic): number {
  const lowest = Math.max(bitsOf(digits) + exponent - QUOTIENT_BITS, EXPONENT_MIN - 2)
  if (lowest <= exponent) return rounded(digits, exponent)
  return rounded(quotientOf(digits, 1n << BigInt(lowest - exponent)), lowest)
}

/** Nearest to digits / divisor; the divisor is above zero. */
export function ratio({ digits, exponent }: Dyadic, divisor: bigint): number {
  const surplus = bitsOf(digits) - bitsOf(divisor) - QUOTIENT_BITS
  const lowest = Math.max(surplus + exponent, EXPONENT_MIN - 2)
  const shift = exponent - lowest
  const quotient =
    shift < 0
      ? quotientOf(digits, divisor << BigInt(-shift))
      : quotientOf(digits << BigInt(shift), divisor)
  return rounded(quotient, lowest)
}

/** Cut off towards zero; the lowest bit is set if anything was. */
function quotientOf(digits: bigint, divisor: bigint): bigint {
  const size = digits < 0n ? -digits : digits
  const quotient = size / divisor
  const odd = quotient * divisor === size ? quotient : quotient | 1n
  return digits < 0n ? -odd : odd
}

/** Where a double keeps fewer digits than usual, those that it cannot keep are taken off first. */
function rounded(digits: bigint, exponent: number): number {
  if (digits === 0n) return 0
  const top = bitsOf(digits) + exponent
  if (top <= EXPONENT_MIN + 53 && exponent < EXPONENT_MIN) {
    return Number(halfEven(digits, BigInt(EXPONENT_MIN - exponent))) * Number.MIN_VALUE
  }
  const half = Math.trunc(exponent / 2)
  return Number(digits) * 2 ** half * 2 ** (exponent - half)
}

function halfEven(digits: bigint, drop: bigint): bigint {
  const size = digits < 0n ? -digits : digits
  const kept = size >> drop
  const rest = size - (kept << drop)
  const half = 1n << (drop - 1n)
  const up = rest > half || (rest === half && (kept & 1n) === 1n)
  const value = up ? kept + 1n : kept
  return digits < 0n ? -value : value
}

/** Of equal numbers the same: with odd digits, or zero. */
function simplest({ digits, exponent }: Dyadic): Dyadic {
  if (digits === 0n) return NOTHING
  const zeros = bitsOf(digits & -digits) - 1
  return { digits: digits >> BigInt(zeros), exponent: exponent + zeros }
}

export function writeDyadic(out: ByteWriter, value: Dyadic): void {
  const { digits, exponent } = simplest(value)
  out.varint(zigzag(exponent)).text(digits.toString())
}

/** Of bytes that `writeDyadic` made. */
export function readDyadic(reader: ByteReader): Dyadic {
  const exponent = unzigzag(reader.varint())
  return { digits: BigInt(reader.text()), exponent }
}
