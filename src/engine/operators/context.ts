/** What an operator is made with. */

import type { Compiler } from '../columns/expression.ts'
import type { Schema } from '../schema/schema.ts'
import type { State } from '../state/state.ts'

export interface OperatorContext {
  readonly compiler: Compiler
  /** Of its inputs, in order. */
  readonly inputs: readonly Schema[]
  readonly state: State
  /** The number of one of its tables: the same for as long as the state lives, by operator's id. */
  table(name: string): number
  readonly bounds: CacheBounds
}

/** What an operator may keep in memory beyond its state, before it forgets all of it. */
export interface CacheBounds {
  readonly keys: number
  readonly cells: number
  /** Of texts, lists and the like in cells, and of records that wait. */
  readonly bytes: number
}

export const CACHE_BOUNDS: CacheBounds = {
  ...{ keys: 131_072, cells: 524_288, bytes: 64 * 2 ** 20 },
}
