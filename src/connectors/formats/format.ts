/**
 * The doors of all formats: bytes become columns (`Decoder`), columns become bytes (`Encoder`), and
 * the bytes of a file become records (`Splitter`). Synchronous, and functions of what they are
 * given: whatever a decoder learns of the bytes on its way makes it quicker, never different.
 *
 * docs/reference/formats.md says what becomes of which value.
 */

import type { Records } from '../../engine/columns/records.ts'
import type { Vector } from '../../engine/columns/vector.ts'
import type { Column } from '../../engine/schema/schema.ts'
import type { TroubleCode } from './trouble.ts'

/** What one whole of a number means where a moment is wanted. */
export type TimeUnit = 's' | 'ms' | 'us'

/** A column that is wanted, and where in each record its value stands. */
export interface Field extends Column {
  /** Keys from the outside in; none: the whole record. */
  readonly path: readonly string[]
  readonly unit?: TimeUnit | undefined
}

/**
 * Records side by side in one piece of memory, as fetches from Kafka have them. Vectors may go on
 * looking at `bytes`, which therefore never changes again.
 */
export interface RawRecords {
  readonly bytes: Uint8Array
  readonly size: number
  /** -1: the record has no value. */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** A record that cannot be decoded. In its row every column is null. */
export interface Failure {
  readonly row: number
  readonly code: TroubleCode
  /** A sentence for people. */
  readonly reason: string
  /** The byte of the record at which it was noticed. */
  readonly at: number
}

export interface Decoded {
  /** One for each field, in order, as long as there were records. */
  readonly vectors: readonly Vector[]
  /** By row, one a row at most. */
  readonly failures: readonly Failure[]
}

export interface Decoder {
  decode(raw: RawRecords): Decoded
}

/** Makes each record bytes of its own, in one piece of memory that is not used again. */
export interface Encoder {
  encode(records: Records): RawRecords
}

export interface Split extends RawRecords {
  /** Where in the file each record begins. */
  readonly positions: Float64Array
}

/** Cuts a file, chunk by chunk, into records. */
export interface Splitter {
  /** The first byte of the file that no record given out so far held: to go on from there. */
  readonly position: number
  /** The records that end in what was pushed so far. */
  push(chunk: Uint8Array): Split
  /** The file has no more bytes: what is left is a record too. */
  end(): Split
}
