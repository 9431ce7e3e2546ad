/**
 * What is said about a text that is not a sound expression: the one error that lexer, parser and
 * type check throw. It knows its place in the text, and its sentence says what to do.
 */

import { WeirError } from '../../base/errors.ts'

/** A half-open range of UTF-16 units in the text. */
export interface Span {
  readonly from: number
  readonly to: number
}

export type SqlCode =
  | 'sql-syntax'
  | 'sql-limit'
  | 'sql-type'
  | 'sql-value'
  | 'sql-unknown-column'
  | 'sql-unknown-function'
  | 'sql-not-deterministic'

/** Lines and columns begin at 1; a column is a UTF-16 unit, as editors count. */
export interface Place {
  readonly line: number
  readonly column: number
}

export class SqlError extends WeirError {
  readonly line: number
  readonly column: number
  readonly from: number
  readonly to: number
  /** The sentence alone, for who prints the place in a way of his own. */
  readonly sentence: string

  constructor(code: SqlCode, sentence: string, text: string, span: Span) {
    const { line, column } = placeOf(text, span.from)
    const data = { line, column, from: span.from, to: span.to }
    super(code, `${sentence} (line ${line}, column ${column})`, data)
    this.line = line
    this.column = column
    this.from = span.from
    this.to = span.to
    this.sentence = sentence
  }
}

const LINE_FEED = 10

/** Where an offset is; one past the end is behind the last character. */
export function placeOf(text: string, offset: number): Place {
  let line = 1
  let lineStart = 0
  const end = Math.min(offset, text.length)
  for (let at = 0; at < end; at++) {
    if (text.charCodeAt(at) === LINE_FEED) {
      line++
      lineStart = at + 1
    }
  }
  return { line, column: end - lineStart + 1 }
}
