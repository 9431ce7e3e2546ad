/** What MD5 and the SHA family share: a message in blocks of 64 bytes, its length at the end. */

const BLOCK = 64
const LENGTH_BYTES = 8
const END = 0x80

/** The message, a bit, zeros, and its length in bits, little or big endian. */
export function padded(message: Uint8Array, littleEndian: boolean): DataView {
  const blocks = Math.ceil((message.length + 1 + LENGTH_BYTES) / BLOCK)
  const bytes = new Uint8Array(blocks * BLOCK)
  bytes.set(message)
  bytes[message.length] = END
  const view = new DataView(bytes.buffer)
  const bits = BigInt(message.length) * 8n
  view.setBigUint64(bytes.length - LENGTH_BYTES, bits, littleEndian)
  return view
}

export const rotatedLeft = (value: number, by: number): number =>
  (value << by) | (value >>> (32 - by))

export const rotatedRight = (value: number, by: number): number =>
  (value >>> by) | (value << (32 - by))

export const BLOCK_BYTES = BLOCK

/** Words of 32 bits as bytes. */
export function bytesOf(words: readonly number[], littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  words.forEach((word, i) => {
    view.setUint32(4 * i, word >>> 0, littleEndian)
  })
  return bytes
}
