/** What a text is made of, and which words are nobody's name unless they are quoted. */

import type { Span } from './trouble.ts'

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end'

export interface Token extends Span {
  readonly kind: TokenKind
  /** Of a word its upper-case form; of a string or quoted name what stands between the quotes. */
  readonly value: string
}

/**
 * Words that cannot name a column without quotes: those that join or end an expression, and those
 * that begin the next clause of a statement, so that a forgotten operand is found where it is.
 */
const reserved = new Set([
  'ALL',
  'AND',
  'AS',
  'BETWEEN',
  'CASE',
  'DISTINCT',
  'ELSE',
  'END',
  'ESCAPE',
  'FALSE',
  'FROM',
  'GROUP',
  'HAVING',
  'ILIKE',
  'IN',
  'IS',
  'JOIN',
  'LIKE',
  'NOT',
  'NULL',
  'ON',
  'OR',
  'ORDER',
  'SELECT',
  'THEN',
  'TRUE',
  'UNION',
  'WHEN',
  'WHERE',
])

/** Takes the word in upper case. */
export const isReserved = (word: string): boolean => reserved.has(word)
