/** The codec against itself in both directions, and against bytes that nobody should have sent. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter, wholeText } from './bytes.ts'
import { WeirError } from './errors.ts'

type Field =
  | { kind: 'uint8' | 'uint32' | 'varint' | 'float64'; value: number }
  | { kind: 'bytes'; value: Uint8Array }
  | { kind: 'raw'; value: Uint8Array }
  | { kind: 'text'; value: string }
/** What a reader must know beforehand. */
type Shape = { kind: Field['kind']; size: number }

const anyText = fc.string({ unit: 'binary', maxLength: 20, size: 'max' })
const anyBytes = fc.uint8Array({ maxLength: 40, size: 'max' })
/** Numbers of all lengths, and those at which the encoding grows by a byte. */
const anyVarint = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(),
  fc.nat(300),
  fc
    .tuple(fc.integer({ min: 0, max: 52 }), fc.integer({ min: -1, max: 1 }))
    .map(([bits, more]) => 2 ** bits + more),
)
const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('uint8' as const), value: fc.nat(0xff) }),
  fc.record({ kind: fc.constant('uint32' as const), value: fc.nat({ max: 2 ** 32 - 1 }) }),
  fc.record({ kind: fc.constant('varint' as const), value: anyVarint }),
  fc.record({ kind: fc.constant('float64' as const), value: fc.double() }),
  fc.record({ kind: fc.constant('bytes' as const), value: anyBytes }),
  fc.record({ kind: fc.constant('raw' as const), value: anyBytes }),
  fc.record({ kind: fc.constant('text' as const), value: anyText }),
)
const anyFields = fc.array(anyField, { maxLength: 12, size: 'max' })

const shapeOf = (field: Field): Shape => ({
  kind: field.kind,
  size: field.kind === 'raw' ? field.value.length : 0,
})

function write(writer: ByteWriter, field: Field): void {
  switch (field.kind) {
    case 'bytes':
    case 'raw':
      writer[field.kind](field.value)
      break
    case 'text':
      writer.text(field.value)
      break
    default:
      writer[field.kind](field.value)
  }
}

function encode(fields: readonly Field[], writer = new ByteWriter()): Uint8Array {
  for (const field of fields) {
    write(writer, field)
  }
  return writer.finish()
}

function decode(bytes: Uint8Array, shapes: readonly Shape[]): Field[] {
  const reader = new ByteReader(bytes)
  const fields = shapes.map(({ kind, size }) => ({ kind, value: reader[kind](size) }) as Field)
  reader.done()
  return fields
}

/** The same bytes in the middle of others, where reading past an end would be seen. */
function embedded(bytes: Uint8Array): Uint8Array {
  const around = new Uint8Array(bytes.length + 16).fill(0x01)
  around.set(bytes, 8)
  return around.subarray(8, 8 + bytes.length)
}

/** Whatever is thrown must be an answer, not an accident. */
function refused(action: () => unknown): boolean {
  try {
    action()
    return false
  } catch (error) {
    expect(error).toBeInstanceOf(WeirError)
    expect(error).toMatchObject({ code: 'malformed-bytes' })
    return true
  }
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

test.each([
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '80 01'],
  [300, 'ac 02'],
  [16_383, 'ff 7f'],
  [16_384, '80 80 01'],
  [2 ** 28 - 1, 'ff ff ff 7f'],
  [2 ** 28, '80 80 80 80 01'],
  [2 ** 31, '80 80 80 80 08'],
  [2 ** 32, '80 80 80 80 10'],
  [Number.MAX_SAFE_INTEGER, 'ff ff ff ff ff ff ff 0f'],
])('the varint of %d', (value, bytes) => {
  expect(new ByteWriter().varint(value).finish()).toEqual(hex(bytes))
  expect(new ByteReader(hex(bytes)).varint()).toBe(value)
})

test('the layout of the other fields', () => {
  const writer = new ByteWriter()
  writer.uint8(0xab).uint32(0x01020304).bytes(hex('ff fe')).text('é').raw(hex('00'))
  expect(writer.finish()).toEqual(hex('ab 04030201 02 fffe 02 c3a9 00'))
})

test('what was written is read', () => {
  fc.assert(
    fc.property(anyFields, fields => {
      expect(decode(embedded(encode(fields)), fields.map(shapeOf))).toEqual(fields)
    }),
    { numRuns: 500 },
  )
})

test('one value has one encoding: whatever can be read would be written just so', () => {
  // Mostly small bytes, so that lengths are often within the end and many inputs can be read.
  const anyByte = fc.oneof(fc.nat(5), fc.nat(0xff), fc.constantFrom(0x80, 0x81, 0xff, 0xc3, 0xa9))
  const input = fc
    .array(anyByte, { maxLength: 20, size: 'max' })
    .map(bytes => Uint8Array.from(bytes))
  let read = 0
  fc.assert(
    fc.property(input, fc.array(anyField, { maxLength: 4, size: 'max' }), (bytes, like) => {
      const shapes = like.map(shapeOf)
      const used = bytes.subarray(0, prefixRead(bytes, shapes))
      if (!refused(() => decode(embedded(used), shapes))) {
        read++
        expect(encode(decode(used, shapes))).toEqual(used)
      }
    }),
    { numRuns: 3000 },
  )
  expect(read).toBeGreaterThan(300)
})

/** How many of the bytes the fields take, so that leftovers do not hide what was read. */
function prefixRead(bytes: Uint8Array, shapes: readonly Shape[]): number {
  const reader = new ByteReader(bytes)
  refused(() => shapes.map(({ kind, size }) => reader[kind](size)))
  return bytes.length - reader.left
}

test('no beginning of an encoding is taken for the whole', () => {
  fc.assert(
    fc.property(anyFields, fc.double({ min: 0, max: 1, maxExcluded: true }), (fields, part) => {
      const bytes = encode(fields)
      fc.pre(bytes.length > 0)
      const cut = embedded(bytes.subarray(0, Math.floor(part * bytes.length)))
      expect(refused(() => decode(cut, fields.map(shapeOf)))).toBe(true)
    }),
  )
})

test('no encoding with something after it is taken for the whole', () => {
  fc.assert(
    fc.property(
      anyFields,
      fc.uint8Array({ minLength: 1, maxLength: 3, size: 'max' }),
      (fields, more) => {
        const bytes = Uint8Array.from([...encode(fields), ...more])
        expect(refused(() => decode(bytes, fields.map(shapeOf)))).toBe(true)
      },
    ),
  )
})

test.each([
  ['zero in two bytes', '80 00'],
  ['one in two bytes', '81 00'],
  ['a number in eight bytes that needs one', '81 80 80 80 80 80 80 00'],
  ['2^53', '80 80 80 80 80 80 80 10'],
  ['the largest number that eight bytes can hold', 'ff ff ff ff ff ff ff 7f'],
  ['a number that goes on after eight bytes', '80 80 80 80 80 80 80 80 01'],
  ['a number that goes on to the end', 'ff ff'],
  ['nothing', ''],
])('a varint is not %s', (_, bytes) => {
  expect(refused(() => new ByteReader(hex(bytes)).varint())).toBe(true)
})

test.each([
  ['longer than what follows', '05 61 62'],
  ['as long as can be said', 'ff ff ff ff ff ff ff 0f 61'],
  ['of a length that is cut off', '85'],
])('bytes and texts are not %s', (_, bytes) => {
  expect(refused(() => new ByteReader(embedded(hex(bytes))).bytes())).toBe(true)
  expect(refused(() => new ByteReader(embedded(hex(bytes))).text())).toBe(true)
})

test.each([
  ['uint8', ''],
  ['uint32', '01 02 03'],
  ['varint', '80'],
  ['bytes', '02 61'],
  ['text', '02 61'],
] as const)('a %s that lacks one byte is refused before it is used', (kind, bytes) => {
  expect(refused(() => new ByteReader(embedded(hex(bytes)))[kind]())).toBe(true)
})

test('raw bytes that lack one are refused', () => {
  expect(refused(() => new ByteReader(embedded(hex('61'))).raw(2))).toBe(true)
})

test.each([
  ['a byte that begins nothing', '01 80'],
  ['a character cut short', '01 c3'],
  ['a slash in two bytes', '02 c0 af'],
  ['half of a surrogate pair', '03 ed a0 80'],
  ['a character above U+10FFFF', '04 f4 90 80 80'],
])('a text is not %s', (_, bytes) => {
  expect(refused(() => new ByteReader(hex(bytes)).text())).toBe(true)
})

test('a byte order mark is a character like any other', () => {
  const bytes = new ByteWriter().text('\ufeffa').finish()
  expect(new ByteReader(bytes).text()).toBe('\ufeffa')
})

test('a refusal says where', () => {
  const reader = new ByteReader(hex('01 02 03'))
  reader.uint8()
  expect(() => reader.uint32()).toThrow(
    expect.objectContaining({ code: 'malformed-bytes', data: { at: 1, size: 3 } }),
  )
})

test('what is left counts down', () => {
  const reader = new ByteReader(hex('01 02 03'))
  expect(reader.left).toBe(3)
  reader.raw(2)
  expect(reader.left).toBe(1)
  expect(refused(() => reader.done())).toBe(true)
  reader.uint8()
  expect(reader.left).toBe(0)
  expect(refused(() => reader.done())).toBe(false)
})

test('bytes that are read are a view of the bytes under them', () => {
  const under = hex('02 0a 0b')
  const view = new ByteReader(under).bytes()
  under[1] = 0xff
  expect(view).toEqual(hex('ff 0b'))
})

test.each([-1, Number.NaN])('a reader is never sent back: raw(%d)', size => {
  expect(() => new ByteReader(hex('01')).raw(size)).toThrow('raw-takes-a-size')
})

test.each([-1, 256, 1.5, Number.NaN])('%d is no uint8', value => {
  expect(() => new ByteWriter().uint8(value)).toThrow('fits-uint8')
})

test.each([-1, 2 ** 32, 1.5, Number.NaN])('%d is no uint32', value => {
  expect(() => new ByteWriter().uint32(value)).toThrow('fits-uint32')
})

test.each([-1, 2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no varint', value => {
  expect(() => new ByteWriter().varint(value)).toThrow('fits-varint')
})

test.each(['\ud800', 'a\udc00b', '\udc00\ud800'])('half a surrogate pair is no text', text => {
  expect(() => new ByteWriter().text(text)).toThrow('text-is-unicode')
})

test('a writer grows to whatever is written', () => {
  const large = new Uint8Array(100_000).map((_, i) => i)
  const bytes = new ByteWriter().uint8(1).bytes(large).uint32(2).finish()
  const reader = new ByteReader(bytes)
  expect(reader.uint8()).toBe(1)
  expect(reader.bytes()).toEqual(large)
  expect(reader.uint32()).toBe(2)
  reader.done()
})

test('every field finds room at every size of the buffer', () => {
  for (let size = 240; size < 270; size++) {
    const eight = new ByteWriter().raw(new Uint8Array(size)).varint(Number.MAX_SAFE_INTEGER)
    expect(eight.finish().subarray(size)).toEqual(hex('ffffffffffffff0f'))
    const four = new ByteWriter().raw(new Uint8Array(size)).uint32(0xdeadbeef)
    expect(four.finish().subarray(size)).toEqual(hex('efbeadde'))
  }
})

test('a writer that is used again remembers nothing and leaves alone what it handed out', () => {
  fc.assert(
    fc.property(anyFields, anyFields, (first, second) => {
      const writer = new ByteWriter()
      const one = encode(first, writer)
      expect(writer.size).toBe(0)
      const two = encode(second, writer)
      expect(one).toEqual(encode(first))
      expect(two).toEqual(encode(second))
    }),
  )
})

test('a NaN has one encoding', () => {
  const bytes = new ByteWriter().float64(Number.NaN).finish()
  expect(bytes).toEqual(hex('00 00 00 00 00 00 f8 7f'))
  expect(refused(() => new ByteReader(hex('01 00 00 00 00 00 f8 7f')).float64())).toBe(true)
  expect(refused(() => new ByteReader(hex('00 00 00 00 00 00 f8 ff')).float64())).toBe(true)
})

test('a part of longer bytes is written as it is, short or long', () => {
  const source = Uint8Array.from({ length: 300 }, (_, at) => at & 0xff)
  for (const [start, end] of [
    [0, 0],
    [7, 8],
    [3, 35],
    [3, 36],
    [0, 300],
  ] as const) {
    const bytes = new ByteWriter().uint8(9).part(source, start, end).finish()
    expect(bytes).toEqual(Uint8Array.of(9, ...source.subarray(start, end)))
  }
})

test('halves of surrogate pairs are replaced, and nothing else is', () => {
  expect(wholeText('a\ud800b\udc00')).toBe('a\ufffdb\ufffd')
  expect(wholeText('whole \u{1f30a}')).toBe('whole \u{1f30a}')
})

test('a byte that was peeked at is read next', () => {
  const reader = new ByteReader(Uint8Array.of(7, 8))
  expect([reader.peek(), reader.peek(), reader.uint8(), reader.peek()]).toEqual([7, 7, 7, 8])
  reader.uint8()
  expect(refused(() => reader.peek())).toBe(true)
})

test('a gap takes the size of what is written behind it, which makes room', () => {
  for (const size of [0, 1, 127, 128, 300, 2 ** 14 - 1, 2 ** 14, 2 ** 21]) {
    const content = new Uint8Array(size).map((_, at) => at * 7)
    const out = new ByteWriter().uint8(9)
    const gap = out.gap()
    expect(gap).toBe(1)
    out.raw(content)
    const behind = out.fill(gap, size)
    const wanted = new ByteWriter().uint8(9).bytes(content)
    expect(behind).toBe(wanted.size - size)
    const found = out.uint8(5).finish()
    expect(Buffer.compare(found, wanted.uint8(5).finish())).toBe(0)
  }
})

test('a gap takes any small number, whatever is behind it', () => {
  const out = new ByteWriter()
  const gap = out.gap()
  out.uint8(3)
  expect(out.fill(gap, 2 ** 28 - 1)).toBe(4)
  expect(out.finish()).toEqual(
    new ByteWriter()
      .varint(2 ** 28 - 1)
      .uint8(3)
      .finish(),
  )
})
