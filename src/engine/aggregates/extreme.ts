/** min(x) and max(x), and what they are of booleans: bool_and(x) and bool_or(x). */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { builderOf } from '../columns/builder.ts'
import { type Compare, orderOf } from '../columns/order.ts'
import { isNull, type NumberVector, scalarAt, type Vector } from '../columns/vector.ts'
import { BOOLEAN, type Type } from '../schema/type.ts'
import type { Accumulators, Additions, Aggregate } from './accumulators.ts'
import { argumentAt, typeAt } from './column.ts'
import { Numbers, ownScalarAt, readValue, type Values, valuesOf, writeValue } from './values.ts'

type Side = 'least' | 'greatest'

function orderFor(type: Type, side: Side): Compare {
  const compare = orderOf(type)
  invariant(compare !== undefined, 'an-extreme-has-an-order')
  return side === 'least' ? compare : (one, other) => compare(other, one)
}

class Extreme implements Accumulators {
  readonly type: Type
  readonly #isGreatest: boolean
  /** Below zero: the first is the one to keep. */
  readonly #compare: Compare
  readonly #values: Values

  constructor(type: Type, side: Side) {
    this.type = type
    this.#isGreatest = side === 'greatest'
    this.#compare = orderFor(type, side)
    this.#values = valuesOf(type)
  }

  get heldBytes(): number {
    return this.#values.heldBytes
  }

  room(cells: number): void {
    this.#values.room(cells)
  }

  clear(cell: number): void {
    this.#values.clear(cell)
  }

  add(additions: Additions): void {
    const vector = argumentAt(additions, 0)
    const values = this.#values
    const isNarrow = vector.store === 'number' && vector.wide === undefined
    if (isNarrow && values instanceof Numbers && values.wide.size === 0) {
      this.#addNumbers(values, vector, additions)
    } else {
      this.#addScalars(vector, additions)
    }
  }

  merge(into: number, from: number): void {
    this.#offer(into, from)
  }

  write(out: ByteWriter, cell: number): void {
    writeValue(out, this.type, this.#values, cell)
  }

  read(reader: ByteReader, cell: number): void {
    readValue(reader, this.type, this.#values, cell)
  }

  results(cells: Int32Array): Vector {
    const builder = builderOf(this.type, cells.length)
    cells.forEach((cell, row) => {
      builder.set(row, this.#values.at(cell))
    })
    return builder.finish(cells.length)
  }

  /** NaN is the greatest, and a minus zero is zero. */
  #addNumbers(values: Numbers, vector: NumberVector, { rows, cells }: Additions): void {
    const { nulls } = vector
    const { present, numbers } = values
    const isGreatest = this.#isGreatest
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (nulls !== undefined && nulls[row] === 1) continue
      const cell = cells[i] as number
      const value = (vector.numbers[row] as number) + 0
      const best = numbers[cell] as number
      const isBetter = isGreatest
        ? value > best || Number.isNaN(value)
        : value < best || Number.isNaN(best)
      if (isBetter || present[cell] === 0) {
        numbers[cell] = value
        present[cell] = 1
      }
    }
  }

  #addScalars(vector: Vector, { rows, cells }: Additions): void {
    const values = this.#values
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (isNull(vector, row)) continue
      const cell = cells[i] as number
      const best = values.at(cell)
      const value = scalarAt(vector, row)
      const isBetter = best === null || this.#compare(value, best) < 0
      if (isBetter) values.put(cell, ownScalarAt(vector, row))
    }
  }

  #offer(into: number, from: number): void {
    const best = this.#values.at(into)
    const value = this.#values.at(from)
    if (value === null) return
    if (best === null || this.#compare(value, best) < 0) this.#values.put(into, value)
  }
}

const ORDERED = 'BOOLEAN, numbers, TEXT, BYTES, DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL'

function extreme(name: string, side: Side, about: string): Aggregate {
  return {
    name,
    aliases: [],
    parameters: ['x'],
    about:
      `${about} Null if no value is there. Texts are compared by code points, ` +
      'NaN is above all numbers, false is below true.',
    types: [[ORDERED, 'the same']],
    isOrdered: false,
    resultOf: args => {
      const [type] = args
      const isTaken = type !== undefined && args.length === 1 && orderOf(type) !== undefined
      return isTaken ? type : undefined
    },
    make: args => new Extreme(typeAt(args, 0), side),
  }
}

export const minimum = extreme('min', 'least', 'The least value.')
export const maximum = extreme('max', 'greatest', 'The greatest value.')

interface Wording {
  readonly name: string
  readonly alias: string
  readonly about: string
}

function ofTruth({ name, alias, about }: Wording, side: Side): Aggregate {
  return {
    name,
    aliases: [alias],
    parameters: ['x'],
    about: `${about} Null if all values are null.`,
    types: [['BOOLEAN', 'BOOLEAN']],
    isOrdered: false,
    resultOf: args => (args.length === 1 && args[0]?.kind === 'boolean' ? BOOLEAN : undefined),
    make: () => new Extreme(BOOLEAN, side),
  }
}

const AND = { name: 'bool_and', alias: 'every', about: 'Whether no value is false.' }
const OR = { name: 'bool_or', alias: 'some', about: 'Whether any value is true.' }

export const boolAnd = ofTruth(AND, 'least')
export const boolOr = ofTruth(OR, 'greatest')
