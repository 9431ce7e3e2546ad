/** Where a bit may turn over: nowhere that reads as a torn tail. */

import { expect, test } from 'vitest'
import { ByteWriter } from '../../../src/base/bytes.ts'
import { frameSeed, openFrame, sealFrame } from '../../../src/base/segments/frame.ts'
import { segmentName } from '../../../src/base/segments/names.ts'
import { frameEnds, newestSegment, vouchedBytes } from './vouched.ts'

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

test('frames end where the next begins; half a one has no end', () => {
  const bytes = segment([0, 34, 34])
  const size = bytes.length / 3
  expect(frameEnds(bytes)).toEqual([size, 2 * size, 3 * size])
  expect(frameEnds(bytes.subarray(0, bytes.length - 1))).toEqual([size, 2 * size])
  expect(frameEnds(new Uint8Array(3))).toEqual([])
})

test('the newest segment is the one with the highest number', () => {
  const names = ['log-0000000009', 'image-1-2-3-4', 'log-0000000010', 'boot', 'log-0000000011.part']
  expect(newestSegment({ names: () => names })).toBe('log-0000000010')
  expect(newestSegment({ names: () => ['boot'] })).toBeUndefined()
})
