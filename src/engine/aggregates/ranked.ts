/**
 * Bounded lists by cell, the best in front: a value that is worse than all of a full list is not
 * even looked at. Of equal ranks the one that was added first stands before the other.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { ListBuilder } from '../columns/builder.ts'
import { readScalar, writeScalar } from '../columns/scalar-codec.ts'
import { isNull, type Scalar, type Vector } from '../columns/vector.ts'
import { arrayOf, BIGINT, type Type } from '../schema/type.ts'
import type { Accumulators, Additions } from './accumulators.ts'
import { argumentAt } from './column.ts'
import { ownScalarAt } from './values.ts'

interface Kept {
  readonly value: Scalar
  /** By which it is ranked; null where nothing but time does. */
  readonly by: Scalar
  /** 0 where time does not matter. */
  readonly time: number
}

export interface Ranking {
  readonly type: Type
  readonly limit: number
  /** The argument by which values are ranked; 0: they themselves. */
  readonly by?: { readonly place: number; readonly type: Type } | undefined
  readonly isTimed: boolean
  /** Below zero: what has this `by` and time comes before what is kept. */
  rank(by: Scalar, time: number, kept: Kept): number
}

export class Ranked implements Accumulators {
  readonly type: Type
  readonly #ranking: Ranking
  readonly #lists: Kept[][] = []

  constructor(ranking: Ranking) {
    this.type = arrayOf(ranking.type)
    this.#ranking = ranking
  }

  room(cells: number): void {
    while (this.#lists.length < cells) this.#lists.push([])
  }

  clear(cell: number): void {
    this.#lists[cell] = []
  }

  add(additions: Additions): void {
    const { by, isTimed } = this.#ranking
    const { rows, cells, times } = additions
    const values = argumentAt(additions, 0)
    const ranks = by === undefined ? undefined : argumentAt(additions, by.place)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (isNull(values, row) || (ranks !== undefined && isNull(ranks, row))) continue
      const rank = ranks === undefined ? null : plainScalarAt(ranks, row)
      const time = isTimed ? (times[row] as number) : 0
      const list = this.#listOf(cells[i] as number)
      if (!this.#admits(list, rank, time)) continue
      const value = ranks === values ? rank : ownScalarAt(values, row)
      this.#insert(list, { value, by: rank, time })
    }
  }

  merge(into: number, from: number): void {
    const list = this.#listOf(into)
    for (const kept of this.#listOf(from)) {
      if (this.#admits(list, kept.by, kept.time)) this.#insert(list, kept)
    }
  }

  write(out: ByteWriter, cell: number): void {
    const { type, by, isTimed } = this.#ranking
    const list = this.#listOf(cell)
    out.varint(list.length)
    for (const kept of list) {
      writeScalar(out, type, kept.value)
      if (by !== undefined && by.place > 0) writeScalar(out, by.type, kept.by)
      if (isTimed) writeScalar(out, BIGINT, kept.time)
    }
  }

  read(reader: ByteReader, cell: number): void {
    const { type, by, isTimed } = this.#ranking
    const list: Kept[] = []
    for (let left = reader.varint(); left > 0; left--) {
      const value = readScalar(reader, type)
      const rank = by !== undefined && by.place > 0 ? readScalar(reader, by.type) : value
      const time = isTimed ? Number(readScalar(reader, BIGINT)) : 0
      list.push({ value, by: by === undefined ? null : rank, time })
    }
    this.#lists[cell] = list
  }

  results(cells: Int32Array): Vector {
    const builder = new ListBuilder(cells.length)
    cells.forEach((cell, row) => {
      const list = this.#listOf(cell)
      if (list.length > 0)
        builder.set(
          row,
          list.map(kept => kept.value),
        )
    })
    return builder.finish(cells.length)
  }

  #listOf(cell: number): Kept[] {
    return this.#lists[cell] as Kept[]
  }

  #admits(list: readonly Kept[], by: Scalar, time: number): boolean {
    const { limit, rank } = this.#ranking
    return list.length < limit || rank(by, time, list[limit - 1] as Kept) < 0
  }

  #insert(list: Kept[], kept: Kept): void {
    const { limit, rank } = this.#ranking
    let low = 0
    let high = list.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (rank(kept.by, kept.time, list[middle] as Kept) < 0) high = middle
      else low = middle + 1
    }
    list.splice(low, 0, kept)
    if (list.length > limit) list.pop()
  }
}

/** Without minus zeros, which are equal to zeros: else which is which would show. */
function plainScalarAt(vector: Vector, row: number): Scalar {
  const value = ownScalarAt(vector, row)
  return typeof value === 'number' ? value + 0 : value
}
