/** Quick sums of 32 and 64 bits: CRC-32 as in zip files, XXH64 with seed 0. */

const POLYNOMIAL = 0xedb88320

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1
  return sum
})

/** Unsigned. */
export function crc32(bytes: Uint8Array): number {
  let sum = -1
  for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 0xff] as number)
  return ~sum >>> 0
}

const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)
const rotated = (value: bigint, by: bigint): bigint => u64((value << by) | (value >> (64n - by)))
const rounded = (lane: bigint, word: bigint): bigint =>
  u64(rotated(u64(lane + word * P2), 31n) * P1)

/** XXH64 by Yann Collet, seed 0; unsigned. */
export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const stripes = bytes.length - (bytes.length % 32)
  const start = bytes.length >= 32 ? striped(view, stripes) : P5
  const hash = tail(view, u64(start + BigInt(bytes.length)), bytes.length >= 32 ? stripes : 0)
  const once = u64((hash ^ (hash >> 33n)) * P2)
  const twice = u64((once ^ (once >> 29n)) * P3)
  return twice ^ (twice >> 32n)
}

function striped(view: DataView, end: number): bigint {
  const lanes = [u64(P1 + P2), P2, 0n, u64(-P1)]
  for (let at = 0; at < end; at += 8) {
    const lane = (at >> 3) & 3
    lanes[lane] = rounded(lanes[lane] as bigint, view.getBigUint64(at, true))
  }
  const turns = [1n, 7n, 12n, 18n]
  const sum = lanes.reduce((total, lane, i) => total + rotated(lane, turns[i] as bigint), 0n)
  return lanes.reduce((total, lane) => u64((total ^ rounded(0n, lane)) * P1 + P4), u64(sum))
}

function tail(view: DataView, start: bigint, from: number): bigint {
  let hash = start
  let at = from
  for (; at + 8 <= view.byteLength; at += 8) {
    hash ^= rounded(0n, view.getBigUint64(at, true))
    hash = u64(rotated(hash, 27n) * P1 + P4)
  }
  if (at + 4 <= view.byteLength) {
    hash = u64(hash ^ (BigInt(view.getUint32(at, true)) * P1))
    hash = u64(rotated(hash, 23n) * P2 + P3)
    at += 4
  }
  for (; at < view.byteLength; at++) {
    hash = u64(hash ^ (BigInt(view.getUint8(at)) * P5))
    hash = u64(rotated(hash, 11n) * P1)
  }
  return hash
}
