/**
 * Why a record has no value for an expression. It is returned, not thrown: the other records of the
 * batch go on.
 */

export type FailureCode =
  | 'sql-overflow'
  | 'sql-division-by-zero'
  | 'sql-cast'
  | 'sql-json'
  | 'sql-argument'
  | 'sql-limit'

export class Failure {
  readonly code: FailureCode
  /** A sentence. */
  readonly reason: string

  constructor(code: FailureCode, reason: string) {
    this.code = code
    this.reason = reason
  }
}

const SHOWN_MAX = 40

/** A value for a sentence, cut where it is long. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : String(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}..` : text
}
