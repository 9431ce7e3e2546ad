/** Ops and heads as bytes: read as they were written, and refused when they were not. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { blocksOf, type NewBlock, recordsOf } from './block.ts'
import { readOp, writeOp } from './codec.ts'
import { decodeHead, encodeHead } from './head.ts'
import type { Op } from './ops.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const maybe = fc.option(bytes, { nil: null })
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const record = fc.record({
  key: maybe,
  value: maybe,
  headers: fc.array(fc.record({ name: text, value: bytes }), { maxLength: 3 }),
  timestampMs: fc.integer({ min: -1, max: 2 ** 45 }),
})
const records = fc.array(record, { minLength: 1, maxLength: 5 })
const number = fc.nat({ max: 2 ** 40 })
const verdict = fc.constantFrom('commit' as const, 'abort' as const)
const settings = fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true })
const blocks = records.map(blocksOf)
const parts = fc.array(fc.record({ partition: number, blocks }), { maxLength: 3 })
const block = blocks.map(([one]) => one as NewBlock)

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), topic: text, partitions: number, settings }),
  fc.record({ kind: fc.constant('drop' as const), topic: text }),
  fc.record({ kind: fc.constant('append' as const), parts }),
  fc.record({ kind: fc.constant('begin' as const), id: text, timeoutMs: number }),
  fc.record({ kind: fc.constant('send' as const), producer: number, parts }),
  fc.record({ kind: fc.constant('end' as const), producer: number, verdict }),
  fc.record({ kind: fc.constantFrom('expire' as const, 'dismiss' as const), producer: number }),
  fc.record({ kind: fc.constant('time' as const), wallMs: number }),
  fc.record({ kind: fc.constant('forget' as const), partition: number, before: number }),
  fc
    .tuple(number, block, number, number, fc.option(verdict, { nil: undefined }))
    .map(([partition, moved, first, producer, how]): Op => {
      return { kind: 'move', partition, block: { ...moved, first, producer, verdict: how } }
    }),
)

/** As a reader has it: the bytes of blocks stay where they are. */
function asRead(one: Op): unknown {
  const place = (block: NewBlock) => ({ ...block, bytes: undefined, segment: 9 })
  if (one.kind === 'move') return { ...one, block: place(one.block) }
  if (one.kind !== 'append' && one.kind !== 'send') return one
  return { ...one, parts: one.parts.map(part => ({ ...part, blocks: part.blocks.map(place) })) }
}

function written(one: Op): Uint8Array {
  const out = new ByteWriter()
  writeOp(out, one, (block, at) => {
    block.at = at
  })
  return out.finish()
}

const read = (input: Uint8Array) => {
  const reader = new ByteReader(input)
  const found = readOp(reader, 9, view => view.byteOffset - input.byteOffset)
  reader.done()
  return found
}

test('an op is read as it was written, and knows where its blocks are', () => {
  fc.assert(
    fc.property(op, one => {
      const found = written(one)
      expect(read(found)).toEqual(asRead(one))
    }),
  )
})

test('an op that is cut, or goes on, is refused', () => {
  fc.assert(
    fc.property(op, fc.nat(), (one, cut) => {
      const whole = written(one)
      expect(() => read(whole.subarray(0, cut % whole.length))).toThrow('malformed-bytes')
      expect(() => read(Uint8Array.from([...whole, 0]))).toThrow('malformed-bytes')
    }),
  )
  for (const wrong of [[9], [5, 1, 0], [5, 1, 3], [8, 1, 1, 1, 3]]) {
    expect(() => read(Uint8Array.from(wrong))).toThrow('malformed-bytes')
  }
})

test('records are what they were, whatever the blocks that they went into', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), all => {
      const found = blocksOf(all).flatMap(one => recordsOf(one.bytes ?? new Uint8Array(0), 0))
      expect(found.map(({ offset: _, ...rest }) => rest)).toEqual(all)
    }),
  )
})

test('many records make several blocks, none of them large, but for a record that is', () => {
  const of = (size: number) => {
    return { key: null, value: new Uint8Array(size), headers: [], timestampMs: size }
  }
  const made = blocksOf([...Array.from({ length: 100 }, () => of(2000)), of(300_000), of(1)])
  expect(made.reduce((sum, { count }) => sum + count, 0)).toBe(102)
  expect(made.filter(({ sizeBytes }) => sizeBytes > 64 * 1024)).toHaveLength(1)
  expect(made.map(({ newestMs }) => newestMs)).toContain(300_000)
  expect(blocksOf([])).toEqual([])
})

const partition = fc.record({
  number,
  start: number,
  end: number,
  open: fc.array(fc.tuple(number, number), { maxLength: 3 }).map(list => new Map(list)),
})
const producer = fc.record({
  id: text,
  number,
  epoch: number,
  timeoutMs: number,
  sequence: number,
  offsets: fc.array(number, { maxLength: 3 }),
  open: fc.constant(new Set<number>()),
  openedMs: fc.constant(0),
  usedMs: number,
})
const head = fc.record({
  previousBytes: fc.nat(),
  previousChain: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  oldest: number,
  state: fc.record({
    numbers: number,
    topics: fc.array(
      fc.record({ name: text, settings, partitions: fc.array(partition, { maxLength: 3 }) }),
      { maxLength: 3 },
    ),
    producerNumbers: number,
    producers: fc.array(producer, { maxLength: 3 }),
  }),
})

test('a head is read as it was written; one that is cut, or goes on, is refused', () => {
  fc.assert(
    fc.property(head, fc.nat(), (one, cut) => {
      const whole = encodeHead(one)
      expect(decodeHead(whole)).toEqual(one)
      expect(() => decodeHead(whole.subarray(0, cut % whole.length))).toThrow('malformed-bytes')
      expect(() => decodeHead(Uint8Array.from([...whole, 0]))).toThrow('malformed-bytes')
    }),
  )
  expect(() => decodeHead(Uint8Array.of(2))).toThrow('a head was expected')
})
