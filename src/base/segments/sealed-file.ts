/**
 * Small files of a store of segments. Each begins with magic and format and ends with a checksum,
 * in every format, so that damage is told from a newer format.
 */

import { ByteReader, ByteWriter } from '../bytes.ts'
import { crc32c } from '../crc32c.ts'

export type SmallFile<T> = T | 'damaged' | 'other-format'

/** The format of everything in the folder. */
const FORMAT = 1
const CRC_BYTES = 4

export function sealedFile(
  { magic, format = FORMAT }: { readonly magic: number; readonly format?: number | undefined },
  fill: (out: ByteWriter) => void,
): Uint8Array {
  const out = new ByteWriter().uint32(magic).varint(format)
  fill(out)
  const bytes = out.finish()
  return new ByteWriter().raw(bytes).uint32(crc32c(bytes)).finish()
}

export function openSealed<T>(
  bytes: Uint8Array,
  magic: number,
  read: (input: ByteReader) => T,
): SmallFile<T> {
  const body = bytes.subarray(0, Math.max(0, bytes.length - CRC_BYTES))
  try {
    const crc = new ByteReader(bytes.subarray(body.length)).uint32()
    const input = new ByteReader(body)
    if (crc !== crc32c(body) || input.uint32() !== magic) return 'damaged'
    if (input.varint() !== FORMAT) return 'other-format'
    const value = read(input)
    input.done()
    return value
  } catch {
    return 'damaged'
  }
}
