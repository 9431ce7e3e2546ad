/**
 * Vectors in the making: a fixed number of rows, set in any order and as often as one likes; the
 * last word counts. A row that was never set is null. `finish` hands the memory over to the vector.
 */

import { wholeText } from '../../base/bytes.ts'
import { invariant, unreachable } from '../../base/errors.ts'
import type { Type } from '../schema/type.ts'
import { spend, spendList } from './allowance.ts'
import type {
  BooleanVector,
  BytesVector,
  ListVector,
  Nulls,
  NumberVector,
  Scalar,
  TextVector,
  Vector,
  Wide,
} from './vector.ts'
import { storeOf } from './vector.ts'

export interface Builder {
  /** A scalar that fits the type; the builder does not look. */
  set(row: number, value: Scalar): void
  setNull(row: number): void
  finish(size: number): Vector
}

/** Which rows are null: all, until they are set. */
class Absence {
  readonly #flags: Uint8Array

  constructor(capacity: number) {
    this.#flags = new Uint8Array(capacity).fill(1)
  }

  mark(row: number, absent: 0 | 1): void {
    this.#flags[row] = absent
  }

  finish(size: number): Nulls {
    const flags = this.#flags.subarray(0, size)
    return flags.includes(1) ? flags : undefined
  }
}

export class NumberBuilder implements Builder {
  readonly #numbers: Float64Array
  readonly #absence: Absence
  #wide: Map<number, bigint> | undefined

  constructor(capacity: number) {
    this.#numbers = new Float64Array(capacity)
    this.#absence = new Absence(capacity)
  }

  set(row: number, value: Scalar): void {
    if (value === null) this.setNull(row)
    else if (typeof value === 'bigint') this.setWhole(row, value)
    else this.setNumber(row, value as number)
  }

  setNumber(row: number, value: number): void {
    this.#numbers[row] = value
    this.#absence.mark(row, 0)
    this.#wide?.delete(row)
  }

  /** Of any size. */
  setWhole(row: number, value: bigint): void {
    const narrow = Number(value)
    if (Number.isSafeInteger(narrow)) {
      this.setNumber(row, narrow)
      return
    }
    this.setNumber(row, Number.NaN)
    this.#wide ??= new Map()
    this.#wide.set(row, value)
  }

  setNull(row: number): void {
    this.#absence.mark(row, 1)
    this.#wide?.delete(row)
  }

  finish(size: number): NumberVector {
    const numbers = this.#numbers.subarray(0, size)
    return { store: 'number', nulls: this.#absence.finish(size), numbers, wide: this.#wideTo(size) }
  }

  #wideTo(size: number): Wide {
    for (const row of this.#wide?.keys() ?? []) {
      if (row >= size) this.#wide?.delete(row)
    }
    return this.#wide?.size === 0 ? undefined : this.#wide
  }
}

class BooleanBuilder implements Builder {
  readonly #flags: Uint8Array
  readonly #absence: Absence

  constructor(capacity: number) {
    this.#flags = new Uint8Array(capacity)
    this.#absence = new Absence(capacity)
  }

  set(row: number, value: Scalar): void {
    this.#flags[row] = value === true ? 1 : 0
    this.#absence.mark(row, value === null ? 1 : 0)
  }

  setNull(row: number): void {
    this.#absence.mark(row, 1)
  }

  finish(size: number): BooleanVector {
    const flags = this.#flags.subarray(0, size)
    return { store: 'boolean', nulls: this.#absence.finish(size), flags }
  }
}

const NOWHERE = -1
const NO_BYTES = new Uint8Array(0)

export class TextBuilder implements Builder {
  readonly #source: Uint8Array
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  readonly #strings: (string | undefined)[] = []
  readonly #absence: Absence

  /** `source`: the bytes that `setPart` speaks of. */
  constructor(capacity: number, source: Uint8Array = NO_BYTES) {
    this.#source = source
    this.#starts = new Int32Array(capacity)
    this.#ends = new Int32Array(capacity)
    this.#absence = new Absence(capacity)
  }

  set(row: number, value: Scalar): void {
    if (value === null) this.setNull(row)
    else this.setText(row, value as string)
  }

  /** Lone surrogates, which have no UTF-8, are replaced. */
  setText(row: number, text: string): void {
    spend(text.length)
    this.#strings[row] = wholeText(text)
    this.#starts[row] = NOWHERE
    this.#absence.mark(row, 0)
  }

  /** A part of the source, which must be UTF-8 there. */
  setPart(row: number, start: number, end: number): void {
    invariant(end <= this.#source.length, 'part-lies-in-its-source', end)
    if (this.#strings.length > row) this.#strings[row] = undefined
    this.#starts[row] = start
    this.#ends[row] = end
    this.#absence.mark(row, 0)
  }

  setNull(row: number): void {
    this.#absence.mark(row, 1)
  }

  finish(size: number): TextVector {
    const starts = this.#starts.subarray(0, size)
    const ends = this.#ends.subarray(0, size)
    if (this.#strings.length > size) this.#strings.length = size
    const nulls = this.#absence.finish(size)
    return { store: 'text', nulls, source: this.#source, starts, ends, strings: this.#strings }
  }
}

/** BYTES and ARRAY: one object a row. */
class ValueBuilder<T> {
  readonly #values: (T | undefined)[]
  readonly #absence: Absence

  constructor(capacity: number) {
    this.#values = new Array<T | undefined>(capacity).fill(undefined)
    this.#absence = new Absence(capacity)
  }

  set(row: number, value: Scalar): void {
    this.#values[row] = value === null ? undefined : (value as T)
    this.#absence.mark(row, value === null ? 1 : 0)
  }

  setNull(row: number): void {
    this.#absence.mark(row, 1)
  }

  protected done(size: number): { nulls: Nulls; values: readonly (T | undefined)[] } {
    if (this.#values.length > size) this.#values.length = size
    return { nulls: this.#absence.finish(size), values: this.#values }
  }
}

class BytesBuilder extends ValueBuilder<Uint8Array> implements Builder {
  override set(row: number, value: Scalar): void {
    if (value !== null) spend((value as Uint8Array).length)
    super.set(row, value)
  }

  finish(size: number): BytesVector {
    return { store: 'bytes', ...this.done(size) }
  }
}

export class ListBuilder extends ValueBuilder<readonly Scalar[]> implements Builder {
  override set(row: number, value: Scalar): void {
    if (value !== null) spendList(value as readonly Scalar[])
    super.set(row, value)
  }

  finish(size: number): ListVector {
    return { store: 'list', ...this.done(size) }
  }
}

export function builderOf(type: Type, capacity: number): Builder {
  const store = storeOf(type)
  switch (store) {
    case 'boolean':
      return new BooleanBuilder(capacity)
    case 'number':
      return new NumberBuilder(capacity)
    case 'text':
      return new TextBuilder(capacity)
    case 'bytes':
      return new BytesBuilder(capacity)
    case 'list':
      return new ListBuilder(capacity)
    default:
      return unreachable(store)
  }
}

/** A vector of these scalars, in order. */
export function vectorOf(type: Type, values: readonly Scalar[]): Vector {
  const builder = builderOf(type, values.length)
  values.forEach((value, row) => {
    builder.set(row, value)
  })
  return builder.finish(values.length)
}
