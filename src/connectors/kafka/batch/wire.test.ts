/** Numbers and texts, there and back, and the ends of what they may be. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { varintSize, WireReader, WireWriter } from './wire.ts'

const bytesOf = (write: (writer: WireWriter) => void): number[] => {
  const writer = new WireWriter()
  write(writer)
  return [...writer.view()]
}

test('varints are zigzag, lowest group first, as long as is said of them', () => {
  expect(bytesOf(writer => writer.varint(0))).toEqual([0])
  expect(bytesOf(writer => writer.varint(-1))).toEqual([1])
  expect(bytesOf(writer => writer.varint(1))).toEqual([2])
  expect(bytesOf(writer => writer.varint(64))).toEqual([0x80, 0x01])
  fc.assert(
    fc.property(fc.maxSafeInteger(), value => {
      const half = Math.floor(value / 4)
      const written = bytesOf(writer => writer.varint(half))
      expect(written).toHaveLength(varintSize(half))
      expect(new WireReader(Buffer.from(written)).varlong()).toBe(half)
    }),
  )
})

test('32 bits as a varint, all of them', () => {
  fc.assert(
    fc.property(fc.integer(), value => {
      const writer = new WireWriter().varint(value)
      expect(new WireReader(writer.view()).varint()).toBe(value)
    }),
  )
})

test('numbers and texts, there and back', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      (a, b, text) => {
        const writer = new WireWriter().int32(a).int64(b).int16(-7).int8(-3).text(text)
        const reader = new WireReader(writer.view())
        expect(reader.int32()).toBe(a)
        expect(reader.int64()).toBe(b)
        expect(reader.int16()).toBe(-7)
        expect(reader.int8()).toBe(-3)
        expect(reader.text()).toBe(text)
        expect(reader.left).toBe(0)
      },
    ),
  )
})

test('what is written outgrows its first memory, and may be written over', () => {
  const writer = new WireWriter().int32(0).raw(Buffer.alloc(5000, 1)).int32(9)
  writer.int32At(0, 5008)
  const reader = new WireReader(writer.view())
  expect(reader.int32()).toBe(5008)
  expect(reader.raw(5000).every(byte => byte === 1)).toBe(true)
  expect(reader.int32()).toBe(9)
  expect(() => writer.int32At(5008, 1)).toThrow('written-before')
})

test('nothing is read past the end', () => {
  const short = () => new WireReader(Buffer.from([0, 5, 65]))
  expect(() => short().int32()).toThrow(/end too early/)
  expect(() => short().text()).toThrow(/end too early/)
  expect(() => short().raw(-1)).toThrow(/end too early/)
  expect(() => new WireReader(Buffer.alloc(6, 0xff)).varint()).toThrow(/does not end/)
  expect(() => new WireReader(Buffer.alloc(12, 0xff)).varlong()).toThrow(/does not end/)
})

test.each([[0], [1], [7], [4000], [9000]])(
  'a writer that was told %i bytes takes what there is',
  sizeBytes => {
    const writer = new WireWriter(sizeBytes).int32(1).raw(Buffer.alloc(5000, 7)).text('behind')
    const reader = new WireReader(writer.view())
    expect(reader.int32()).toBe(1)
    expect(reader.raw(5000)).toEqual(Buffer.alloc(5000, 7))
    expect([reader.text(), reader.left]).toEqual(['behind', 0])
  },
)
