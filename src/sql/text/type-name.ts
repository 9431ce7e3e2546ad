/**
 * Types as they are written in CAST: the many names that engines have for them, to those that the
 * engine has. DECIMAL without digits is DECIMAL(38, 0), as for columns of plans. A length or a
 * precision that others need (`VARCHAR(20)`, `TIMESTAMP(3)`) is read and makes no difference here.
 */

import {
  arrayOf,
  DECIMAL_DIGITS_MAX,
  decimal,
  INTERVAL,
  MONTHS,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../engine/schema/type.ts'
import { TYPE_NESTING_MAX, TYPE_WORDS } from '../../engine/schema/type-text.ts'
import type { Cursor } from './cursor.ts'
import { didYouMean } from './suggestion.ts'
import type { Token } from './token.ts'

const composed = ['TIMESTAMP', 'INTERVAL', 'DECIMAL', 'NUMERIC', 'ARRAY']
const takesLength = new Set(['FLOAT', 'VARCHAR', 'CHAR', 'VARBINARY', 'TIMESTAMP_LTZ'])
const monthUnits = new Set(['YEAR', 'QUARTER', 'MONTH'])
const timeUnits = new Set(['WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND'])

export function parseType(cursor: Cursor): Type {
  let type = parseOne(cursor)
  for (let depth = 1; ; depth++) {
    if (cursor.isSymbol('[') && cursor.isSymbol(']', 1)) {
      cursor.next()
      cursor.next()
    } else if (!cursor.maybeWord('ARRAY')) return type
    if (depth > TYPE_NESTING_MAX) tooDeep(cursor)
    type = arrayOf(type)
  }
}

function parseOne(cursor: Cursor): Type {
  const token = cursor.peek()
  if (token.kind !== 'word') cursor.failHere('A type is missing, such as BIGINT or TEXT')
  cursor.next()
  const { value: word } = token
  if (word === 'TIMESTAMP') return timestamp(cursor)
  if (word === 'INTERVAL') return interval(cursor)
  if (word === 'DECIMAL' || word === 'NUMERIC') return digits(cursor)
  if (word === 'ARRAY') return array(cursor)
  const type = TYPE_WORDS.get(word)
  if (type === undefined) return unknown(cursor, token)
  if (takesLength.has(word)) maybeLength(cursor)
  if (word === 'DOUBLE') cursor.maybeWord('PRECISION')
  return type
}

function unknown(cursor: Cursor, token: Token): never {
  const name = cursor.written(token)
  const hint = didYouMean(name, [...TYPE_WORDS.keys(), ...composed])
  cursor.fail('sql-syntax', `There is no type ${name}.${hint}`, token)
}

function timestamp(cursor: Cursor): Type {
  maybeLength(cursor)
  const withZone = cursor.isWord('WITH') && cursor.isWord('TIME', 1)
  if (withZone || (cursor.isWord('WITHOUT') && cursor.isWord('TIME', 1))) {
    cursor.next()
    cursor.next()
    cursor.mustWord('ZONE', 'after TIME')
  }
  return withZone ? TIMESTAMPTZ : TIMESTAMP
}

function interval(cursor: Cursor): Type {
  const first = intervalUnit(cursor)
  if (cursor.maybeWord('TO') && intervalUnit(cursor) !== first) {
    cursor.failHere('An interval is of years and months, or of days and smaller')
  }
  return first
}

function intervalUnit(cursor: Cursor): Type {
  const { kind, value } = cursor.peek()
  const isMonths = monthUnits.has(value)
  if (kind !== 'word' || !(isMonths || timeUnits.has(value))) {
    cursor.failHere('A unit is missing: INTERVAL YEAR TO MONTH or INTERVAL DAY TO SECOND')
  }
  cursor.next()
  maybeLength(cursor)
  return isMonths ? MONTHS : INTERVAL
}

function digits(cursor: Cursor): Type {
  if (!cursor.maybeSymbol('(')) {
    return decimal(DECIMAL_DIGITS_MAX, 0)
  }
  const precision = count(cursor, 1, DECIMAL_DIGITS_MAX)
  const scale = cursor.maybeSymbol(',') ? count(cursor, 0, precision) : 0
  cursor.mustSymbol(')', 'after the digits of DECIMAL')
  return decimal(precision, scale)
}

function array(cursor: Cursor): Type {
  cursor.mustSymbol('<', 'after ARRAY: write ARRAY<BIGINT>')
  const of = cursor.nested(() => parseType(cursor))
  cursor.mustSymbol('>', 'after the type of the items')
  const type = arrayOf(of)
  if (heightOf(type) > TYPE_NESTING_MAX) tooDeep(cursor)
  return type
}

function heightOf(type: Type): number {
  return type.kind === 'array' ? 1 + heightOf(type.of) : 0
}

function tooDeep(cursor: Cursor): never {
  const sentence = `Arrays are inside each other more than ${TYPE_NESTING_MAX} times; use JSON`
  cursor.fail('sql-limit', sentence, cursor.peek())
}

/** `VARCHAR(20)`: read, and left out of account. */
function maybeLength(cursor: Cursor): void {
  if (!cursor.maybeSymbol('(')) return
  count(cursor, 0, 2 ** 31 - 1)
  cursor.mustSymbol(')', 'after the length')
}

function count(cursor: Cursor, low: number, high: number): number {
  const token = cursor.peek()
  const value = Number(token.value)
  const isCount = token.kind === 'number' && /^\d+$/.test(token.value)
  if (!isCount || value < low || value > high) {
    cursor.failHere(`A whole number from ${low} to ${high} belongs here`)
  }
  cursor.next()
  return value
}
