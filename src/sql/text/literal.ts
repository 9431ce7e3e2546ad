/** Numbers, and literals of time: a word or two before a text. */

import { dateOf, timestampOf } from '../time/calendar-text.ts'
import { intervalOf, rangeIntervalOf, spokenIntervalOf } from '../time/interval-text.ts'
import { isTimestamp } from '../time/range.ts'
import { type Unit, unitNames, unitOf } from '../time/unit.ts'
import type { Expression } from './ast.ts'
import { DIGITS_MAX } from './bounds.ts'
import type { Cursor } from './cursor.ts'
import { didYouMean } from './suggestion.ts'
import { isReserved, type Token } from './token.ts'

export function numberOf(cursor: Cursor, token: Token): Expression {
  const { value, from, to } = token
  if (value.length > DIGITS_MAX) {
    const sentence = `The number has more than ${DIGITS_MAX} digits; no type holds it`
    cursor.fail('sql-limit', sentence, token)
  }
  const isDouble = /e/i.test(value)
  return { kind: 'number', text: isDouble ? value : plainDigits(value), isDouble, from, to }
}

/** `007` is 7, `.5` is 0.5 and `1.` is 1.0; the digits behind the point count and stay. */
function plainDigits(written: string): string {
  const [whole = '', fraction] = written.split('.')
  const digits = whole.replace(/^0+(?=\d)/, '')
  if (fraction === undefined) return digits
  return `${digits === '' ? '0' : digits}.${fraction === '' ? '0' : fraction}`
}

/** `DATE '2024-01-31'`: the word is a name unless a text follows. */
export function maybeTimeLiteral(cursor: Cursor, token: Token): Expression | undefined {
  switch (token.value) {
    case 'DATE':
      return cursor.peek(1).kind === 'string' ? date(cursor) : undefined
    case 'TIMESTAMP':
      return maybeTimestamp(cursor)
    case 'TIMESTAMPTZ':
    case 'TIMESTAMP_LTZ':
      return cursor.peek(1).kind === 'string' ? timestamp(cursor, 1, true) : undefined
    case 'INTERVAL':
      return cursor.peek(1).kind === 'string' ? interval(cursor) : undefined
    default:
      return undefined
  }
}

function date(cursor: Cursor): Expression {
  const { from } = cursor.next()
  const { value, to } = cursor.next()
  const days = dateOf(value)
  if (days === undefined) {
    cursor.fail('sql-value', "This is no date; write DATE '2024-01-31'", { from, to })
  }
  return { kind: 'date', days, from, to }
}

function maybeTimestamp(cursor: Cursor): Expression | undefined {
  if (cursor.peek(1).kind === 'string') return timestamp(cursor, 1, false)
  const zoned = cursor.isWord('WITH', 1)
  const isSpelled = (zoned || cursor.isWord('WITHOUT', 1)) && cursor.isWord('TIME', 2)
  const isLiteral = isSpelled && cursor.isWord('ZONE', 3) && cursor.peek(4).kind === 'string'
  return isLiteral ? timestamp(cursor, 4, zoned) : undefined
}

function timestamp(cursor: Cursor, words: number, zoned: boolean): Expression {
  const { from } = cursor.peek()
  for (let i = 0; i < words; i++) cursor.next()
  const { value, to } = cursor.next()
  const ms = timestampOf(value)
  if (ms === undefined || !isTimestamp(ms)) {
    const example = "write TIMESTAMP '2024-01-31 12:34:56.789', perhaps with Z or +02:00 at the end"
    cursor.fail('sql-value', `This is no timestamp; ${example}`, { from, to })
  }
  return { kind: 'timestamp', ms, zoned, from, to }
}

function interval(cursor: Cursor): Expression {
  const { from } = cursor.next()
  const { value } = cursor.next()
  const first = maybeUnit(cursor)
  const last = first !== undefined && cursor.maybeWord('TO') ? mustUnit(cursor) : undefined
  const span = { from, to: cursor.end }
  const made = read(value, first, last)
  if (made === undefined) {
    const example = "write INTERVAL '5' SECOND, '1-2' YEAR TO MONTH or '1 02:03:04' DAY TO SECOND"
    cursor.fail('sql-value', `This is no interval; ${example}`, span)
  }
  return { kind: 'interval', ...made, ...span }
}

function read(text: string, first: Unit | undefined, last: Unit | undefined) {
  if (first === undefined) return spokenIntervalOf(text)
  return last === undefined ? intervalOf(text, first) : rangeIntervalOf(text, first, last)
}

function maybeUnit(cursor: Cursor): Unit | undefined {
  const token = cursor.peek()
  const unit = token.kind === 'word' && !isReserved(token.value) ? unitOf(token.value) : undefined
  if (unit !== undefined) cursor.next()
  return unit
}

function mustUnit(cursor: Cursor): Unit {
  const unit = maybeUnit(cursor)
  if (unit !== undefined) return unit
  const hint = didYouMean(cursor.written(cursor.peek()), unitNames)
  return cursor.failHere(`A unit such as SECOND belongs here.${hint}`)
}
