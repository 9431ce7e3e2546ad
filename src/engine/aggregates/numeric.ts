/**
 * Aggregates that come of a number of values and of exact sums: sum, average, variance. Whatever
 * was added in whatever order, equal values give equal results.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { NumberBuilder } from '../columns/builder.ts'
import type { Failures } from '../columns/expression.ts'
import type { NumberVector, Vector } from '../columns/vector.ts'
import { DECIMAL_DIGITS_MAX, type Type, typeText } from '../schema/type.ts'
import type { Accumulators, Additions } from './accumulators.ts'
import { numbersAt } from './column.ts'
import { Counts } from './sums/counts.ts'

const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)
const DECIMAL_MAX = 10n ** BigInt(DECIMAL_DIGITS_MAX) - 1n

/** What is summed up of the values, by cell. */
export interface Sums {
  room(cells: number): void
  clear(cell: number): void
  addColumn(vector: NumberVector, additions: Additions): void
  merge(into: number, from: number): void
  write(out: ByteWriter, cell: number): void
  read(reader: ByteReader, cell: number): void
}

/** The result of a cell that has values; null: there are too few. */
export type Conclusion<S> = (sums: S, cell: number, count: number) => number | bigint | null

function fits(type: Type, value: number | bigint): boolean {
  if (type.kind === 'double') return true
  if (type.kind === 'bigint') return value >= INT64_MIN && value <= INT64_MAX
  if (type.kind === 'decimal') return value >= -DECIMAL_MAX && value <= DECIMAL_MAX
  return typeof value === 'number'
}

export class Numeric<S extends Sums> implements Accumulators {
  readonly type: Type
  readonly #sums: S
  readonly #conclusion: Conclusion<S>
  readonly #counts = new Counts()

  constructor(type: Type, sums: S, conclusion: Conclusion<S>) {
    this.type = type
    this.#sums = sums
    this.#conclusion = conclusion
  }

  room(cells: number): void {
    this.#counts.room(cells)
    this.#sums.room(cells)
  }

  clear(cell: number): void {
    this.#counts.clear(cell)
    this.#sums.clear(cell)
  }

  add(additions: Additions): void {
    const vector = numbersAt(additions, 0)
    this.#counts.addColumn(vector.nulls, additions)
    this.#sums.addColumn(vector, additions)
  }

  merge(into: number, from: number): void {
    this.#counts.merge(into, from)
    this.#sums.merge(into, from)
  }

  write(out: ByteWriter, cell: number): void {
    this.#counts.write(out, cell)
    this.#sums.write(out, cell)
  }

  read(reader: ByteReader, cell: number): void {
    this.#counts.read(reader, cell)
    this.#sums.read(reader, cell)
  }

  results(cells: Int32Array, failures: Failures): Vector {
    const builder = new NumberBuilder(cells.length)
    for (let row = 0; row < cells.length; row++) {
      const cell = cells[row] as number
      const count = this.#counts.count(cell)
      const value = count === 0 ? null : this.#conclusion(this.#sums, cell, count)
      if (value === null) continue
      if (fits(this.type, value)) builder.set(row, value)
      else failures.add(row, 'out-of-range', `${value} is beyond ${typeText(this.type)}`)
    }
    return builder.finish(cells.length)
  }
}
