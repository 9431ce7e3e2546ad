/** One value by cell, of any type; numbers lie in an array of their own. */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { heldSize } from '../columns/allowance.ts'
import { readScalar, writeScalar } from '../columns/scalar-codec.ts'
import { type Scalar, scalarAt, storeOf, type Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'
import { roomInFlags, roomInFloats } from './cells.ts'

/** Texts that are shorter have memory of their own, whatever they are parts of. */
const PART_LENGTH = 13

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * As something that is kept: it holds no memory but its own. Bytes are parts of a whole batch, and
 * a text that is a part of another keeps that alive.
 */
export function owned(value: Scalar): Scalar {
  if (typeof value === 'string') {
    return value.length < PART_LENGTH ? value : decoder.decode(encoder.encode(value))
  }
  if (value instanceof Uint8Array) return value.slice()
  return Array.isArray(value) ? value.map(owned) : value
}

/** Texts out of bytes are made for whoever asks. */
export function ownScalarAt(vector: Vector, row: number): Scalar {
  const value = scalarAt(vector, row)
  const isOwn = vector.store === 'text' && (vector.starts[row] as number) >= 0
  return isOwn ? value : owned(value)
}

export interface Values {
  room(cells: number): void
  clear(cell: number): void
  /** Null takes the value away. */
  put(cell: number, value: Scalar): void
  readonly heldBytes: number
  /** Null: there is none. */
  at(cell: number): Scalar
}

export class Numbers implements Values {
  /** 1: there is a value. */
  present: Uint8Array = new Uint8Array(0)
  numbers: Float64Array = new Float64Array(0)
  readonly wide = new Map<number, bigint>()
  readonly heldBytes = 0

  room(cells: number): void {
    this.present = roomInFlags(this.present, cells)
    this.numbers = roomInFloats(this.numbers, cells)
  }

  clear(cell: number): void {
    this.present[cell] = 0
    this.wide.delete(cell)
  }

  put(cell: number, value: Scalar): void {
    this.clear(cell)
    if (value === null) return
    this.present[cell] = 1
    if (typeof value === 'bigint') this.wide.set(cell, value)
    else this.numbers[cell] = value as number
  }

  at(cell: number): Scalar {
    if (this.present[cell] === 0) return null
    return this.wide.get(cell) ?? (this.numbers[cell] as number)
  }
}

class Objects implements Values {
  readonly #values: Scalar[] = []
  heldBytes = 0

  room(cells: number): void {
    while (this.#values.length < cells) this.#values.push(null)
  }

  clear(cell: number): void {
    this.put(cell, null)
  }

  put(cell: number, value: Scalar): void {
    this.heldBytes += heldOf(value) - heldOf(this.at(cell))
    this.#values[cell] = value
  }

  at(cell: number): Scalar {
    return this.#values[cell] as Scalar
  }
}

const heldOf = (value: Scalar): number => (value === null ? 0 : heldSize([value]))

export function valuesOf(type: Type): Values {
  return storeOf(type) === 'number' ? new Numbers() : new Objects()
}

export function writeValue(out: ByteWriter, type: Type, values: Values, cell: number): void {
  writeScalar(out, type, values.at(cell))
}

export function readValue(reader: ByteReader, type: Type, values: Values, cell: number): void {
  values.put(cell, readScalar(reader, type))
}
