/** What no frame holds is sorted out by its offset; whatever is left can be sent and read. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { FRAME_BYTES_MAX } from '../channels/bounds.ts'
import { decodeFrame, offsetsOf, writeFrame } from '../channels/frame.ts'
import { type Records, recordsOf } from '../columns/records.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { begun } from '../testing/sending.ts'
import { recordsAt } from '../testing/traffic.ts'
import { sortOut } from './outsize.ts'

const schema = new Schema([
  { name: 'text', type: TEXT },
  { name: 'number', type: BIGINT },
])

type Row = readonly [offset: number, length: number]

function partOf(rows: readonly Row[], number: bigint | number = 1): Records {
  const values = rows.map(([, length]) => ({ time: 1, values: ['x'.repeat(length), number] }))
  const offsets = Float64Array.from(rows, ([offset]) => offset)
  return { ...recordsOf(schema, values), origin: { channel: 7, offsets } }
}

function sizeInFrame(records: Records): number {
  const out = new ByteWriter()
  const reader = { channel: 7, generation: 2 ** 40, readerTerm: 2 ** 40 }
  const words = { watermark: 1e15 + 0.5, idle: true, barrier: 2 ** 40 }
  writeFrame(out, { ...reader, from: 0, to: 2 ** 50, records, ...words })
  const bytes = out.finish()
  decodeFrame(bytes, () => records.schema)
  return bytes.length
}

test('records that fit stay as they are', () => {
  const part = recordsAt(7, [10, 10, 12])
  expect(sortOut(part)).toEqual({ part, refused: [] })
  expect(sortOut(part).part).toBe(part)
})

test('an offset whose records fit no frame is left out whole, with a reason for each', () => {
  const half = FRAME_BYTES_MAX / 2
  const { part, refused } = sortOut(
    partOf([
      [10, 5],
      [11, half],
      [11, half],
      [12, half],
      [13, half],
      [14, 5],
    ]),
  )
  expect([...offsetsOf(part)]).toEqual([10, 12, 13, 14])
  expect(refused.map(({ row, code }) => [row, code])).toEqual([
    [1, 'results-too-large'],
    [2, 'results-too-large'],
  ])
  expect(refused[0]?.reason).toMatch(
    /^the results of one record for one group have 4194\d{3} bytes/,
  )
})

test('numbers of many digits count as the digits that they are written in', () => {
  const rows = Array.from({ length: 200_000 }, (): Row => [10, 0])
  expect(sortOut(partOf(rows)).refused).toEqual([])
  expect(sortOut(partOf(rows, 2n ** 63n - 1n)).refused).toHaveLength(rows.length)
})

test('whatever is left of one offset fits a frame with all its words', () => {
  const anyLength = fc.integer({ min: -300, max: 10 }).map(by => FRAME_BYTES_MAX + by)
  fc.assert(
    fc.property(anyLength, length => {
      const { part, refused } = sortOut(partOf([[10, length]]))
      expect(part.size + refused.length).toBe(1)
      if (part.size === 1) expect(sizeInFrame(part)).toBeLessThanOrEqual(FRAME_BYTES_MAX)
    }),
    { numRuns: 20 },
  )
})

test('a sender that is given it all the same says so by name', () => {
  const branches = [{ channel: 7, schema }]
  const sender = begun([10], { branches })
  sender.duties(0)
  const parts = new Map([[0, partOf([[10, FRAME_BYTES_MAX]])]])
  sender.onHead({ from: 10, to: 11, watermark: 0, parts })
  expect(() => sender.duties(0)).toThrow('a-frame-is-within-its-bound')
})
