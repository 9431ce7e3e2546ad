/** Numbers by their digits, where a double would lose some. */

import type { NumberNode } from '../job/document/node.ts'

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]\+?(-?\d+))?$/
const ZERO = 0x30

/** The same text for equal numbers, however they are written. Undefined: it is none. */
export function sameText(number: string): string | undefined {
  const match = NUMBER.exec(number)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = whole + fraction
  let [start, end] = [0, digits.length]
  while (start < end && digits.charCodeAt(start) === ZERO) start++
  while (end > start && digits.charCodeAt(end - 1) === ZERO) end--
  if (start === end) return '0'
  const shift = BigInt(exponent) + BigInt(whole.length - end)
  return `${sign}${digits.slice(start, end)}e${shift}`
}

/** A whole number as it is; another one where a double says its digits, else as a text of them. */
export function exactNumber({ value, digits }: NumberNode): number | bigint | string {
  if (typeof value === 'bigint' || digits === undefined) return value
  return sameText(String(value)) === sameText(digits) ? value : digits
}
