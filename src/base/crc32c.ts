/**
 * CRC-32C (Castagnoli, RFC 3720), which guards what is written to disk and to the wire: it finds
 * every burst of up to 32 flipped bits. Slicing by eight: a step takes eight bytes through eight
 * tables, so that their look-ups do not wait for each other.
 */

/** The polynomial 0x1edc6f41, its bits in reverse. */
const POLYNOMIAL = 0x82f63b78
const SLICES = 8

/** At 256 * k + b: the remainder of byte b followed by k zero bytes. */
const remainders = makeRemainders()

function makeRemainders(): Int32Array {
  const made = new Int32Array(256 * SLICES)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0)
    }
    made[byte] = crc
  }
  for (let i = 256; i < made.length; i++) {
    const before = made[i - 256] as number
    made[i] = (before >>> 8) ^ (made[before & 255] as number)
  }
  return made
}

const remainder = (at: number): number => remainders[at] as number
const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] as number

/** Unsigned. crc32c(b, crc32c(a)) is the checksum of a followed by b. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const wholeSteps = bytes.length - (bytes.length % SLICES)
  let crc = ~seed
  for (let at = 0; at < wholeSteps; at += SLICES) {
    crc = eightBytes(bytes, at, crc)
  }
  for (let at = wholeSteps; at < bytes.length; at++) {
    crc = (crc >>> 8) ^ remainder((crc ^ byteAt(bytes, at)) & 255)
  }
  return ~crc >>> 0
}

function eightBytes(b: Uint8Array, at: number, crc: number): number {
  const upper = (byteAt(b, at + 2) << 16) | (byteAt(b, at + 3) << 24)
  const mixed = crc ^ (byteAt(b, at) | (byteAt(b, at + 1) << 8) | upper)
  return (
    remainder(1792 + (mixed & 255)) ^
    remainder(1536 + ((mixed >>> 8) & 255)) ^
    remainder(1280 + ((mixed >>> 16) & 255)) ^
    remainder(1024 + (mixed >>> 24)) ^
    remainder(768 + byteAt(b, at + 4)) ^
    remainder(512 + byteAt(b, at + 5)) ^
    remainder(256 + byteAt(b, at + 6)) ^
    remainder(byteAt(b, at + 7))
  )
}
