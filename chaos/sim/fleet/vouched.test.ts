/** Where a bit may turn over: nowhere that reads as a torn tail. */

import { expect, test } from 'vitest'
import { ByteWriter } from '../../../src/base/bytes.ts'
import { frameSeed, openFrame, sealFrame } from '../../../src/raft/store/frame.ts'
import { segmentName } from '../../../src/raft/store/names.ts'
import { vouchedBytes } from './vouched.ts'

function segment(syncedTos: readonly number[]): Uint8Array {
  const seed = frameSeed('a', 1)
  const out = new ByteWriter()
  let chain = seed
  for (const syncedTo of syncedTos) {
    const framing = new ByteWriter()
    openFrame(framing)
    const frame = framing.text('a payload').finish()
    chain = sealFrame(frame, { seed, offset: out.size, syncedTo, chain })
    out.raw(frame)
  }
  return out.finish()
}

test('of a segment all that its last whole frame vouches for', () => {
  const bytes = segment([0, 34, 34])
  expect(vouchedBytes(segmentName(1), bytes)).toBe(34)
  expect(vouchedBytes(segmentName(1), bytes.subarray(0, bytes.length - 1))).toBe(34)
  expect(vouchedBytes(segmentName(1), segment([0]))).toBe(0)
})

test('of any other file all', () => {
  expect(vouchedBytes('identity', new Uint8Array(7))).toBe(7)
})
