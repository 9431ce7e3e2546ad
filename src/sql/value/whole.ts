/**
 * Whole numbers of any size as scalars have them: a `number` where that is safe, else a `bigint`.
 * Decimals are whole numbers too: their digits without the point.
 */

import { decimalText } from '../../engine/columns/decimal.ts'

export type Whole = number | bigint

export const INTEGER_MIN = -(2 ** 31)
export const INTEGER_MAX = 2 ** 31 - 1
export const BIGINT_MIN = -(2n ** 63n)
export const BIGINT_MAX = 2n ** 63n - 1n
export const SAFE_MAX = Number.MAX_SAFE_INTEGER

/** The largest power of ten that is a safe number. */
const SAFE_POWER = 15
const DIGITS_MAX = 80

const powers: readonly bigint[] = Array.from({ length: DIGITS_MAX }, (_, i) => 10n ** BigInt(i))

/** 10^`exponent`; up to 79, which the product of two decimals needs. */
export const power10 = (exponent: number): bigint => powers[exponent] as bigint

/** The same as a number where that is safe. */
export const safePower10 = (exponent: number): number | undefined =>
  exponent <= SAFE_POWER ? 10 ** exponent : undefined

export function wholeOf(value: bigint): Whole {
  const narrow = Number(value)
  return Number.isSafeInteger(narrow) ? narrow : value
}

export const isInt32 = (value: Whole): boolean => value >= INTEGER_MIN && value <= INTEGER_MAX
export const isInt64 = (value: Whole): boolean =>
  typeof value === 'number' || (value >= BIGINT_MIN && value <= BIGINT_MAX)

/** Whether the digits of a decimal are no more than its precision. */
export function hasDigits(value: Whole, precision: number): boolean {
  const limit = power10(precision)
  return value < limit && -value < limit
}

/** The quotient rounded half away from zero. The divisor is not zero. */
export function dividedRounding(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend - quotient * divisor
  const twice = rest < 0n ? -2n * rest : 2n * rest
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** Digits of a decimal with another number behind the point, rounded half away from zero. */
export function rescaled(digits: Whole, from: number, to: number): Whole {
  if (to === from) return digits
  if (to > from) return times10(digits, to - from)
  return wholeOf(dividedRounding(BigInt(digits), power10(from - to)))
}

function times10(digits: Whole, exponent: number): Whole {
  const factor = safePower10(exponent)
  if (typeof digits === 'number' && factor !== undefined) {
    const product = digits * factor
    if (Math.abs(product) <= SAFE_MAX) return product
  }
  return wholeOf(BigInt(digits) * power10(exponent))
}

const DECIMAL = /^\s*([+-]?)(\d{0,400})(?:\.(\d{0,400}))?(?:[eE]([+-]?\d{1,4}))?\s*$/
const LENGTH_MAX = 512
const EXPONENT_MAX = 400

export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** A number as it is written, exactly; undefined for what is none. */
export function decimalOf(text: string): Decimal | undefined {
  const found = text.length > LENGTH_MAX ? null : DECIMAL.exec(text)
  if (found === null) return undefined
  const [, sign, whole = '', fraction = '', power = '0'] = found
  const exponent = Number(power)
  if (whole + fraction === '' || Math.abs(exponent) > EXPONENT_MAX) return undefined
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n)
  const scale = fraction.length - exponent
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

/** With exactly `scale` digits behind the point, rounded half away from zero. */
export function atScale({ digits, scale }: Decimal, wanted: number): Whole {
  if (wanted >= scale) return wholeOf(digits * 10n ** BigInt(wanted - scale))
  return wholeOf(dividedRounding(digits, 10n ** BigInt(scale - wanted)))
}

/** The nearest whole number, of two the even one, as Postgres rounds doubles. */
export function roundedEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1
  return below % 2 === 0 ? below : below + 1
}

/** As a double, rounded once. */
export function doubleOf(digits: Whole, scale: number): number {
  if (scale === 0) return Number(digits)
  const divisor = safePower10(scale)
  // Both exact: one division rounds once. Powers to 22 are exact in a double, 15 are enough here.
  if (typeof digits === 'number' && divisor !== undefined) return digits / divisor
  return Number(decimalText(digits, scale))
}
