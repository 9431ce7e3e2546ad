/**
 * A plan as the oracle reads it: the shape of src/engine/plan as plain data, in types of its own,
 * with each expression as a tree in place of its text.
 */

import type { Expr } from './expression.ts'
import type { Column } from './type.ts'

export interface Edge {
  readonly from: string
  readonly side?: string | undefined
}

export interface Plan {
  readonly sources: readonly Source[]
  readonly operators: readonly Operator[]
  readonly sinks: readonly Sink[]
}

export interface Source {
  readonly id: string
  readonly columns: readonly Column[]
  /** The column that says when a record was; missing: the record's own time does. */
  readonly time?: string | undefined
  /**
   * What its channels say of time follows from their records: so far back one may still come.
   * Missing: the input has it.
   */
  readonly lagMs?: number | undefined
}

export interface Sink {
  readonly id: string
  readonly from: Edge
  /** Columns that name a row of which the last one counts; none: every row counts. */
  readonly key: readonly string[]
}

export interface Operator {
  readonly id: string
  readonly inputs: readonly Edge[]
  readonly spec: Spec
}

export interface Named {
  readonly name: string
  readonly expression: Expr
}

export type Spec =
  | { readonly kind: 'filter'; readonly where: Expr }
  | { readonly kind: 'project'; readonly columns: readonly Named[] }
  | UnnestSpec
  | { readonly kind: 'union' }
  | SplitSpec
  | { readonly kind: 'key-by'; readonly key: readonly Named[] }
  | AggregateSpec
  | DedupSpec

export interface UnnestSpec {
  readonly kind: 'unnest'
  readonly array: Expr
  readonly as: string
  readonly ordinality?: string | undefined
  readonly keepEmpty: boolean
}

export interface SplitSpec {
  readonly kind: 'split'
  readonly branches: readonly { readonly side: string; readonly where: Expr }[]
}

export interface DedupSpec {
  readonly kind: 'dedup'
  readonly key: readonly Named[]
  readonly withinMs?: number | undefined
}

export interface AggregateSpec {
  readonly kind: 'aggregate'
  readonly key: readonly Named[]
  readonly window: WindowSpec
  readonly aggregates: readonly AggregateCall[]
  readonly latenessMs: number
  readonly lateSide?: string | undefined
  readonly mode: 'final' | 'updating'
  readonly earlyMs?: number | undefined
}

export interface AggregateCall {
  readonly name: string
  readonly fn: AggregateName
  readonly args: readonly Expr[]
  readonly distinct: boolean
  readonly filter?: Expr | undefined
}

export type AggregateName =
  | 'count'
  | 'sum'
  | 'min'
  | 'max'
  | 'avg'
  | 'var_pop'
  | 'var_samp'
  | 'stddev_pop'
  | 'stddev_samp'
  | 'first'
  | 'last'
  | 'collect'
  | 'top_n'
  | 'top_n_by'
  | 'count_if'
  | 'bool_and'
  | 'bool_or'

export type WindowTime = 'event' | 'processing'

interface Aligned {
  readonly sizeMs: number
  readonly offsetMs: number
  readonly time: WindowTime
}

export type AlignedWindow =
  | (Aligned & { readonly kind: 'tumbling' })
  | (Aligned & { readonly kind: 'hopping'; readonly everyMs: number })
  | (Aligned & { readonly kind: 'cumulate'; readonly stepMs: number })

export type WindowSpec =
  | AlignedWindow
  | { readonly kind: 'session'; readonly gapMs: number; readonly time: WindowTime }
  | { readonly kind: 'sliding'; readonly sizeMs: number }
  | { readonly kind: 'sliding-rows'; readonly rows: number }
  | { readonly kind: 'count'; readonly rows: number }
  | { readonly kind: 'global' }
