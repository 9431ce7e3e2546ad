/** Why a record, or one value of it, cannot be decoded. */

export type TroubleCode =
  /** There are no bytes at all: what Kafka calls a tombstone. */
  | 'no-value'
  | 'too-large'
  | 'too-deep'
  | 'text-too-long'
  | 'number-too-long'
  | 'not-utf8'
  /** The bytes break the grammar of their format. */
  | 'malformed'
  /** YAML's references to what was said before: a page of them is a gigabyte. */
  | 'alias'
  /** Fields are wanted of what has none. */
  | 'not-an-object'
  /** A value of a kind that the column's type is never made of. */
  | 'wrong-type'
  /** A value of the right kind that means nothing under the type: the date 2026-02-30. */
  | 'no-such-value'
  | 'out-of-range'
  /** Digits would be lost. */
  | 'inexact'

export class Trouble {
  readonly code: TroubleCode
  /** A sentence for people. */
  readonly reason: string

  constructor(code: TroubleCode, reason: string) {
    this.code = code
    this.reason = reason
  }
}

/** Trouble at a byte. */
export class TroubleAt extends Trouble {
  readonly at: number

  constructor(code: TroubleCode, reason: string, at: number) {
    super(code, reason)
    this.at = at
  }
}
