/** A column put together from rows of several others, as CASE and COALESCE need it. */

import { invariant } from '../../base/errors.ts'
import type { Rows } from '../../engine/columns/records.ts'
import {
  type BooleanVector,
  type BytesVector,
  type ListVector,
  type NumberVector,
  type Store,
  storeOf,
  type TextVector,
  textAt,
  type Vector,
} from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'

/** Rows that were never taken are null. */
export interface Assembly {
  take(from: Vector, rows: Rows): void
  finish(): Vector
}

export function assemblyOf(type: Type, size: number): Assembly {
  const store = storeOf(type)
  switch (store) {
    case 'boolean':
      return new BooleanAssembly(size)
    case 'number':
      return new NumberAssembly(size)
    case 'text':
      return new TextAssembly(size)
    case 'bytes':
    case 'list':
      return new ValueAssembly(store, size)
  }
}

function mustBe<S extends Store>(
  vector: Vector,
  store: S,
): asserts vector is Vector & { store: S } {
  invariant(vector.store === store, 'parts-have-the-type-of-the-whole', vector.store)
}

function copyNulls(from: Vector, nulls: Uint8Array, rows: Rows): void {
  const { nulls: others } = from
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    nulls[row] = others === undefined ? 0 : (others[row] as number)
  }
}

class BooleanAssembly implements Assembly {
  readonly #flags: Uint8Array
  readonly #nulls: Uint8Array

  constructor(size: number) {
    this.#flags = new Uint8Array(size)
    this.#nulls = new Uint8Array(size).fill(1)
  }

  take(from: Vector, rows: Rows): void {
    mustBe(from, 'boolean')
    copyNulls(from, this.#nulls, rows)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      this.#flags[row] = from.flags[row] as number
    }
  }

  finish(): BooleanVector {
    return { store: 'boolean', nulls: this.#nulls, flags: this.#flags }
  }
}

class NumberAssembly implements Assembly {
  readonly #numbers: Float64Array
  readonly #nulls: Uint8Array
  #wide: Map<number, bigint> | undefined

  constructor(size: number) {
    this.#numbers = new Float64Array(size)
    this.#nulls = new Uint8Array(size).fill(1)
  }

  take(from: Vector, rows: Rows): void {
    mustBe(from, 'number')
    copyNulls(from, this.#nulls, rows)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      this.#numbers[row] = from.numbers[row] as number
    }
    if (from.wide !== undefined) this.#takeWide(from.wide, rows)
  }

  #takeWide(wide: ReadonlyMap<number, bigint>, rows: Rows): void {
    this.#wide ??= new Map()
    for (const row of rows) {
      const value = wide.get(row)
      if (value !== undefined) this.#wide.set(row, value)
    }
  }

  finish(): NumberVector {
    const wide = this.#wide?.size === 0 ? undefined : this.#wide
    return { store: 'number', nulls: this.#nulls, numbers: this.#numbers, wide }
  }
}

const NOWHERE = -1
const NO_BYTES = new Uint8Array(0)

/** Parts of the first source that comes stay parts of it; those of others are decoded. */
class TextAssembly implements Assembly {
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  readonly #strings: (string | undefined)[]
  readonly #nulls: Uint8Array
  #source: Uint8Array = NO_BYTES

  constructor(size: number) {
    this.#starts = new Int32Array(size).fill(NOWHERE)
    this.#ends = new Int32Array(size)
    this.#strings = new Array<string | undefined>(size).fill('')
    this.#nulls = new Uint8Array(size).fill(1)
  }

  take(from: Vector, rows: Rows): void {
    mustBe(from, 'text')
    copyNulls(from, this.#nulls, rows)
    if (this.#source.length === 0) this.#source = from.source
    if (from.source === this.#source) this.#takeParts(from, rows)
    else this.#takeTexts(from, rows)
  }

  #takeParts(from: TextVector, rows: Rows): void {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      this.#starts[row] = from.starts[row] as number
      this.#ends[row] = from.ends[row] as number
      this.#strings[row] = from.strings[row]
    }
  }

  #takeTexts(from: TextVector, rows: Rows): void {
    for (const row of rows) {
      if (from.nulls?.[row] === 1) continue
      this.#starts[row] = NOWHERE
      this.#strings[row] = textAt(from, row)
    }
  }

  finish(): TextVector {
    const [starts, ends, strings] = [this.#starts, this.#ends, this.#strings]
    return { store: 'text', nulls: this.#nulls, source: this.#source, starts, ends, strings }
  }
}

type ValueVector = BytesVector | ListVector

class ValueAssembly implements Assembly {
  readonly #store: ValueVector['store']
  readonly #values: ValueVector['values'][number][]
  readonly #nulls: Uint8Array

  constructor(store: ValueVector['store'], size: number) {
    this.#store = store
    this.#values = new Array<undefined>(size).fill(undefined)
    this.#nulls = new Uint8Array(size).fill(1)
  }

  take(from: Vector, rows: Rows): void {
    mustBe(from, this.#store)
    copyNulls(from, this.#nulls, rows)
    for (const row of rows) this.#values[row] = from.values[row]
  }

  finish(): Vector {
    return { store: this.#store, nulls: this.#nulls, values: this.#values } as ValueVector
  }
}
