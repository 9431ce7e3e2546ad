/** What the codecs of channels and batches share: numbers that are times, or sums. */

import { type ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'
import { readNumbers, writeNumbers } from '../columns/number-codec.ts'

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
