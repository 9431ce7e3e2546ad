/** Frames in bytes: whatever is written is read, one encoding a frame, damage is refused. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { rowsOf } from '../columns/records.ts'
import { anyFrame, frameOf, recordsAt, SCHEMA } from '../testing/traffic.ts'
import { FRAME_BYTES_MAX } from './bounds.ts'
import { decodeFrame, type Frame, noRecords, offsetsOf, rowOf, writeFrame } from './frame.ts'

function written(frame: Frame): Uint8Array {
  const out = new ByteWriter()
  writeFrame(out, frame)
  return out.finish()
}

const read = (bytes: Uint8Array) => decodeFrame(bytes, () => SCHEMA)

describe('a frame', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(anyFrame, frame => {
        const { records, ...rest } = read(written(frame))
        const { records: sent, ...restSent } = frame
        expect(rest).toEqual(restSent)
        expect(rowsOf(records)).toEqual(rowsOf(sent))
        expect(records.origin).toEqual(sent.origin)
      }),
    )
  })

  test('in bytes that were changed is refused, or is what those bytes say', () => {
    const change = fc.tuple(anyFrame, fc.nat(), fc.nat(255), fc.boolean())
    fc.assert(
      fc.property(change, ([frame, at, byte, cut]) => {
        const bytes = written(frame)
        bytes[at % bytes.length] = byte
        const given = cut ? bytes.subarray(0, at % bytes.length) : bytes
        let back: Frame
        try {
          back = read(given)
        } catch (error) {
          expect(error).toHaveProperty('code', 'malformed-bytes')
          return
        }
        expect(written(back)).toEqual(given)
      }),
      { numRuns: 2000 },
    )
  })

  test('that only says how far it is takes few bytes', () => {
    const quiet = frameOf(3, [1_000_000, 1_000_000], { watermark: 1_700_000_000_000 })
    expect(written(quiet).length).toBe(1 + 3 + 3 + 1 + 7)
  })

  test('without records still has a schema and a channel', () => {
    const { records } = read(written(frameOf(7, [5, 9])))
    expect(records.schema).toBe(SCHEMA)
    expect(records.origin).toEqual(noRecords(SCHEMA, 7).origin)
    expect(records.size).toBe(0)
  })

  test('for a channel that the group does not have is refused', () => {
    const bytes = written(frameOf(4, [0, 1]))
    expect(() => decodeFrame(bytes, channel => (channel === 3 ? SCHEMA : undefined))).toThrow(
      'not here',
    )
  })

  test('larger than a frame may be is refused before anything is read', () => {
    expect(() => read(new Uint8Array(FRAME_BYTES_MAX + 1))).toThrow('a frame is too large')
  })
})

/** What no writer would say, in bytes: a sound frame, then one thing about it changed. */
describe('bytes are refused', () => {
  const sound = () => written(frameOf(1, [4, 6], { offsets: [4, 4, 5], barrier: 2 }))

  test('whose frame is sound without the change', () => {
    const { from, to, barrier, records } = read(sound())
    expect([from, to, barrier, records.size]).toEqual([4, 6, 2, 3])
  })

  test.each([
    ['of an unknown form', 0, 32],
    ['that say idle without a word about it', 0, 25],
    ['whose records lie before the frame', 4, 5],
    ['whose records lie behind the frame', 5, 1],
    ['whose barrier has no epoch', 6, 0],
    ['that announce records and have none', 7, 0],
    ['whose records are of another channel', 1, 2],
  ])('%s', (_, at, byte) => {
    const bytes = sound()
    bytes[at] = byte
    expect(() => read(bytes)).toThrow('malformed-bytes')
  })

  test.each([
    ['not a time', [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
    ['what nobody can say', [0, 0, 0, 0, 0, 0, 0xf0, 0xff]],
  ])('whose watermark is %s', (_, float) => {
    const bytes = [2, 1, 1, 1, 0, 0, 1, ...float]
    expect(() => read(Uint8Array.from(bytes))).toThrow('malformed-bytes')
  })

  test('whose end is beyond what a number can be', () => {
    const last = [255, 255, 255, 255, 255, 255, 255, 15]
    expect(() => read(Uint8Array.from([0, 1, 1, 1, ...last, 1]))).toThrow('2^53')
    expect(read(Uint8Array.from([0, 1, 1, 1, ...last, 0])).to).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('a writer is told off', () => {
  test.each([
    ['that ends before it begins', frameOf(1, [5, 4])],
    ['with a record before it', frameOf(1, [5, 9], { offsets: [4] })],
    ['with a record at its end', frameOf(1, [5, 9], { offsets: [9] })],
    ['with a record though it covers nothing', frameOf(1, [5, 5], { offsets: [5] })],
    ['whose offsets go back', frameOf(1, [5, 9], { offsets: [7, 6] })],
    ['with half an offset', frameOf(1, [5, 9], { offsets: [5.5] })],
    ['with records of another channel', { ...frameOf(1, [5, 9]), channel: 2 }],
    ['whose watermark is no time', frameOf(1, [5, 9], { watermark: Number.NaN })],
    ['whose watermark says nothing', frameOf(1, [5, 9], { watermark: -Infinity })],
    ['whose barrier has no epoch', frameOf(1, [5, 9], { barrier: 0 })],
  ])('for a frame %s', (_, frame) => {
    expect(() => written(frame)).toThrow('a-frame-is-sound')
  })

  test('for records without offsets', () => {
    const { origin: _, ...records } = recordsAt(1, [5])
    expect(() => written({ ...frameOf(1, [5, 9]), records })).toThrow('a-frame-is-sound')
    expect(() => offsetsOf(records)).toThrow('records-of-a-channel-have-offsets')
  })
})

describe('the first row at or after an offset', () => {
  test('is the one that a search from the front finds', () => {
    const offsets = fc.array(fc.nat(20), { maxLength: 30 }).map(all => all.sort((a, b) => a - b))
    fc.assert(
      fc.property(offsets, fc.nat(22), (all, offset) => {
        const found = all.findIndex(one => one >= offset)
        expect(rowOf(recordsAt(1, all), offset)).toBe(found < 0 ? all.length : found)
      }),
    )
  })
})
