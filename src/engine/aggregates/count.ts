/** count() of records, count(x) of values, count_if(x) of what is true. Never null. */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { NumberBuilder } from '../columns/builder.ts'
import type { Vector } from '../columns/vector.ts'
import { BIGINT, type Type } from '../schema/type.ts'
import type { Accumulators, Additions, Aggregate } from './accumulators.ts'
import { argumentAt, flagsAt } from './column.ts'
import { Counts } from './sums/counts.ts'

type Counting = (counts: Counts, additions: Additions) => void

const records: Counting = (counts, additions) => {
  counts.addColumn(undefined, additions)
}

const values: Counting = (counts, additions) => {
  counts.addColumn(argumentAt(additions, 0).nulls, additions)
}

const truths: Counting = (counts, additions) => {
  const { flags, nulls } = flagsAt(additions, 0)
  counts.addFlags(flags, nulls, additions)
}

class Count implements Accumulators {
  readonly type: Type = BIGINT
  readonly #counts = new Counts()
  readonly #counting: Counting

  constructor(counting: Counting) {
    this.#counting = counting
  }

  room(cells: number): void {
    this.#counts.room(cells)
  }

  clear(cell: number): void {
    this.#counts.clear(cell)
  }

  add(additions: Additions): void {
    this.#counting(this.#counts, additions)
  }

  merge(into: number, from: number): void {
    this.#counts.merge(into, from)
  }

  write(out: ByteWriter, cell: number): void {
    this.#counts.write(out, cell)
  }

  read(reader: ByteReader, cell: number): void {
    this.#counts.read(reader, cell)
  }

  results(cells: Int32Array): Vector {
    const builder = new NumberBuilder(cells.length)
    cells.forEach((cell, row) => {
      builder.setNumber(row, this.#counts.count(cell))
    })
    return builder.finish(cells.length)
  }
}

export const count: Aggregate = {
  name: 'count',
  aliases: [],
  parameters: ['x'],
  about:
    'How many values there are that are not null; without an argument, `count()` or `count(*)`, ' +
    'how many records. Never null.',
  types: [['any, or nothing', 'BIGINT']],
  isOrdered: false,
  resultOf: args => (args.length <= 1 ? BIGINT : undefined),
  make: args => new Count(args.length === 0 ? records : values),
}

export const countIf: Aggregate = {
  name: 'count_if',
  aliases: [],
  parameters: ['x'],
  about: 'For how many records the condition is true. Never null.',
  types: [['BOOLEAN', 'BIGINT']],
  isOrdered: false,
  resultOf: args => (args.length === 1 && args[0]?.kind === 'boolean' ? BIGINT : undefined),
  make: () => new Count(truths),
}
