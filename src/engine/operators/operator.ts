/**
 * The contract of operators. An operator sees records, its state, `now` and the watermark, and
 * nothing else: no clock, no chance, no world. In each batch it is called in this order:
 *
 * 1. `take`, for each piece of input, as the channels are listed and by ascending offsets;
 * 2. `settle`, once all input of the batch was taken: results that a change of this batch asks for;
 * 3. `advance`, when its watermark or `now` moved: what became due, by time, then slot, then key;
 * 4. `save`: whatever changed goes to the state, and so into the delta of the batch.
 *
 * What `take` and `settle` put out is bounded by their input. What is due may be much: `advance`
 * stops and says false once `out.room` is used up, with its state such that the same call in the
 * next batch goes on where it stopped, even on another node, which knows the saved state alone.
 *
 * Whatever an operator keeps in memory besides is a cache of its state, and no answer depends on
 * what happens to be in it: `forget` throws it away.
 */

import type { Failures } from '../columns/expression.ts'
import type { Records } from '../columns/records.ts'
import type { Schema } from '../schema/schema.ts'

export interface Output {
  /** To whoever reads this operator, before the call returns. Empty records are not told. */
  emit(records: Records): void
  side(name: string, records: Records): void
  /**
   * Rows that `advance` may still put out in this batch, or take out of the state (`spend`); it may
   * exceed it by those of one slot.
   */
  readonly room: number
  spend(rows: number): void
  /** Whether the batch has room for what an operator would make now, before it is made. */
  holds(rows: number, bytes: number): boolean
  /** For rows of these records that could not be computed: they go to the dead letters. */
  failures(records: Records): Failures
  /** Too late for every window that would have taken them, and no side output wants them. */
  late(count: number): void
}

export interface Moment {
  /** Nothing with an earlier time comes any more; -Infinity as long as nobody can say. */
  readonly watermark: number
  /** Processing time of this batch; it never goes back. */
  readonly now: number
  /** The input has ended: whatever is open closes. The watermark is Infinity then. */
  readonly ended: boolean
}

export interface Operator {
  readonly schema: Schema
  /** Schemas of side outputs, by name. */
  readonly sides: ReadonlyMap<string, Schema>
  /** `input`: which of its inputs, from 0. `moment.watermark`: up to which it has advanced. */
  take(input: number, records: Records, out: Output, moment: Moment): void
  settle?(out: Output, moment: Moment): void
  /** `moment.watermark`: the new one. False: not done, see above. */
  advance?(out: Output, moment: Moment): boolean
  /** The next `now` at which it wants to be called, should nothing else happen before. */
  readonly wakeAt?: number
  save?(): void
  forget?(): void
}
