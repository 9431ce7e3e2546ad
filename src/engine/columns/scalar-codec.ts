/**
 * Scalars in bytes, under their type: for state and for what stands in rows of its own. Canonical:
 * equal scalars have equal bytes, and the reader refuses every other form.
 */

import { type ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'
import { invariant, unreachable } from '../../base/errors.ts'
import type { Type } from '../schema/type.ts'
import type { Scalar } from './vector.ts'

const NULL = 0
const FALSE = 1
const TRUE = 2
const VALUE = 1
/** Whole numbers: a small one is doubled, with its sign in the lowest bit. */
const SMALL = 1
const WIDE = 2
const SMALL_MAX = 2 ** 51
export const LIST_MAX = 1_000_000

export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

export function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2
}

/** A whole number of any size. */
function writeWhole(out: ByteWriter, value: number | bigint): void {
  const narrow = Number(value)
  if (Math.abs(narrow) <= SMALL_MAX) out.uint8(SMALL).varint(zigzag(narrow))
  else out.uint8(WIDE).text(value.toString())
}

function smallOf(value: number): number {
  if (Math.abs(value) > SMALL_MAX) throw malformed('a large number has the form of a small one')
  return value
}

function readWhole(reader: ByteReader, form: number): number | bigint {
  if (form === SMALL) return smallOf(unzigzag(reader.varint()))
  if (form !== WIDE) throw malformed('a whole number has an unknown form')
  const text = reader.text()
  if (!/^-?[1-9][0-9]{15,39}$/.test(text)) throw malformed('a whole number is not one')
  const value = BigInt(text)
  const narrow = Number(value)
  if (Math.abs(narrow) <= SMALL_MAX) throw malformed('a small number has the form of a large one')
  return Number.isSafeInteger(narrow) ? narrow : value
}

export function writeScalar(out: ByteWriter, type: Type, value: Scalar): void {
  if (value === null) out.uint8(NULL)
  else writeValue(out, type, value)
}

function writeValue(out: ByteWriter, type: Type, value: Exclude<Scalar, null>): void {
  switch (type.kind) {
    case 'boolean':
      out.uint8(value === true ? TRUE : FALSE)
      return
    case 'double':
      out.uint8(VALUE).float64(value as number)
      return
    case 'text':
    case 'json':
      out.uint8(VALUE).text(value as string)
      return
    case 'bytes':
      out.uint8(VALUE).bytes(value as Uint8Array)
      return
    case 'array':
      writeList(out, type.of, value as readonly Scalar[])
      return
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
    case 'months':
      writeWhole(out, value as number | bigint)
      return
    default:
      unreachable(type)
  }
}

function writeList(out: ByteWriter, of: Type, values: readonly Scalar[]): void {
  invariant(values.length <= LIST_MAX, 'lists-are-bounded', values.length)
  out.uint8(VALUE).varint(values.length)
  for (const value of values) {
    writeScalar(out, of, value)
  }
}

export function readScalar(reader: ByteReader, type: Type): Scalar {
  const form = reader.uint8()
  return form === NULL ? null : readValue(reader, type, form)
}

function readValue(reader: ByteReader, type: Type, form: number): Scalar {
  switch (type.kind) {
    case 'boolean':
      if (form > TRUE) throw malformed('a boolean is neither true nor false')
      return form === TRUE
    case 'double':
      mustBeValue(form)
      return reader.float64()
    case 'text':
    case 'json':
      mustBeValue(form)
      return reader.text()
    case 'bytes':
      mustBeValue(form)
      return reader.bytes().slice()
    case 'array':
      mustBeValue(form)
      return readList(reader, type.of)
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
    case 'months':
      return readWhole(reader, form)
    default:
      return unreachable(type)
  }
}

function mustBeValue(form: number): void {
  if (form !== VALUE) throw malformed('a value has an unknown form')
}

function readList(reader: ByteReader, of: Type): readonly Scalar[] {
  const size = reader.varint()
  if (size > reader.left || size > LIST_MAX) throw malformed('a list is longer than its bytes')
  return Array.from({ length: size }, () => readScalar(reader, of))
}
