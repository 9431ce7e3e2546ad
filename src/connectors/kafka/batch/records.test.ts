/** Batches come back as they were written; damage is found, and what cannot be read is named. */

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NewRecord } from '../../../base/stream-log.ts'
import { at, record, sealed, text, written } from '../testing/batches.ts'
import { type Batch, batchesOf, HEAD_BYTES } from './header.ts'
import { BATCH_BYTES, encodedBatch, encodedSizeMax, recordsOf } from './records.ts'

const bytes = fc.uint8Array({ maxLength: 300 })
const header = fc.record({ name: fc.string({ unit: 'grapheme', maxLength: 9 }), value: bytes })
const records = fc.array(
  fc.record({
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.array(header, { maxLength: 4 }),
    timestampMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  }),
  { minLength: 1, maxLength: 20 },
)

/** Buffers and other bytes alike. */
const plain = ({ key, value, headers, timestampMs }: NewRecord) => ({
  key: key === null ? null : [...key],
  value: value === null ? null : [...value],
  headers: headers.map(one => [one.name, [...one.value]]),
  timestampMs,
})

function mustBeOne(encoded: Buffer): Batch {
  const [batch, ...rest] = batchesOf(encoded)
  expect(rest).toEqual([])
  if (batch === undefined) throw new Error('no batch')
  return batch
}

test('what is written is read again: keys, values, headers in their order, times', () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.boolean(), (given, offset, isTransactional) => {
      const author = { producerId: 2 ** 40 + 5, epoch: 3, firstSequence: 11 }
      const encoded = encodedBatch(given, isTransactional ? author : undefined)
      const batch = mustBeOne(at(offset, encoded))
      expect(batch).toMatchObject({
        offset,
        lastOffset: offset + given.length - 1,
        isTransactional,
        isControl: false,
        producerId: isTransactional ? author.producerId : -1,
      })
      const read = [...recordsOf(batch)]
      expect(read.map(plain)).toEqual(given.map(plain))
      expect(read.map(one => one.offset)).toEqual(given.map((_, i) => offset + i))
    }),
  )
})

test('no batch takes more than its records said they may', () => {
  fc.assert(
    fc.property(records, given => {
      const most = given.reduce((sum, one) => sum + encodedSizeMax(one), BATCH_BYTES)
      expect(encodedBatch(given).length).toBeLessThanOrEqual(most)
    }),
  )
})

test('a flipped bit anywhere behind the checksum is found', () => {
  const whole = written(0, ['one', 'two'], 4)
  for (let place = 21; place < whole.length; place++) {
    const damaged = Buffer.from(whole)
    damaged[place] = (damaged[place] as number) ^ (1 << (place % 8))
    expect(() => [...batchesOf(damaged)]).toThrow(/checksum/)
  }
})

test('the time of the broker counts for all records where the topic says so', () => {
  const LOG_APPEND_TIME = 0x08
  const whole = encodedBatch([record('a', null, 5), record('b', null, 9)])
  whole.writeInt16BE(LOG_APPEND_TIME, 21)
  whole.writeBigInt64BE(77n, 35)
  const times = [...recordsOf(mustBeOne(sealed(whole)))].map(one => one.timestampMs)
  expect(times).toEqual([77, 77])
})

function compressed(codec: number, body: (plain: Buffer) => Buffer): Buffer {
  const whole = encodedBatch([record('a'), record('b')])
  const packed = Buffer.concat([whole.subarray(0, HEAD_BYTES), body(whole.subarray(HEAD_BYTES))])
  packed.writeInt32BE(packed.length - 12, 8)
  packed.writeInt16BE(codec, 21)
  return sealed(packed)
}

test('gzip is read', () => {
  const batch = mustBeOne(compressed(1, gzipSync))
  expect([...recordsOf(batch)].map(one => text(one.value))).toEqual(['a', 'b'])
})

test.each([
  [2, 'snappy'],
  [3, 'lz4'],
  [4, 'zstd'],
  [7, 'codec 7'],
])('codec %i is refused by its name, %s, with the way around it', (codec, name) => {
  const batch = mustBeOne(compressed(codec, body => body))
  expect(() => [...recordsOf(batch)]).toThrow(new RegExp(`${name}.*compression.type`))
})

test('older formats are refused', () => {
  const old = written(0, ['a'])
  old.writeInt8(1, 16)
  expect(() => [...batchesOf(old)]).toThrow(/format 1/)
})

test('lengths that lie are refused, and nothing is read past the end', () => {
  const negative = written(0, ['a'])
  negative.writeInt32BE(-1, 8)
  expect(() => [...batchesOf(negative)]).toThrow(/negative length/)
  const short = written(0, ['a']).subarray(0, 40)
  short.writeInt32BE(28, 8)
  expect(() => [...batchesOf(short)]).toThrow(/shorter than its head/)
  const many = written(0, ['a'])
  many.writeInt32BE(3, 57)
  expect(() => [...recordsOf(mustBeOne(sealed(many)))]).toThrow(/end too early/)
})

test('any damage that keeps its checksum is an error or other records, never anything else', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 255 }), (place, value) => {
      const whole = encodedBatch([record('one', Buffer.from('k')), record(null)])
      whole[HEAD_BYTES + (place % (whole.length - HEAD_BYTES))] = value
      const batch = mustBeOne(sealed(whole))
      try {
        expect([...recordsOf(batch)]).toHaveLength(2)
      } catch (error) {
        expect(error).toMatchObject({ code: 'malformed-bytes' })
      }
    }),
  )
})
