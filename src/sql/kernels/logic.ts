/**
 * Three-valued logic, and what is evaluated only where it is needed: the right side of AND and OR
 * for rows that the left has not decided, a branch of CASE for rows that come to it, a further
 * argument of COALESCE for rows that are still null.
 */

import type { Rows } from '../../engine/columns/records.ts'
import type { BooleanVector, Vector } from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'
import type { Truth } from '../text/ast.ts'
import { assemblyOf } from './assembly.ts'
import type { Columnwise, Frame, Kernel } from './frame.ts'

/** Rows in the making: as many as there can be, then cut. */
function keeping(rows: Rows, keep: (row: number) => boolean): Rows {
  const kept = new Int32Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    if (keep(row)) kept[count++] = row
  }
  return kept.subarray(0, count)
}

/** AND is decided by a false, OR by a true; undecided rows with a null in them are null. */
export function junction(parts: readonly Kernel[], decidedBy: boolean): Kernel {
  return { evaluate: (frame, rows) => new Junction(frame.size, decidedBy).of(parts, frame, rows) }
}

class Junction {
  readonly #decision: 0 | 1
  readonly #flags: Uint8Array
  readonly #nulls: Uint8Array
  #hasNulls = false

  constructor(size: number, decidedBy: boolean) {
    this.#decision = decidedBy ? 1 : 0
    this.#flags = new Uint8Array(size).fill(1 - this.#decision)
    this.#nulls = new Uint8Array(size)
  }

  of(parts: readonly Kernel[], frame: Frame, rows: Rows): BooleanVector {
    let open = rows
    for (const part of parts) {
      if (open.length === 0) break
      open = this.#settle(part.evaluate(frame, open) as BooleanVector, open)
    }
    const nulls = this.#hasNulls ? this.#nulls : undefined
    return { store: 'boolean', nulls, flags: this.#flags }
  }

  /** The rows that are still open. */
  #settle({ flags, nulls }: BooleanVector, rows: Rows): Rows {
    const open = new Int32Array(rows.length)
    let count = 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (nulls?.[row] === 1) {
        this.#nulls[row] = 1
        this.#hasNulls = true
        open[count++] = row
      } else if (flags[row] === this.#decision) {
        this.#flags[row] = this.#decision
        this.#nulls[row] = 0
      } else open[count++] = row
    }
    return open.subarray(0, count)
  }
}

export const negation: Columnwise = (args, rows, { size }) => {
  const a = args[0] as BooleanVector
  const flags = new Uint8Array(size)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    flags[row] = 1 - (a.flags[row] as number)
  }
  return { store: 'boolean', nulls: a.nulls, flags }
}

/** `IS [NOT] NULL` of anything, `IS [NOT] TRUE ..` of booleans; never null. */
export function truthTest(truth: Truth, negated: boolean): Columnwise {
  const yes = negated ? 0 : 1
  const wanted = truth === 'true' ? 1 : 0
  const wantsNull = truth === 'null' || truth === 'unknown'
  return (args, rows, { size }) => {
    const a = args[0] as Vector
    const flags = new Uint8Array(size)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const isNull = a.nulls?.[row] === 1
      const holds = wantsNull ? isNull : !isNull && (a as BooleanVector).flags[row] === wanted
      flags[row] = holds ? yes : 1 - yes
    }
    return { store: 'boolean', nulls: undefined, flags }
  }
}

export interface CaseKernels {
  readonly type: Type
  /** Compared with what each branch is for; missing: branches have conditions. */
  readonly subject?: { readonly kernel: Kernel; readonly equalities: readonly Columnwise[] }
  readonly branches: readonly { readonly when: Kernel; readonly result: Kernel }[]
  readonly otherwise?: Kernel
}

export function caseOf({ type, subject, branches, otherwise }: CaseKernels): Kernel {
  return {
    evaluate(frame, rows) {
      const whole = assemblyOf(type, frame.size)
      const held = subject?.kernel.evaluate(frame, rows)
      let open = rows
      branches.forEach(({ when, result }, i) => {
        if (open.length === 0) return
        const value = when.evaluate(frame, open)
        const equality = subject?.equalities[i]
        const isTrue =
          equality === undefined || held === undefined
            ? (value as BooleanVector)
            : (equality([held, value], open, frame) as BooleanVector)
        const holds = (row: number) => isTrue.flags[row] === 1 && isTrue.nulls?.[row] !== 1
        const taken = keeping(open, holds)
        if (taken.length === 0) return
        whole.take(result.evaluate(frame, taken), taken)
        open = keeping(open, row => !holds(row))
      })
      if (open.length > 0 && otherwise) whole.take(otherwise.evaluate(frame, open), open)
      return whole.finish()
    },
  }
}

export function coalesce(type: Type, parts: readonly Kernel[]): Kernel {
  return {
    evaluate(frame, rows) {
      const whole = assemblyOf(type, frame.size)
      let open = rows
      for (const part of parts) {
        const value = part.evaluate(frame, open)
        whole.take(value, open)
        open = keeping(open, row => value.nulls?.[row] === 1)
        if (open.length === 0) break
      }
      return whole.finish()
    },
  }
}
