/**
 * Hashes whose results are written down or agreed on between nodes, so they never change: the Kafka
 * partition of a key, the slot of a key, the fingerprint of a history. None of them resists anybody
 * who looks for collisions.
 */

import { invariant } from './errors.ts'

/** Hash ranges of keys; a slot is the unit of rescaling. */
export const SLOTS = 1024
const SLOT_SHIFT = Math.clz32(SLOTS - 1)

const MURMUR2_SEED = 0x9747b28c
const MURMUR2_M = 0x5bd1e995

/**
 * MurmurHash2 as Kafka's Java client computes it (org.apache.kafka.common.utils.Utils.murmur2): its
 * seed, and a signed result. Its default partitioner is built on it.
 */
export function murmur2(bytes: Uint8Array): number {
  const size = bytes.length
  const tail = size & ~3
  let h = MURMUR2_SEED ^ size
  for (let at = 0; at < tail; at += 4) {
    let k = Math.imul(word(bytes, at), MURMUR2_M)
    k ^= k >>> 24
    h = Math.imul(h, MURMUR2_M) ^ Math.imul(k, MURMUR2_M)
  }
  if (tail < size) {
    h = Math.imul(h ^ tailWord(bytes, tail), MURMUR2_M)
  }
  h = Math.imul(h ^ (h >>> 13), MURMUR2_M)
  return h ^ (h >>> 15)
}

/** The partition that Kafka's default partitioner gives to a key. */
export function kafkaPartition(key: Uint8Array, partitions: number): number {
  const countable = Number.isSafeInteger(partitions) && partitions > 0
  invariant(countable, 'a-topic-has-partitions', partitions)
  return (murmur2(key) & 0x7fffffff) % partitions
}

/** MurmurHash3 x86_32 with seed 0, by Austin Appleby; unsigned. */
export function hash32(bytes: Uint8Array): number {
  const size = bytes.length
  const tail = size & ~3
  let h = 0
  for (let at = 0; at < tail; at += 4) {
    h ^= scattered(word(bytes, at))
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
  }
  if (tail < size) {
    h ^= scattered(tailWord(bytes, tail))
  }
  return scramble(h ^ size) >>> 0
}

function scattered(word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593)
}

/** Slots are ranges of the hash, in order: the top bits name them. */
export function slotOf(key: Uint8Array): number {
  return hash32(key) >>> SLOT_SHIFT
}

/** Four bytes, little endian. */
function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}

/** The last one to three bytes, little endian; those past the end count as zero. */
function tailWord(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
}

/**
 * MurmurHash3's finalizer: each bit of `x` reaches each bit of the (signed) result, and no two `x`
 * share one.
 */
export function scramble(x: number): number {
  let h = x
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const TWO_32 = 2 ** 32
/** The high lane of a chain keeps the upper 20 of 32 bits. */
const HIGH_SHIFT = 12

/**
 * One step of a fingerprint: takes three whole numbers (their low 32 bits) into a chain of 52 bits
 * and gives the next chain. A chain begins at 0; the order of steps and of the numbers counts.
 *
 * A chain is a low lane of 32 bits and a high lane of 20, and a step can be undone by who knows its
 * numbers: it changes the low lane by invertible functions and then, in turn, each lane by a value
 * made from the other alone. So equal numbers never bring two chains together again, and steps from
 * one chain that differ in one number never meet.
 */
export function mix52(chain: number, a: number, b: number, c: number): number {
  let low = Math.imul(chain ^ a, 0x9e3779b1)
  low = Math.imul(low ^ (low >>> 15) ^ b, 0x85ebca77)
  low = Math.imul(low ^ (low >>> 13) ^ c, 0xc2b2ae3d)
  let high = Math.imul(low ^ (low >>> 16) ^ c, 0x27d4eb2f)
  high = Math.imul(high ^ (high >>> 15) ^ b, 0x165667b1)
  high = Math.imul(high ^ (high >>> 13) ^ a, 0x2c1b3c6d)
  high = (chain / TWO_32) ^ ((high ^ (high >>> 16)) >>> HIGH_SHIFT)
  low ^= scramble(high + 0x297a2d39)
  high ^= scramble(low) >>> HIGH_SHIFT
  return high * TWO_32 + (low >>> 0)
}
