/**
 * The key of a record, made of some of its columns, in bytes: equal columns give equal bytes, the
 * order of the bytes is the order of the columns, and no key with a byte below 255 behind it is the
 * beginning of another. Nulls are equal to each other and come first.
 *
 * A column is a 0 (null) or a 1 and its value: whole numbers as a byte for sign and length and
 * their digits in base 256; doubles as IEEE bits, turned so that they sort; texts and bytes with
 * each 0 written as 0 255, and a 0 at the end; arrays as their elements, each behind a 1, and a 0.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { invariant, unreachable } from '../../base/errors.ts'
import { type Scalar, scalarAt, type Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'

const NULL = 0
const PRESENT = 1
const ESCAPE = 0xff
const ZERO_LENGTH = 0x80
const utf8 = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const float = new DataView(new ArrayBuffer(8))

export function writeKeyPart(out: ByteWriter, type: Type, value: Scalar): void {
  if (value === null) {
    out.uint8(NULL)
    return
  }
  out.uint8(PRESENT)
  switch (type.kind) {
    case 'boolean':
      out.uint8(value === true ? 1 : 0)
      return
    case 'double':
      writeDouble(out, value as number)
      return
    case 'text':
    case 'json':
      writeBytes(out, utf8.encode(value as string))
      return
    case 'bytes':
      writeBytes(out, value as Uint8Array)
      return
    case 'array':
      for (const element of value as readonly Scalar[]) {
        out.uint8(PRESENT)
        writeKeyPart(out, type.of, element)
      }
      out.uint8(NULL)
      return
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
    case 'months':
      writeWhole(out, BigInt(value as number | bigint))
      return
    default:
      unreachable(type)
  }
}

export function writeBytes(out: ByteWriter, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    out.uint8(byte)
    if (byte === 0) out.uint8(ESCAPE)
  }
  out.uint8(NULL)
}

/** Minus zero is zero, as `=` has it; every NaN is the same, behind all others. */
function writeDouble(out: ByteWriter, value: number): void {
  float.setFloat64(0, Number.isNaN(value) ? Number.NaN : value + 0)
  const negative = (float.getUint8(0) & 0x80) !== 0
  for (let at = 0; at < 8; at++) {
    out.uint8(float.getUint8(at) ^ turned(negative, at))
  }
}

/** Bits that are turned so that bytes sort as numbers do: all of a negative one, else the sign. */
function turned(negative: boolean, at: number): number {
  if (negative) return 0xff
  return at === 0 ? 0x80 : 0
}

function writeWhole(out: ByteWriter, value: bigint): void {
  const digits: number[] = []
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 8n) {
    digits.push(Number(rest & 0xffn))
  }
  const negative = value < 0n
  out.uint8(negative ? ZERO_LENGTH - digits.length : ZERO_LENGTH + digits.length)
  for (const digit of digits.reverse()) {
    out.uint8(negative ? digit ^ 0xff : digit)
  }
}

function readBytes(reader: ByteReader): Uint8Array {
  const bytes: number[] = []
  for (;;) {
    const byte = reader.uint8()
    if (byte === 0 && (reader.left === 0 || reader.peek() !== ESCAPE)) return Uint8Array.from(bytes)
    if (byte === 0) reader.uint8()
    bytes.push(byte)
  }
}

function readDouble(reader: ByteReader): number {
  const bytes = reader.raw(8)
  const negative = ((bytes[0] as number) & 0x80) === 0
  bytes.forEach((byte, at) => {
    float.setUint8(at, byte ^ turned(negative, at))
  })
  return float.getFloat64(0)
}

function readWhole(reader: ByteReader): number | bigint {
  const head = reader.uint8()
  const negative = head < ZERO_LENGTH
  let value = 0n
  for (let left = Math.abs(head - ZERO_LENGTH); left > 0; left--) {
    const digit = reader.uint8()
    value = (value << 8n) | BigInt(negative ? digit ^ 0xff : digit)
  }
  const signed = negative ? -value : value
  const narrow = Number(signed)
  return Number.isSafeInteger(narrow) ? narrow : signed
}

function readList(reader: ByteReader, of: Type): readonly Scalar[] {
  const values: Scalar[] = []
  while (reader.uint8() === PRESENT) {
    values.push(readKeyPart(reader, of))
  }
  return values
}

/** Of bytes that `writeKeyPart` made: of our own state, so they are not doubted. */
function readKeyPart(reader: ByteReader, type: Type): Scalar {
  if (reader.uint8() === NULL) return null
  switch (type.kind) {
    case 'boolean':
      return reader.uint8() === 1
    case 'double':
      return readDouble(reader)
    case 'text':
    case 'json':
      return decoder.decode(readBytes(reader))
    case 'bytes':
      return readBytes(reader)
    case 'array':
      return readList(reader, type.of)
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
    case 'months':
      return readWhole(reader)
    default:
      return unreachable(type)
  }
}

/** The columns of which a key was made. */
export function keyParts(types: readonly Type[], key: Uint8Array): readonly Scalar[] {
  const reader = new ByteReader(key)
  const parts = types.map(type => readKeyPart(reader, type))
  reader.done()
  return parts
}

export function keyOf(types: readonly Type[], values: readonly Scalar[]): Uint8Array {
  invariant(types.length === values.length, 'a-key-has-its-columns')
  const out = new ByteWriter()
  types.forEach((type, place) => {
    writeKeyPart(out, type, values[place] as Scalar)
  })
  return out.finish()
}

/** The key of one row. */
export function writeKey(
  out: ByteWriter,
  types: readonly Type[],
  vectors: readonly Vector[],
  row: number,
): void {
  for (let place = 0; place < types.length; place++) {
    writeKeyPart(out, types[place] as Type, scalarAt(vectors[place] as Vector, row))
  }
}
