/**
 * A shape as the kernel reads it (wasm/json-scan.ts): literals in pieces of sixteen bytes with
 * their masks, and a step for each slot. And what the kernel read, as columns.
 */

import { type JsonColumn, NumberColumn, PartColumn } from './column.ts'
import type { Kernel } from './kernel.ts'
import type { Template } from './template.ts'

const PIECE_BYTES = 16
/** A step of the kernel: the literal in front, its length, the kind of the slot, two columns. */
const STEP_INTS = 5
const INT_BYTES = 4
const FLOAT_BYTES = 8
const ALL_BITS = 0xff

/** Kinds of slots, as the kernel numbers them. */
const SKIP = 0
const NUMBER = 1
const TEXT = 2
const SPAN = 3

/** The row is not of the kernel after all: a value has no place in its column. */
export const ODD = 0xff

/** Gives addresses out, one behind the other. */
export class Layout {
  #end: number

  constructor(start: number) {
    this.#end = start
  }

  get size(): number {
    return this.#end
  }

  take(bytes: number): number {
    const start = this.#end
    this.#end += Math.ceil(bytes / PIECE_BYTES) * PIECE_BYTES
    return start
  }
}

/** Where in the kernel's memory a program of a batch is, and the two columns of each slot. */
export interface Placed {
  readonly pieces: number
  readonly steps: number
  readonly firsts: readonly number[]
  readonly seconds: readonly number[]
}

/** Rows of a batch that a program took: those with its mark. */
export interface Accepted {
  readonly marks: Uint8Array
  readonly mark: number
}

function kindOf(columns: readonly JsonColumn[]): number {
  const [column, ...more] = columns
  if (column === undefined) return SKIP
  if (more.length > 0) return SPAN
  if (column instanceof NumberColumn) return NUMBER
  return column instanceof PartColumn && column.type.kind === 'text' ? TEXT : SPAN
}

/** Each piece with its mask behind it; of the last piece, only what is left counts. */
function piecesOf(literal: Uint8Array): Uint8Array {
  const count = Math.ceil(literal.length / PIECE_BYTES)
  const pieces = new Uint8Array(2 * PIECE_BYTES * count)
  literal.forEach((byte, at) => {
    const to = at + PIECE_BYTES * Math.floor(at / PIECE_BYTES)
    pieces[to] = byte
    pieces[to + PIECE_BYTES] = ALL_BITS
  })
  return pieces
}

export class Program {
  readonly slots: number
  readonly #kinds: readonly number[]
  readonly #columns: readonly (readonly JsonColumn[])[]
  readonly #lengths: readonly number[]
  readonly #pieces: readonly Uint8Array[]

  constructor({ slots, literals }: Template, columns: readonly (readonly JsonColumn[])[]) {
    this.slots = slots.length
    this.#columns = columns
    this.#kinds = columns.map(kindOf)
    this.#lengths = literals.map(({ length }) => length)
    this.#pieces = literals.map(piecesOf)
  }

  place(layout: Layout, rows: number): Placed {
    const pieces = layout.take(this.#pieces.reduce((sum, { length }) => sum + length, 0))
    const steps = layout.take(STEP_INTS * INT_BYTES * (this.slots + 1))
    const room = (kind: number, bytes: number) => (kind === SKIP ? 0 : layout.take(bytes * rows))
    const widths = this.#kinds.map(kind => (kind === NUMBER ? FLOAT_BYTES : INT_BYTES))
    const firsts = this.#kinds.map((kind, slot) => room(kind, widths[slot] ?? 0))
    const seconds = this.#kinds.map(kind => room(kind, INT_BYTES))
    return { pieces, steps, firsts, seconds }
  }

  write({ bytes, ints }: Kernel, { pieces, steps, firsts, seconds }: Placed): void {
    let at = pieces
    this.#pieces.forEach((some, literal) => {
      bytes.set(some, at)
      const [kind = SKIP, first = 0] = [this.#kinds[literal], firsts[literal]]
      const step = [at, this.#lengths[literal] ?? 0, kind, first, seconds[literal] ?? 0]
      ints.set(step, steps / INT_BYTES + STEP_INTS * literal)
      at += some.length
    })
  }

  /** What has no place in a column is marked as odd: the row is for the slow path. */
  fill({ ints, floats }: Kernel, { firsts, seconds }: Placed, accepted: Accepted): void {
    this.#columns.forEach((columns, slot) => {
      const [column] = columns
      const [first = 0, second = 0] = [firsts[slot], seconds[slot]]
      const rows = accepted.marks.length
      const part = (address: number) => ints.subarray(address / INT_BYTES).subarray(0, rows)
      switch (this.#kinds[slot]) {
        case NUMBER: {
          const numbers = floats.subarray(first / FLOAT_BYTES)
          fillNumbers(column as NumberColumn, accepted, numbers, part(second))
          return
        }
        case TEXT:
          fillTexts(column as PartColumn, accepted, part(first), part(second))
          return
        case SPAN:
          for (const one of columns) fillSpans(one, accepted, part(first), part(second))
      }
    })
  }
}

function fillNumbers(
  column: NumberColumn,
  { marks, mark }: Accepted,
  numbers: Float64Array,
  places: Int32Array,
): void {
  for (let row = 0; row < marks.length; row++) {
    if (marks[row] !== mark) continue
    const number = numbers[row] as number
    const behind = places[row] as number
    const isPut =
      behind < 0 ? column.putWhole(row, number) : column.putFraction(row, number, behind)
    if (!isPut) marks[row] = ODD
  }
}

function fillTexts(
  { builder }: PartColumn,
  { marks, mark }: Accepted,
  starts: Int32Array,
  ends: Int32Array,
): void {
  for (let row = 0; row < marks.length; row++) {
    if (marks[row] === mark) builder.setPart(row, starts[row] as number, ends[row] as number)
  }
}

function fillSpans(
  column: JsonColumn,
  { marks, mark }: Accepted,
  starts: Int32Array,
  ends: Int32Array,
): void {
  for (let row = 0; row < marks.length; row++) {
    if (marks[row] !== mark) continue
    const trouble = column.put(row, starts[row] as number, ends[row] as number)
    if (trouble !== undefined) marks[row] = ODD
  }
}
