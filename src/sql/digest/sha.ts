/** SHA-1 and SHA-256 (FIPS 180-4). */

import { BLOCK_BYTES, bytesOf, padded, rotatedLeft, rotatedRight } from './blocks.ts'

export function sha1(message: Uint8Array): Uint8Array {
  const view = padded(message, false)
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]
  const words = new Int32Array(80)
  for (let at = 0; at < view.byteLength; at += BLOCK_BYTES) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i)
    for (let i = 16; i < 80; i++) words[i] = rotatedLeft(xor4(words, i), 1)
    state = block1(state, words)
  }
  return bytesOf(state, false)
}

const xor4 = (words: Int32Array, i: number): number =>
  (words[i - 3] as number) ^
  (words[i - 8] as number) ^
  (words[i - 14] as number) ^
  (words[i - 16] as number)

const rounds1 = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6] as const

function block1(state: readonly number[], words: Int32Array): number[] {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state
  for (let i = 0; i < 80; i++) {
    const round = Math.floor(i / 20)
    const mix = mix1(round, b, c, d)
    const sum = rotatedLeft(a, 5) + mix + e + (rounds1[round] as number) + (words[i] as number)
    ;[e, d, c, b, a] = [d, c, rotatedLeft(b, 30), a, sum | 0]
  }
  return [a, b, c, d, e].map((word, i) => (word + (state[i] as number)) | 0)
}

function mix1(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d)
  return round === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
}

/** The first 32 bits of the fractions of cube roots of the first 64 primes. */
const cubeRoots = Int32Array.of(
  ...[0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4],
  ...[0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe],
  ...[0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f],
  ...[0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7],
  ...[0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc],
  ...[0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b],
  ...[0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116],
  ...[0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
  ...[0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7],
  0xc67178f2,
)

const firstState = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]

export function sha256(message: Uint8Array): Uint8Array {
  const view = padded(message, false)
  let state = firstState
  const words = new Int32Array(64)
  for (let at = 0; at < view.byteLength; at += BLOCK_BYTES) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i)
    for (let i = 16; i < 64; i++) words[i] = extended(words, i)
    state = block256(state, words)
  }
  return bytesOf(state, false)
}

function extended(words: Int32Array, i: number): number {
  const [x, y] = [words[i - 15] as number, words[i - 2] as number]
  const low = rotatedRight(x, 7) ^ rotatedRight(x, 18) ^ (x >>> 3)
  const high = rotatedRight(y, 17) ^ rotatedRight(y, 19) ^ (y >>> 10)
  return (low + high + (words[i - 16] as number) + (words[i - 7] as number)) | 0
}

function block256(state: readonly number[], words: Int32Array): number[] {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i++) {
    const high = rotatedRight(e, 6) ^ rotatedRight(e, 11) ^ rotatedRight(e, 25)
    const chosen = (e & f) ^ (~e & g)
    const one = (h + high + chosen + (cubeRoots[i] as number) + (words[i] as number)) | 0
    const low = rotatedRight(a, 2) ^ rotatedRight(a, 13) ^ rotatedRight(a, 22)
    const two = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + (state[i] as number)) | 0)
}
