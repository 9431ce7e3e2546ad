/**
 * Records in bytes, column by column: what frames, state and outputs hold. Both ends know the
 * schema. Canonical, so that equal records have equal bytes and equal digests: rows that are null
 * are written as zero or nothing, and the reader refuses whatever the writer would not have said.
 */

import { type ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'
import { invariant, unreachable } from '../../base/errors.ts'
import type { Schema } from '../schema/schema.ts'
import type { Type } from '../schema/type.ts'
import { builderOf } from './builder.ts'
import { readNumbers, writeNumbers } from './number-codec.ts'
import { DELETE, type Origin, type Records } from './records.ts'
import { readScalar, writeScalar } from './scalar-codec.ts'
import {
  isNull,
  type Nulls,
  type NumberVector,
  scalarAt,
  storeOf,
  type TextVector,
  utf8At,
  type Vector,
} from './vector.ts'

/** Rows of one batch of records. */
const RECORDS_MAX = 1_000_000

const HAS_KINDS = 1
const HAS_ORIGIN = 2
const HAS_NULLS = 1
const HAS_WIDE = 2

export function writeRecords(out: ByteWriter, records: Records): void {
  const { size, kinds, origin, times, schema, vectors } = records
  invariant(size <= RECORDS_MAX, 'records-are-bounded', size)
  out.varint(size).uint8((kinds ? HAS_KINDS : 0) | (origin ? HAS_ORIGIN : 0))
  writeNumbers(out, times)
  if (kinds !== undefined) out.raw(kinds)
  if (origin !== undefined) {
    out.varint(origin.channel)
    writeNumbers(out, origin.offsets)
  }
  vectors.forEach((vector, place) => {
    writeVector(out, vector, { size, type: schema.at(place).type })
  })
}

interface Shape {
  readonly size: number
  readonly type: Type
}

function writeVector(out: ByteWriter, vector: Vector, { size, type }: Shape): void {
  const { nulls } = vector
  const wide = vector.store === 'number' ? liveWide(vector) : []
  out.uint8((nulls ? HAS_NULLS : 0) | (wide.length > 0 ? HAS_WIDE : 0))
  if (nulls !== undefined) writeBits(out, nulls, size)
  switch (vector.store) {
    case 'boolean':
      writeBits(out, zeroed(vector.flags, nulls), size)
      return
    case 'number':
      writeNumbers(out, narrowed(vector, wide))
      writeWide(out, wide)
      return
    case 'text':
      writeTexts(out, vector, size)
      return
    case 'bytes':
    case 'list':
      for (let row = 0; row < size; row++) {
        if (!isNull(vector, row)) writeScalar(out, type, scalarAt(vector, row))
      }
      return
    default:
      unreachable(vector)
  }
}

function zeroed(flags: Uint8Array, nulls: Nulls): Uint8Array {
  return nulls === undefined ? flags : flags.map((flag, row) => (nulls[row] === 1 ? 0 : flag))
}

type WideRow = readonly [row: number, value: bigint]

function liveWide(vector: NumberVector): readonly WideRow[] {
  if (vector.wide === undefined) return []
  return [...vector.wide].filter(([row]) => !isNull(vector, row)).sort(([a], [b]) => a - b)
}

/** With zero where a row is null or wide. */
function narrowed(vector: NumberVector, wide: readonly WideRow[]): Float64Array {
  const { nulls, numbers } = vector
  if (nulls === undefined && wide.length === 0) return numbers
  const out = numbers.slice()
  nulls?.forEach((flag, row) => {
    if (flag === 1) out[row] = 0
  })
  for (const [row] of wide) {
    out[row] = 0
  }
  return out
}

function writeWide(out: ByteWriter, wide: readonly WideRow[]): void {
  if (wide.length === 0) return
  out.varint(wide.length)
  for (const [row, value] of wide) {
    out.varint(row).text(value.toString())
  }
}

function writeTexts(out: ByteWriter, vector: TextVector, size: number): void {
  for (let row = 0; row < size; row++) {
    const start = vector.starts[row] as number
    if (isNull(vector, row)) continue
    if (start < 0) {
      out.bytes(utf8At(vector, row))
    } else {
      const end = vector.ends[row] as number
      out.varint(end - start).part(vector.source, start, end)
    }
  }
}

function writeBits(out: ByteWriter, flags: Uint8Array, size: number): void {
  for (let row = 0; row < size; row += 8) {
    let byte = 0
    for (let bit = 0; bit < 8 && row + bit < size; bit++) {
      byte |= (flags[row + bit] as number) << bit
    }
    out.uint8(byte)
  }
}

function readBits(reader: ByteReader, size: number): Uint8Array {
  const bytes = reader.raw(Math.ceil(size / 8))
  const flags = new Uint8Array(size)
  for (let row = 0; row < size; row++) {
    flags[row] = ((bytes[row >> 3] as number) >> (row & 7)) & 1
  }
  const spare = size & 7
  if (spare > 0 && (bytes[bytes.length - 1] as number) >> spare !== 0) {
    throw malformed('there are more flags than rows')
  }
  return flags
}

export function readRecords(reader: ByteReader, schema: Schema): Records {
  const size = reader.varint()
  if (size > RECORDS_MAX) throw malformed('there are too many rows')
  const has = reader.uint8()
  if (has > (HAS_KINDS | HAS_ORIGIN)) throw malformed('records have an unknown form')
  const times = readNumbers(reader, size)
  const kinds = (has & HAS_KINDS) === 0 ? undefined : readKinds(reader, size)
  const origin = (has & HAS_ORIGIN) === 0 ? undefined : readOrigin(reader, size)
  const vectors = schema.columns.map(({ type }) => readVector(reader, { size, type }))
  return { schema, size, vectors, times, kinds, origin }
}

function readKinds(reader: ByteReader, size: number): Uint8Array {
  const kinds = reader.raw(size).slice()
  if (kinds.some(kind => kind > DELETE)) throw malformed('a record has an unknown kind')
  return kinds
}

function readOrigin(reader: ByteReader, size: number): Origin {
  const channel = reader.varint()
  return { channel, offsets: readNumbers(reader, size) }
}

function readVector(reader: ByteReader, shape: Shape): Vector {
  const { size, type } = shape
  const has = reader.uint8()
  if (has > (HAS_NULLS | HAS_WIDE)) throw malformed('a column has an unknown form')
  const nulls = (has & HAS_NULLS) === 0 ? undefined : readNulls(reader, size)
  const store = storeOf(type)
  if ((has & HAS_WIDE) !== 0 && !canBeWide(type)) throw malformed('a column cannot be wide')
  switch (store) {
    case 'boolean':
      return { store, nulls, flags: readFlags(reader, size, nulls) }
    case 'number':
      return readNumberVector(reader, nulls, { size, hasWide: (has & HAS_WIDE) !== 0 })
    case 'text':
      return readTexts(reader, size, nulls)
    case 'bytes':
    case 'list':
      return readValues(reader, shape, nulls)
    default:
      return unreachable(store)
  }
}

const canBeWide = ({ kind }: Type) => kind === 'bigint' || kind === 'decimal'

function readNulls(reader: ByteReader, size: number): Uint8Array {
  const nulls = readBits(reader, size)
  if (!nulls.includes(1)) throw malformed('nulls are announced and there are none')
  return nulls
}

function readFlags(reader: ByteReader, size: number, nulls: Nulls): Uint8Array {
  const flags = readBits(reader, size)
  if (nulls?.some((absent, row) => absent === 1 && flags[row] === 1)) {
    throw malformed('a row is null and true')
  }
  return flags
}

function readNumberVector(
  reader: ByteReader,
  nulls: Nulls,
  { size, hasWide }: { size: number; hasWide: boolean },
): NumberVector {
  const numbers = readNumbers(reader, size)
  if (nulls?.some((absent, row) => absent === 1 && !Object.is(numbers[row], 0))) {
    throw malformed('a row is null and a number')
  }
  const wide = hasWide ? readWide(reader, numbers, nulls) : undefined
  return { store: 'number', nulls, numbers, wide }
}

function readWide(reader: ByteReader, numbers: Float64Array, nulls: Nulls) {
  const wide = new Map<number, bigint>()
  const count = reader.varint()
  if (count === 0 || count > numbers.length) throw malformed('wide numbers are miscounted')
  let before = -1
  for (let i = 0; i < count; i++) {
    const row = reader.varint()
    const text = reader.text()
    const placed = row > before && numbers[row] === 0 && nulls?.[row] !== 1
    if (!placed || !/^-?[1-9][0-9]{15,39}$/.test(text)) throw malformed('a wide number is not one')
    const value = BigInt(text)
    if (Number.isSafeInteger(Number(value))) throw malformed('a wide number is narrow')
    wide.set(row, value)
    numbers[row] = Number.NaN
    before = row
  }
  return wide
}

function readTexts(reader: ByteReader, size: number, nulls: Nulls): TextVector {
  const texts: Uint8Array[] = []
  const starts = new Int32Array(size)
  const ends = new Int32Array(size)
  let at = 0
  for (let row = 0; row < size; row++) {
    if (nulls?.[row] === 1) continue
    const text = reader.bytes()
    mustBeUtf8(text)
    texts.push(text)
    starts[row] = at
    at += text.length
    ends[row] = at
  }
  const source = joined(texts, at)
  return { store: 'text', nulls, source, starts, ends, strings: [] }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function mustBeUtf8(text: Uint8Array): void {
  for (let at = 0; at < text.length; at++) {
    if ((text[at] as number) > 0x7f) {
      try {
        strict.decode(text)
      } catch {
        throw malformed('a text is not UTF-8')
      }
      return
    }
  }
}

function joined(texts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size)
  let at = 0
  for (const text of texts) {
    all.set(text, at)
    at += text.length
  }
  return all
}

function readValues(reader: ByteReader, { size, type }: Shape, nulls: Nulls): Vector {
  const builder = builderOf(type, size)
  for (let row = 0; row < size; row++) {
    if (nulls?.[row] === 1) continue
    const value = readScalar(reader, type)
    if (value === null) throw malformed('a row is null and not marked')
    builder.set(row, value)
  }
  return builder.finish(size)
}
