/**
 * Types as they are written in CAST: the many names that engines have for them, to those that the
 * engine has. DECIMAL without digits is DECIMAL(38, 0), as for columns of plans. The length of a
 * text (`VARCHAR(20)`) is read and cuts nothing off, as in DuckDB; a time is cast to milliseconds,
 * `TIMESTAMP(3)`, and to nothing else.
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
import {
  NO_TIME_OF_DAY,
  numberTrouble,
  SECOND_DIGITS_MAX,
  TIMED,
  TYPE_NESTING_MAX,
  TYPE_WORDS,
  takesNumber,
} from '../../engine/schema/type-text.ts'
import type { Cursor } from './cursor.ts'
import { didYouMean } from './suggestion.ts'
import type { Token } from './token.ts'

const composed = ['TIMESTAMP', 'INTERVAL', 'DECIMAL', 'NUMERIC', 'ARRAY']
const decimals = new Set(['DECIMAL', 'NUMERIC', 'DEC'])
const varying = new Set(['CHARACTER', 'CHAR', 'BINARY'])
const timesOfDay = new Set(['TIME', 'TIMETZ'])
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
  if (decimals.has(word)) return digits(cursor)
  if (word === 'ARRAY') return array(cursor)
  const type = TYPE_WORDS.get(word)
  if (type === undefined) return unknown(cursor, token)
  if (varying.has(word)) cursor.maybeWord('VARYING')
  if (takesNumber(word)) maybeNumber(cursor, word)
  if (word === 'DOUBLE') cursor.maybeWord('PRECISION')
  return type
}

function unknown(cursor: Cursor, token: Token): never {
  const name = cursor.written(token)
  if (timesOfDay.has(token.value)) cursor.fail('sql-type', sentence(NO_TIME_OF_DAY), token)
  const hint = didYouMean(name, [...TYPE_WORDS.keys(), ...composed])
  cursor.fail('sql-syntax', `There is no type ${name}.${hint}`, token)
}

function timestamp(cursor: Cursor): Type {
  maybeNumber(cursor, 'TIMESTAMP')
  // TIMESTAMP WITH LOCAL TIME ZONE, as Flink has it, is the same.
  const isLocal = cursor.isWord('WITH') && cursor.isWord('LOCAL', 1) && cursor.isWord('TIME', 2)
  const withZone = isLocal || (cursor.isWord('WITH') && cursor.isWord('TIME', 1))
  if (withZone || (cursor.isWord('WITHOUT') && cursor.isWord('TIME', 1))) {
    for (let words = isLocal ? 3 : 2; words > 0; words--) cursor.next()
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
  maybeNumber(cursor, value)
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

/** `VARCHAR(20)`: read, and left out of account; `TIMESTAMP(0)`: refused. */
function maybeNumber(cursor: Cursor, word: string): void {
  if (!cursor.maybeSymbol('(')) return
  const token = cursor.peek()
  const number = count(cursor, 0, 2 ** 31 - 1)
  const trouble = numberTrouble(word, number) ?? cutTrouble(word, number)
  if (trouble !== undefined) cursor.fail('sql-type', sentence(trouble), token)
  cursor.mustSymbol(')', 'after the length')
}

function cutTrouble(word: string, number: number): string | undefined {
  if (!TIMED.has(word) || number === SECOND_DIGITS_MAX) return undefined
  const write = `${word}(${SECOND_DIGITS_MAX}), and date_trunc('second', ..)`
  return `CAST keeps milliseconds; write ${write}`
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`

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
