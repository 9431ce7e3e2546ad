/** first(x) and last(x), by event time; of equal times the first, or the last, that was added. */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { builderOf } from '../columns/builder.ts'
import { readScalar, writeScalar } from '../columns/scalar-codec.ts'
import { isNull, type Vector } from '../columns/vector.ts'
import { BIGINT, type Type } from '../schema/type.ts'
import type { Accumulators, Additions, Aggregate } from './accumulators.ts'
import { roomInFloats } from './cells.ts'
import { argumentAt, typeAt } from './column.ts'
import { ownScalarAt, readValue, type Values, valuesOf, writeValue } from './values.ts'

class End implements Accumulators {
  readonly type: Type
  readonly #isLast: boolean
  readonly #values: Values
  /** Void where there is no value. */
  #times: Float64Array = new Float64Array(0)

  constructor(type: Type, isLast: boolean) {
    this.type = type
    this.#isLast = isLast
    this.#values = valuesOf(type)
  }

  get heldBytes(): number {
    return this.#values.heldBytes
  }

  room(cells: number): void {
    this.#values.room(cells)
    this.#times = roomInFloats(this.#times, cells)
  }

  clear(cell: number): void {
    this.#values.clear(cell)
  }

  add(additions: Additions): void {
    const vector = argumentAt(additions, 0)
    const { rows, cells, times } = additions
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const cell = cells[i] as number
      const time = times[row] as number
      if (isNull(vector, row) || !this.#admits(cell, time)) continue
      this.#values.put(cell, ownScalarAt(vector, row))
      this.#times[cell] = time
    }
  }

  merge(into: number, from: number): void {
    const value = this.#values.at(from)
    const time = this.#times[from] as number
    if (value === null || !this.#admits(into, time)) return
    this.#values.put(into, value)
    this.#times[into] = time
  }

  write(out: ByteWriter, cell: number): void {
    writeValue(out, this.type, this.#values, cell)
    if (this.#values.at(cell) !== null) writeScalar(out, BIGINT, this.#times[cell] as number)
  }

  read(reader: ByteReader, cell: number): void {
    readValue(reader, this.type, this.#values, cell)
    if (this.#values.at(cell) !== null) this.#times[cell] = Number(readScalar(reader, BIGINT))
  }

  results(cells: Int32Array): Vector {
    const builder = builderOf(this.type, cells.length)
    cells.forEach((cell, row) => {
      builder.set(row, this.#values.at(cell))
    })
    return builder.finish(cells.length)
  }

  #admits(cell: number, time: number): boolean {
    const best = this.#times[cell] as number
    return (this.#isLast ? time >= best : time < best) || this.#values.at(cell) === null
  }
}

function end(name: string, isLast: boolean, about: string): Aggregate {
  return {
    name,
    aliases: [`${name}_value`],
    parameters: ['x'],
    about,
    types: [['any', 'the same']],
    isOrdered: true,
    resultOf: args => (args.length === 1 ? args[0] : undefined),
    make: args => new End(typeAt(args, 0), isLast),
  }
}

export const first = end(
  'first',
  false,
  'The value of the earliest record by event time, of those where it is not null; of equal times ' +
    'that of the record that arrived first. Null if there is none.',
)
export const last = end(
  'last',
  true,
  'The value of the latest record by event time, of those where it is not null; of equal times ' +
    'that of the record that arrived last. Null if there is none.',
)
