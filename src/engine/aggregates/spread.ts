/**
 * Variance and standard deviation, from the exact sums of values and of their squares: rounded once
 * at the end, so there is no cancellation, and panes merge by addition. Only the root of the
 * standard deviation is rounded once more.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { NumberVector } from '../columns/vector.ts'
import { DOUBLE, type Type } from '../schema/type.ts'
import type { Additions, Aggregate } from './accumulators.ts'
import { typeAt } from './column.ts'
import { type Conclusion, Numeric, type Sums } from './numeric.ts'
import { minus, ratio, times } from './sums/dyadic.ts'
import { ExactSums } from './sums/exact-sums.ts'

class Moments implements Sums {
  readonly values = new ExactSums()
  readonly squares = new ExactSums()

  room(cells: number): void {
    this.values.room(cells)
    this.squares.room(cells)
  }

  clear(cell: number): void {
    this.values.clear(cell)
    this.squares.clear(cell)
  }

  addColumn({ numbers, nulls, wide }: NumberVector, { rows, cells }: Additions): void {
    const { values, squares } = this
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (nulls !== undefined && nulls[row] === 1) continue
      const cell = cells[i] as number
      const large = wide?.get(row)
      if (large === undefined) {
        values.add(cell, numbers[row] as number)
        squares.addSquare(cell, numbers[row] as number)
      } else {
        values.addDyadic(cell, { digits: large, exponent: 0 })
        squares.addDyadic(cell, { digits: large * large, exponent: 0 })
      }
    }
  }

  merge(into: number, from: number): void {
    this.values.merge(into, from)
    this.squares.merge(into, from)
  }

  write(out: ByteWriter, cell: number): void {
    this.values.write(out, cell)
    this.squares.write(out, cell)
  }

  read(reader: ByteReader, cell: number): void {
    this.values.read(reader, cell)
    this.squares.read(reader, cell)
  }
}

/** (n * sum of squares - square of sum) / (n * (n - correction)), rounded once. */
function varianceOf(scale: number, correction: 0 | 1): Conclusion<Moments> {
  const unit = 10n ** BigInt(2 * scale)
  return ({ values, squares }, cell, count) => {
    if (count <= correction) return null
    if (values.oddity(cell) !== undefined) return Number.NaN
    const total = values.total(cell)
    const number = { digits: BigInt(count), exponent: 0 }
    const spread = minus(times(number, squares.total(cell)), times(total, total))
    return ratio(spread, BigInt(count) * BigInt(count - correction) * unit)
  }
}

function rootOf(variance: Conclusion<Moments>): Conclusion<Moments> {
  return (sums, cell, count) => {
    const value = variance(sums, cell, count)
    return value === null ? null : Math.sqrt(Number(value))
  }
}

function spreadType(args: readonly Type[]): Type | undefined {
  const kind = args.length === 1 ? args[0]?.kind : undefined
  const isTaken = kind === 'integer' || kind === 'bigint' || kind === 'decimal' || kind === 'double'
  return isTaken ? DOUBLE : undefined
}

interface Wording {
  readonly name: string
  readonly aliases: readonly string[]
  readonly about: string
  readonly isRoot: boolean
  readonly correction: 0 | 1
}

function spread({ name, aliases, about, isRoot, correction }: Wording): Aggregate {
  return {
    name,
    aliases,
    about,
    parameters: ['x'],
    types: [['INTEGER, BIGINT, DECIMAL, DOUBLE', 'DOUBLE']],
    isOrdered: false,
    resultOf: spreadType,
    make: args => {
      const type = typeAt(args, 0)
      const variance = varianceOf(type.kind === 'decimal' ? type.scale : 0, correction)
      return new Numeric(DOUBLE, new Moments(), isRoot ? rootOf(variance) : variance)
    },
  }
}

const EXACT =
  'It comes of exact sums and is rounded once: the double nearest to the true variance, whatever ' +
  'the order of records. NaN if an infinity or NaN is among the values.'
const ROOT = 'The root of the variance, which is rounded before.'

export const varianceOfSample = spread({
  name: 'var_samp',
  aliases: ['variance'],
  about: `The variance of a sample: divided by n - 1. Null of fewer than two values. ${EXACT}`,
  isRoot: false,
  correction: 1,
})

export const varianceOfAll = spread({
  name: 'var_pop',
  aliases: [],
  about: `The variance of a population: divided by n. Null of no values. ${EXACT}`,
  isRoot: false,
  correction: 0,
})

export const deviationOfSample = spread({
  name: 'stddev_samp',
  aliases: ['stddev'],
  about: `The standard deviation of a sample. Null of fewer than two values. ${ROOT}`,
  isRoot: true,
  correction: 1,
})

export const deviationOfAll = spread({
  name: 'stddev_pop',
  aliases: [],
  about: `The standard deviation of a population. Null of no values. ${ROOT}`,
  isRoot: true,
  correction: 0,
})
