/** Numbers read from their digits, exactly, whatever a double would make of them. */

/** As JSON writes numbers. */
const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** More than any whole type holds; what has more is never built. */
const WHOLE_DIGITS_MAX = 40

/** A safe `number` or else a `bigint`, as scalars have it. */
export type Whole = number | bigint

export type NoWhole = 'no-number' | 'inexact' | 'out-of-range'

export interface Reading {
  /** So many places behind the point are part of the whole. */
  readonly scale: number
  /** Rounds down what is smaller still, instead of refusing it. */
  readonly floors?: boolean
}

export function isNumber(text: string): boolean {
  return NUMBER.test(text)
}

export function wholeIn(text: string, { scale, floors = false }: Reading): Whole | NoWhole {
  const found = NUMBER.exec(text)
  if (found === null) return 'no-number'
  const [, sign = '', before = '', behind = '', exponent = '0'] = found
  const digits = `${before}${behind}`.replace(/^0+/, '')
  if (digits === '') return 0
  const shift = Number(exponent) - behind.length + scale
  const size = digits.length + shift
  if (size > WHOLE_DIGITS_MAX) return 'out-of-range'
  if (shift >= 0) return narrow(`${sign}${digits}${'0'.repeat(shift)}`)
  const kept = digits.slice(0, Math.max(0, size))
  const isCut = /[1-9]/.test(digits.slice(kept.length))
  if (isCut && !floors) return 'inexact'
  return narrow(`${sign}${kept === '' ? '0' : kept}`, isCut && sign === '-' ? -1n : 0n)
}

function narrow(digits: string, more = 0n): Whole {
  const whole = BigInt(digits) + more
  const number = Number(whole)
  return Number.isSafeInteger(number) ? number : whole
}

const ZERO = 0x30
const MINUS = 0x2d
/** So many digits are exact in a number. */
const SIMPLE_DIGITS_MAX = 15

/** Of a few digits and perhaps a minus; NaN for every other form. Most numbers are like that. */
export function simpleWhole(bytes: Uint8Array, start: number, end: number): number {
  const begin = bytes[start] === MINUS ? start + 1 : start
  const size = end - begin
  const isOdd = size < 1 || size > SIMPLE_DIGITS_MAX || (bytes[begin] === ZERO && end > start + 1)
  if (isOdd) return Number.NaN
  let value = 0
  for (let at = begin; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return begin > start ? -value : value
}

/** Bytes as characters one by one: right for ASCII, and recognisably wrong for all else. */
export function latinText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) {
    text += String.fromCharCode(bytes[at] as number)
  }
  return text
}
