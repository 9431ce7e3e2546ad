/**
 * What comes out of an operator, on its way to whoever reads it: called at once, so that records
 * are out of an operator before its next record is taken. No more comes out than the batch has room
 * for (limits.ts): the records beyond fail, and updates among them take back what they were to
 * replace.
 */

import { Excess } from '../columns/allowance.ts'
import { builderOf } from '../columns/builder.ts'
import type { Failures } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gatherRecords } from '../columns/gather.ts'
import { BEFORE, DELETE, INSERT, type Records } from '../columns/records.ts'
import { scalarAt, type Vector } from '../columns/vector.ts'
import { rowWeight, weightAt, weightOf } from '../columns/weight.ts'
import type { Output } from '../operators/operator.ts'
import type { Type } from '../schema/type.ts'
import { GROUP_KEY_BYTES_MAX } from '../state/row-key.ts'
import { BATCH_TOO_LARGE, type Limits, STAGE_LIMITS, TOO_LARGE } from './limits.ts'

/** A record that could not be computed. */
export interface DeadRow {
  readonly operator: string
  readonly records: Records
  readonly row: number
  readonly code: string
  readonly reason: string
}

/** One of an operator's edges: who reads it. */
export type Reader = (records: Records) => void

interface Edge {
  readonly readers: Reader[]
  /** Those of them that are not of this site. */
  leaving: number
}

/** What one batch may put out, shared by all operators of a stage. */
export class Budget {
  /** Rows, when time passes. */
  room = 0
  /** Bytes that may leave the site. */
  leavingLeft: number
  /** Of each operator. */
  readonly limits: Limits
  /** Whatever is beyond the limits ends the batch, by an `Excess`: it is taken again, by less. */
  isStrict = false

  constructor(limits = STAGE_LIMITS) {
    this.limits = limits
    this.leavingLeft = limits.leavingBytes
  }

  /** A batch. */
  begin(room: number): void {
    this.room = room
    this.leavingLeft = this.limits.leavingBytes
  }
}

export class Collector implements Output {
  /** Records that came too late and went nowhere. */
  lateCount = 0
  readonly #operator: string
  readonly #main: Edge = { readers: [], leaving: 0 }
  readonly #sides = new Map<string, Edge>()
  readonly #budget: Budget
  readonly #dead: (row: DeadRow) => void
  #rowsLeft: number
  #bytesLeft: number

  constructor(operator: string, budget: Budget, dead: (row: DeadRow) => void) {
    this.#operator = operator
    this.#budget = budget
    this.#dead = dead
    this.#rowsLeft = budget.limits.rows
    this.#bytesLeft = budget.limits.bytes
  }

  /** A batch. */
  begin(): void {
    this.#rowsLeft = this.#budget.limits.rows
    this.#bytesLeft = this.#budget.limits.bytes
  }

  get room(): number {
    return this.#budget.room
  }

  /** `side` missing: the main output. */
  connect(side: string | undefined, reader: Reader): void {
    this.#edgeOf(side).readers.push(reader)
  }

  /** Out of the site: to a sink or another stage. */
  drain(side: string | undefined, reader: Reader): void {
    this.connect(side, reader)
    this.#edgeOf(side).leaving++
  }

  #edgeOf(side: string | undefined): Edge {
    if (side === undefined) return this.#main
    const edge = this.#sides.get(side) ?? { readers: [], leaving: 0 }
    this.#sides.set(side, edge)
    return edge
  }

  emit(records: Records): void {
    this.#tell(this.#main, records)
  }

  side(name: string, records: Records): void {
    this.#tell(this.#edgeOf(name), records)
  }

  spend(rows: number): void {
    this.#budget.room -= rows
  }

  holds(rows: number, bytes: number): boolean {
    return this.#holds(this.#main, rows, bytes)
  }

  #holds(edge: Edge, rows: number, bytes: number): boolean {
    const isWithin = rows <= this.#rowsLeft && this.#hasRoom(edge, bytes)
    if (!isWithin && this.#budget.isStrict) throw new Excess()
    return isWithin
  }

  #hasRoom({ leaving }: Edge, bytes: number): boolean {
    return bytes <= this.#bytesLeft && bytes * leaving <= this.#budget.leavingLeft
  }

  late(count: number): void {
    this.lateCount += count
  }

  failures(records: Records): Failures {
    return new FailedRows((row, code, reason) => {
      this.#dead({ operator: this.#operator, records, row, code, reason })
    })
  }

  #tell(edge: Edge, records: Records): void {
    if (records.size === 0) return
    this.#budget.room -= records.size
    const weight = weightOf(records)
    const told = this.#holds(edge, records.size, weight) ? records : this.#fitting(edge, records)
    this.#take(edge, told.size, told === records ? weight : 0)
    if (told.size === 0) return
    for (const reader of edge.readers) reader(told)
  }

  #take({ leaving }: Edge, rows: number, bytes: number): void {
    this.#rowsLeft -= rows
    this.#bytesLeft -= bytes
    this.#budget.leavingLeft -= bytes * leaving
  }

  /** Those for which there is room; the others fail. */
  #fitting(edge: Edge, records: Records): Records {
    const failures = this.failures(records)
    const rows: number[] = []
    const kinds: number[] = []
    for (let row = 0; row < records.size; row++) {
      const kind = records.kinds?.[row] ?? INSERT
      const weight = rowWeight(records, row)
      // What was said can be taken back at any time; alone, it is.
      const isBefore = kind === BEFORE
      const fits = isBefore || (rows.length < this.#rowsLeft && this.#hasRoom(edge, weight))
      const isTakenBack = row > 0 && records.kinds?.[row - 1] === BEFORE
      if (fits && !isBefore) this.#take(edge, 0, weight)
      else if (kind !== DELETE) failures.add(row, BATCH_TOO_LARGE, TOO_LARGE)
      if (!fits && (kind === INSERT || isTakenBack)) continue
      rows.push(row)
      kinds.push(fits ? kind : DELETE)
    }
    const kept = gatherRecords(records, Int32Array.from(rows))
    if (records.kinds === undefined) return kept
    return { ...kept, vectors: slim(kept, kinds), kinds: Uint8Array.from(kinds) }
  }
}

/** What is taken back needs its key alone: no part of a key is longer. */
function slim({ schema, size, vectors }: Records, kinds: readonly number[]): readonly Vector[] {
  return vectors.map((vector, place) => {
    const isLong = (row: number) => weightAt(vector, row) > GROUP_KEY_BYTES_MAX
    return kinds.some((kind, row) => kind === DELETE && isLong(row))
      ? without(vector, schema.at(place).type, {
          size,
          isLeft: r => kinds[r] === DELETE && isLong(r),
        })
      : vector
  })
}

interface Leaving {
  readonly size: number
  isLeft(row: number): boolean
}

function without(vector: Vector, type: Type, { size, isLeft }: Leaving): Vector {
  const builder = builderOf(type, size)
  for (let row = 0; row < size; row++) {
    if (!isLeft(row)) builder.set(row, scalarAt(vector, row))
  }
  return builder.finish(size)
}
