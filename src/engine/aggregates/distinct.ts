/**
 * DISTINCT of an aggregate: only values that the cell has not seen are added, equal as keys are
 * (minus zero is zero, every NaN is the same). What was seen are the cell's elements.
 */

import { type ByteReader, ByteWriter } from '../../base/bytes.ts'
import { invariant, WeirError } from '../../base/errors.ts'
import { vectorOf } from '../columns/builder.ts'
import type { Failures } from '../columns/expression.ts'
import { allRows } from '../columns/records.ts'
import { isNull, type Scalar, scalarAt, type Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'
import { keyParts, writeKeyPart } from '../state/group-key.ts'
import type { Accumulators, Additions, Aggregate, Constants, Elements } from './accumulators.ts'

/** Elements that are at most so long are not written to be measured. */
const SHORT_BYTES = 64
/** Of a number, as keys have it. */
const NUMBER_BYTES = 20

/** A quick guess that is never too low. */
function bytesAtMost(vector: Vector, row: number): number {
  if (vector.store === 'number' || vector.store === 'boolean') return NUMBER_BYTES
  if (vector.store !== 'text') return Number.POSITIVE_INFINITY
  const start = vector.starts[row] as number
  return start < 0 ? Number.POSITIVE_INFINITY : 2 * ((vector.ends[row] as number) - start) + 2
}

/** Elements that are decoded and added at a time when cells are merged. */
const PIECE = 1024

export interface DistinctCall {
  readonly aggregate: Aggregate
  readonly args: readonly Type[]
  readonly constants?: Constants | undefined
}

/** Throws a WeirError where DISTINCT makes no sense. */
export function mustBeDistinct(call: DistinctCall, elements: Elements): Accumulators {
  const { aggregate, args, constants = [] } = call
  if (aggregate.isOrdered) {
    const why = 'its result depends on the order of records, and equal ones have several places'
    throw refusal(`there is no DISTINCT of ${aggregate.name}: ${why}`)
  }
  if (args.length === 0) throw refusal(`${aggregate.name}(DISTINCT ..) needs an argument`)
  return new Distinct(call, aggregate.make(args, constants), elements)
}

function refusal(message: string): WeirError {
  return new WeirError('distinct-refused', message)
}

class Distinct implements Accumulators {
  readonly type: Type
  readonly #args: readonly Type[]
  readonly #constants: Constants
  /** The places of what is not constant, and its types. */
  readonly #places: readonly number[]
  readonly #types: readonly Type[]
  readonly #inner: Accumulators
  readonly #elements: Elements
  readonly #out = new ByteWriter()

  constructor({ args, constants = [] }: DistinctCall, inner: Accumulators, elements: Elements) {
    this.type = inner.type
    this.#args = args
    this.#constants = constants
    this.#places = args.flatMap((_, place) => (constants[place] === undefined ? [place] : []))
    this.#types = this.#places.map(place => args[place] as Type)
    this.#inner = inner
    this.#elements = elements
  }

  room(cells: number): void {
    this.#inner.room(cells)
  }

  clear(cell: number): void {
    this.#inner.clear(cell)
    this.#elements.clear(cell)
  }

  forget(cell: number): void {
    this.#inner.clear(cell)
    this.#elements.forget(cell)
  }

  add(additions: Additions): void {
    const { rows, cells, args } = additions
    const vectors = this.#places.map(place => args[place] as Vector)
    const newRows = new Int32Array(rows.length)
    const newCells = new Int32Array(rows.length)
    let size = 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const cell = cells[i] as number
      if (vectors.some(vector => isNull(vector, row))) continue
      if (!this.#elements.add(cell, this.#elementOf(vectors, row))) continue
      newRows[size] = row
      newCells[size++] = cell
    }
    const isNew = { rows: newRows.subarray(0, size), cells: newCells.subarray(0, size) }
    this.#inner.add({ ...additions, ...isNew })
  }

  elementBytes(args: readonly Vector[], row: number): number {
    const vectors = this.#places.map(place => args[place] as Vector)
    if (vectors.some(vector => isNull(vector, row))) return 0
    const short = vectors.reduce((sum, vector) => sum + bytesAtMost(vector, row), 0)
    return short <= SHORT_BYTES ? short : this.#elementOf(vectors, row).length
  }

  merge(into: number, from: number): void {
    let fresh: (readonly Scalar[])[] = []
    this.#elements.each(from, element => {
      if (!this.#elements.add(into, element)) return
      fresh.push(keyParts(this.#types, element))
      if (fresh.length < PIECE) return
      this.#addAll(into, fresh)
      fresh = []
    })
    this.#addAll(into, fresh)
  }

  write(out: ByteWriter, cell: number): void {
    this.#inner.write(out, cell)
  }

  read(reader: ByteReader, cell: number): void {
    this.#inner.read(reader, cell)
  }

  results(cells: Int32Array, failures: Failures): Vector {
    return this.#inner.results(cells, failures)
  }

  #elementOf(vectors: readonly Vector[], row: number): Uint8Array {
    vectors.forEach((vector, at) => {
      writeKeyPart(this.#out, this.#types[at] as Type, scalarAt(vector, row))
    })
    return this.#out.finish()
  }

  /** Of no aggregate that there is DISTINCT of does the time matter. */
  #addAll(cell: number, elements: readonly (readonly Scalar[])[]): void {
    const size = elements.length
    const args = this.#args.map((type, place) => {
      const at = this.#places.indexOf(place)
      const constant = this.#constants[place]
      const values = elements.map(parts => (at < 0 ? constant : parts[at]))
      invariant(!values.includes(undefined), 'elements-have-all-parts')
      return vectorOf(type, values as readonly Scalar[])
    })
    const cells = new Int32Array(size).fill(cell)
    this.#inner.add({ rows: allRows(size), cells, args, times: new Float64Array(size) })
  }
}
