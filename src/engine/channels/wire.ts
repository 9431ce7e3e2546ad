/** What the codecs of channels and batches share: how they refuse, and numbers that are times. */

import { type ByteReader, type ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { readNumbers, writeNumbers } from '../columns/number-codec.ts'

export function malformed(what: string): WeirError {
  return new WeirError(MALFORMED_BYTES, `${what}; they were damaged or are of another format`)
}

/**
 * Watermarks are times, -Infinity where nothing was said yet, and Infinity where nothing comes any
 * more. They lie near each other, and together they take less.
 */
export function writeWatermarks(out: ByteWriter, watermarks: readonly number[]): void {
  writeNumbers(out, Float64Array.from(watermarks))
}

export function readWatermarks(reader: ByteReader, size: number): Float64Array {
  const watermarks = readNumbers(reader, size)
  if (watermarks.includes(Number.NaN)) throw malformed('a watermark is no time')
  return watermarks
}

/** A number that a varint and the next sum of it can hold. */
export function readAfter(reader: ByteReader, before: number): number {
  const sum = before + reader.varint()
  if (!Number.isSafeInteger(sum)) throw malformed('a number is above 2^53 - 1')
  return sum
}
