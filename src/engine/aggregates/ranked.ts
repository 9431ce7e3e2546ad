/**
 * Bounded lists by cell, the best in front: a value that is worse than all of a full list is not
 * even looked at. Of equal ranks the one that was added first stands before the other.
 *
 * Lists are bounded in bytes, too. What is kept is the beginning of the list that there would be
 * without that bound, as far as it has room, and the rank of the first value behind it: all that
 * comes after that one has no room either, whatever comes between. A list that lacks one has no
 * result. So neither the order in which records come nor the panes of a window matter.
 */

import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { ListBuilder } from '../columns/builder.ts'
import type { Failures } from '../columns/expression.ts'
import { readScalar, writeScalar } from '../columns/scalar-codec.ts'
import { isNull, type Scalar, scalarAt, type Vector } from '../columns/vector.ts'
import { scalarWeight } from '../columns/weight.ts'
import { arrayOf, BIGINT, type Type } from '../schema/type.ts'
import type { Accumulators, Additions } from './accumulators.ts'
import { LIST_BYTES_MAX } from './bounds.ts'
import { argumentAt } from './column.ts'
import { owned, ownScalarAt } from './values.ts'

/** By which it is ranked. */
export interface Rank {
  /** Null where nothing but time does. */
  readonly by: Scalar
  /** 0 where time does not matter. */
  readonly time: number
}

interface Kept extends Rank {
  readonly value: Scalar
  readonly bytes: number
}

interface List {
  readonly kept: Kept[]
  bytes: number
  /** Of the first that has no room; missing: the list is as long as it is to be. */
  cut: Rank | undefined
}

export interface Ranking {
  readonly type: Type
  readonly limit: number
  readonly bytesMax?: number | undefined
  /** The argument by which values are ranked; 0: they themselves. */
  readonly by?: { readonly place: number; readonly type: Type } | undefined
  readonly isTimed: boolean
  /** Below zero: what has this `by` and time comes before what is kept. */
  rank(by: Scalar, time: number, kept: Rank): number
}

const FULL = 0
const CUT = 1

const emptyList = (): List => ({ kept: [], bytes: 0, cut: undefined })

export class Ranked implements Accumulators {
  readonly type: Type
  readonly #ranking: Ranking
  readonly #bytesMax: number
  readonly #lists: List[] = []
  heldBytes = 0

  constructor(ranking: Ranking) {
    this.type = arrayOf(ranking.type)
    this.#ranking = ranking
    this.#bytesMax = ranking.bytesMax ?? LIST_BYTES_MAX
  }

  room(cells: number): void {
    while (this.#lists.length < cells) this.#lists.push(emptyList())
  }

  clear(cell: number): void {
    this.heldBytes -= this.#listOf(cell).bytes
    this.#lists[cell] = emptyList()
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
      const own = owned(rank)
      const value = ranks === values ? own : ownScalarAt(values, row)
      this.#insert(list, this.#kept(value, own, time))
    }
  }

  merge(into: number, from: number): void {
    const list = this.#listOf(into)
    const { kept, cut } = this.#listOf(from)
    for (const one of kept) {
      if (this.#admits(list, one.by, one.time)) this.#insert(list, one)
    }
    if (cut !== undefined && this.#admits(list, cut.by, cut.time)) this.#cutAt(list, cut)
  }

  write(out: ByteWriter, cell: number): void {
    const { type } = this.#ranking
    const { kept, cut } = this.#listOf(cell)
    out.varint(kept.length)
    for (const one of kept) {
      writeScalar(out, type, one.value)
      this.#writeRank(out, one, !this.#isByValue)
    }
    out.uint8(cut === undefined ? FULL : CUT)
    if (cut !== undefined) this.#writeRank(out, cut, true)
  }

  read(reader: ByteReader, cell: number): void {
    const { type } = this.#ranking
    const list = emptyList()
    for (let left = reader.varint(); left > 0; left--) {
      const value = readScalar(reader, type)
      const { by, time } = this.#readRank(reader, !this.#isByValue)
      const one = this.#kept(value, this.#isByValue ? value : by, time)
      list.kept.push(one)
      list.bytes += one.bytes
    }
    if (reader.uint8() === CUT) list.cut = this.#readRank(reader, true)
    this.#lists[cell] = list
    this.heldBytes += list.bytes
  }

  results(cells: Int32Array, failures: Failures): Vector {
    const builder = new ListBuilder(cells.length)
    cells.forEach((cell, row) => {
      const { kept, cut } = this.#listOf(cell)
      if (cut !== undefined) failures.add(row, LIST_TOO_LARGE, this.#tooLarge)
      else if (kept.length > 0) {
        builder.set(
          row,
          kept.map(({ value }) => value),
        )
      }
    })
    return builder.finish(cells.length)
  }

  get #tooLarge(): string {
    return `the values of a list have ${this.#bytesMax} bytes together at most; take fewer of them`
  }

  get #isByValue(): boolean {
    return this.#ranking.by?.place === 0
  }

  #kept(value: Scalar, by: Scalar, time: number): Kept {
    return {
      value,
      by,
      time,
      bytes: scalarWeight(value) + (this.#isByValue ? 0 : scalarWeight(by)),
    }
  }

  #writeRank(out: ByteWriter, { by, time }: Rank, hasBy: boolean): void {
    const { by: how, isTimed } = this.#ranking
    if (how !== undefined && hasBy) writeScalar(out, how.type, by)
    if (isTimed) writeScalar(out, BIGINT, time)
  }

  #readRank(reader: ByteReader, hasBy: boolean): Rank {
    const { by: how, isTimed } = this.#ranking
    const by = how !== undefined && hasBy ? readScalar(reader, how.type) : null
    return { by, time: isTimed ? Number(readScalar(reader, BIGINT)) : 0 }
  }

  #listOf(cell: number): List {
    return this.#lists[cell] as List
  }

  #admits({ kept, cut }: List, by: Scalar, time: number): boolean {
    const { limit, rank } = this.#ranking
    if (cut !== undefined && rank(by, time, cut) >= 0) return false
    return kept.length < limit || rank(by, time, kept[limit - 1] as Kept) < 0
  }

  #insert(list: List, one: Kept): void {
    const { limit } = this.#ranking
    const { kept } = list
    kept.splice(this.#placeOf(list, one), 0, one)
    this.#hold(list, one.bytes)
    if (kept.length > limit) this.#dropLast(list)
    while (list.bytes > this.#bytesMax) list.cut = this.#dropLast(list)
    if (kept.length === limit) list.cut = undefined
  }

  /** Behind all that do not come after it. */
  #placeOf({ kept }: List, { by, time }: Rank): number {
    let low = 0
    let high = kept.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ranking.rank(by, time, kept[middle] as Kept) < 0) high = middle
      else low = middle + 1
    }
    return low
  }

  /** What stands behind it has no room either. */
  #cutAt(list: List, cut: Rank): void {
    const place = this.#placeOf(list, cut)
    while (list.kept.length > place) this.#dropLast(list)
    list.cut = { by: cut.by, time: cut.time }
  }

  #dropLast(list: List): Rank | undefined {
    const last = list.kept.pop()
    if (last === undefined) return undefined
    this.#hold(list, -last.bytes)
    return { by: last.by, time: last.time }
  }

  #hold(list: List, bytes: number): void {
    list.bytes += bytes
    this.heldBytes += bytes
  }
}

export const LIST_TOO_LARGE = 'list-too-large'

/** Without minus zeros, which are equal to zeros: else which is which would show. */
function plainScalarAt(vector: Vector, row: number): Scalar {
  const value = scalarAt(vector, row)
  return typeof value === 'number' ? value + 0 : value
}
