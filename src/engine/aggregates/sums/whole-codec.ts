/** Whole numbers of any size in bytes: for sums, which outgrow what a column can hold. */

import type { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { unzigzag, zigzag } from '../../columns/scalar-codec.ts'

const SMALL = 0
const LARGE = 1
/** Doubled, it is still a safe integer. */
const SMALL_MAX = 2 ** 51

export function writeAnyWhole(out: ByteWriter, value: number | bigint): void {
  const narrow = Number(value)
  if (Math.abs(narrow) <= SMALL_MAX) out.uint8(SMALL).varint(zigzag(narrow))
  else out.uint8(LARGE).text(value.toString())
}

/** Of bytes that `writeAnyWhole` made. A number if that is safe. */
export function readAnyWhole(reader: ByteReader): number | bigint {
  if (reader.uint8() === SMALL) return unzigzag(reader.varint())
  const value = BigInt(reader.text())
  const narrow = Number(value)
  return Number.isSafeInteger(narrow) ? narrow : value
}
