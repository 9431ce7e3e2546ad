/**
 * The fingerprint of what a batch did: its delta and its outputs. It stands in the schedule, and a
 * replay whose batch has another one was not deterministic. It guards against our own mistakes, not
 * against people who look for collisions.
 *
 * Two lanes of 32 bits take eight bytes a step, each lane by functions that can be undone, so bytes
 * of equal length that differ in one word never agree in both; `mix52` joins the lanes. That costs
 * half of what crc32c does, which would be 32 bits only, and a quarter of `mix52` step by step.
 */

import { utf8Of } from '../../base/bytes.ts'
import { mix52 } from '../../base/hash.ts'
import type { SinkOutput } from './entry.ts'

const STEP_BYTES = 8

/** Takes bytes, and how many they are, into a chain of 52 bits that begins at 0. */
export function fingerprint(bytes: Uint8Array, chain = 0): number {
  const size = bytes.length
  const view = new DataView(bytes.buffer, bytes.byteOffset, size)
  const whole = size - (size % STEP_BYTES)
  let left = size
  let right = ~size
  for (let at = 0; at < whole; at += STEP_BYTES) {
    const low = view.getInt32(at, true)
    const high = view.getInt32(at + 4, true)
    left = Math.imul(left ^ low, 0x9e3779b1)
    left = Math.imul(left ^ (left >>> 15) ^ high, 0x85ebca77)
    left ^= left >>> 13
    right = Math.imul(right ^ high, 0xc2b2ae3d)
    right = Math.imul(right ^ (right >>> 16) ^ low, 0x27d4eb2f)
    right ^= right >>> 14
  }
  const joined = mix52(chain, left, right, size)
  return whole === size ? joined : mix52(joined, word(bytes, whole), word(bytes, whole + 4), 0)
}

/** Four bytes, those past the end as zero. */
function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  return low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
}

export function digestOf(delta: Uint8Array, outputs: readonly SinkOutput[]): number {
  let chain = fingerprint(delta)
  for (const { sink, first, count, records } of outputs) {
    chain = mix52(fingerprint(utf8Of(sink), chain), first, first / 2 ** 32, count)
    chain = fingerprint(records, chain)
  }
  return chain
}
