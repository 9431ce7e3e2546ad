/** One value by cell, of any type; numbers lie in an array of their own. */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { readScalar, writeScalar } from '../columns/scalar-codec.ts'
import { type Scalar, scalarAt, storeOf, type Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'
import { roomInFlags, roomInFloats } from './cells.ts'

/** Bytes are copied: theirs is the memory of a whole batch. */
export function ownScalarAt(vector: Vector, row: number): Scalar {
  const value = scalarAt(vector, row)
  return value instanceof Uint8Array ? value.slice() : value
}

export interface Values {
  room(cells: number): void
  clear(cell: number): void
  /** Null takes the value away. */
  put(cell: number, value: Scalar): void
  /** Null: there is none. */
  at(cell: number): Scalar
}

export class Numbers implements Values {
  /** 1: there is a value. */
  present: Uint8Array = new Uint8Array(0)
  numbers: Float64Array = new Float64Array(0)
  readonly wide = new Map<number, bigint>()

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

  room(cells: number): void {
    while (this.#values.length < cells) this.#values.push(null)
  }

  clear(cell: number): void {
    this.#values[cell] = null
  }

  put(cell: number, value: Scalar): void {
    this.#values[cell] = value
  }

  at(cell: number): Scalar {
    return this.#values[cell] as Scalar
  }
}

export function valuesOf(type: Type): Values {
  return storeOf(type) === 'number' ? new Numbers() : new Objects()
}

export function writeValue(out: ByteWriter, type: Type, values: Values, cell: number): void {
  writeScalar(out, type, values.at(cell))
}

export function readValue(reader: ByteReader, type: Type, values: Values, cell: number): void {
  values.put(cell, readScalar(reader, type))
}
