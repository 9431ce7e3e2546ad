/** Test support: records side by side, with what a fetch would have between and behind them. */

import { type Scalar, scalarAt } from '../../../engine/columns/vector.ts'
import type { Decoded, RawRecords } from '../format.ts'

const utf8 = new TextEncoder()

export type Bytes = string | Uint8Array | null

export const bytesOf = (record: Bytes): Uint8Array =>
  typeof record === 'string' ? utf8.encode(record) : (record ?? new Uint8Array(0))

/** `between` stands before, between and behind the records; null is a record without a value. */
export function rawOf(records: readonly Bytes[], between: Bytes = ''): RawRecords {
  const gap = bytesOf(between)
  const pieces: Uint8Array[] = [gap]
  const starts = new Int32Array(records.length)
  const ends = new Int32Array(records.length)
  let at = gap.length
  records.forEach((record, row) => {
    const bytes = bytesOf(record)
    starts[row] = record === null ? -1 : at
    ends[row] = record === null ? -1 : at + bytes.length
    at += bytes.length + gap.length
    pieces.push(bytes, gap)
  })
  const bytes = new Uint8Array(at)
  let to = 0
  for (const piece of pieces) {
    bytes.set(piece, to)
    to += piece.length
  }
  return { bytes, size: records.length, starts, ends }
}

/** Row by row: the values, or the code of the failure. */
export function rowsOf({ vectors, failures }: Decoded, size: number): (Scalar[] | string)[] {
  const codes = new Map(failures.map(({ row, code }) => [row, code]))
  return Array.from(
    { length: size },
    (_, row) => codes.get(row) ?? vectors.map(vector => scalarAt(vector, row)),
  )
}

export function textsOf({ bytes, size, starts, ends }: RawRecords): string[] {
  const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return Array.from({ length: size }, (_, row) =>
    utf8Decoder.decode(bytes.subarray(starts[row], ends[row])),
  )
}
