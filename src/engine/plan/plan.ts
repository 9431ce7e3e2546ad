/**
 * A plan: what runs, as plain data. It is made from a job file (src/job), kept with the job, and
 * read by every replica. Expressions are texts; whoever runs the plan has them compiled. Operators
 * stand in topological order: each reads only what stands before it.
 */

/** What the same plan and schedule compute; it changes whenever an answer would. */
export const SEMANTICS = 1

export interface Plan {
  readonly semantics: number
  readonly job: string
  readonly sources: readonly SourcePlan[]
  readonly operators: readonly OperatorPlan[]
  readonly sinks: readonly SinkPlan[]
  /** What becomes of a record that cannot be computed. */
  readonly errors: ErrorPolicy
}

/** Told to the sink of dead letters, with the reason; counted only; or the job stops. */
export type ErrorPolicy = 'dead-letter' | 'skip' | 'fail'

export interface ColumnPlan {
  readonly name: string
  /** As SQL writes it. */
  readonly type: string
}

export interface SourcePlan {
  readonly id: string
  readonly columns: readonly ColumnPlan[]
  readonly time: SourceTime
  /** Connector, format and their options: for whoever reads it, not for the engine. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface SourceTime {
  /** TIMESTAMP or TIMESTAMPTZ; missing: the source's own time of the record. */
  readonly column?: string | undefined
  /** How far records may come out of order before they are late. */
  readonly lagMs: number
  /** How long a partition is waited for that has nothing more; missing: for ever. */
  readonly idleMs?: number | undefined
}

export interface SinkPlan {
  readonly id: string
  readonly from: Edge
  /** Columns whose values name a record, for sinks that keep the last one. */
  readonly key: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

/** The main output of a source or operator, or one of its side outputs. */
export interface Edge {
  readonly from: string
  readonly side?: string | undefined
}

export interface OperatorPlan {
  /** The step's name, else its kind and ordinal: state is found again by it. */
  readonly id: string
  readonly inputs: readonly Edge[]
  readonly spec: OperatorSpec
  /** How many groups its stage has, where it begins one; missing: whoever places it decides. */
  readonly partitions?: number | undefined
}

export type OperatorSpec =
  | FilterSpec
  | ProjectSpec
  | UnnestSpec
  | UnionSpec
  | SplitSpec
  | KeyBySpec
  | AggregateSpec
  | DedupSpec

/** Only records for which `where` is true go on. */
export interface FilterSpec {
  readonly kind: 'filter'
  readonly where: string
}

export interface Named {
  readonly name: string
  readonly expression: string
}

/** Each record becomes one of these columns. */
export interface ProjectSpec {
  readonly kind: 'project'
  readonly columns: readonly Named[]
}

/** Each element of an array becomes a record: the columns of its own and the element's. */
export interface UnnestSpec {
  readonly kind: 'unnest'
  readonly array: string
  readonly as: string
  /** Name of a column for the element's number, from 1. */
  readonly ordinality?: string | undefined
  /** A record without elements goes on once, with null. */
  readonly keepEmpty: boolean
}

/** The records of all inputs, whose schemas are equal. */
export interface UnionSpec {
  readonly kind: 'union'
}

/** A record goes to the side of the first branch that is true for it, else to the main output. */
export interface SplitSpec {
  readonly kind: 'split'
  readonly branches: readonly { readonly side: string; readonly where: string }[]
}

/** Records of one key come together in one group, in order of each channel. */
export interface KeyBySpec {
  readonly kind: 'key-by'
  readonly key: readonly Named[]
}

/**
 * One result for each key and window: the key's columns, `window_start` and `window_end` where the
 * window has them, then the aggregates. Behind a `sliding` window: the record's columns, then the
 * aggregates.
 */
export interface AggregateSpec {
  readonly kind: 'aggregate'
  readonly key: readonly Named[]
  readonly window: WindowSpec
  readonly aggregates: readonly AggregateCall[]
  /** How long after its end a window still takes late records, and says its result again. */
  readonly latenessMs: number
  /** Side output for records that are too late, as they came; missing: they are counted only. */
  readonly lateSide?: string | undefined
  /** `final`: when the window closes; `updating`: whenever a batch changed it. */
  readonly mode: 'final' | 'updating'
  /** `final` only: also now and then before, this often by processing time. */
  readonly earlyMs?: number | undefined
}

export interface AggregateCall {
  readonly name: string
  /** By its name in the registry of aggregates. */
  readonly fn: string
  readonly args: readonly string[]
  readonly distinct: boolean
  /** Only records for which this is true count. */
  readonly filter?: string | undefined
}

export type WindowTime = 'event' | 'processing'

export type WindowSpec =
  | {
      readonly kind: 'tumbling'
      readonly sizeMs: number
      readonly offsetMs: number
      readonly time: WindowTime
    }
  | {
      readonly kind: 'hopping'
      readonly sizeMs: number
      readonly everyMs: number
      readonly offsetMs: number
      readonly time: WindowTime
    }
  /** From the same start, ever longer by `stepMs`, up to `sizeMs`. */
  | {
      readonly kind: 'cumulate'
      readonly sizeMs: number
      readonly stepMs: number
      readonly offsetMs: number
      readonly time: WindowTime
    }
  /** Ends when for `gapMs` nothing came. */
  | { readonly kind: 'session'; readonly gapMs: number; readonly time: WindowTime }
  /** For each record, those of its key up to `sizeMs` before it, itself included. */
  | { readonly kind: 'sliding'; readonly sizeMs: number }
  /** For each record, the last `rows` of its key, itself included. */
  | { readonly kind: 'sliding-rows'; readonly rows: number }
  /** Every `rows` records of a key, in order of arrival. */
  | { readonly kind: 'count'; readonly rows: number }
  /** All of a key, for ever; `final`: said when the input ends. */
  | { readonly kind: 'global' }

/** Of records with equal keys, the first to arrive. */
export interface DedupSpec {
  readonly kind: 'dedup'
  readonly key: readonly Named[]
  /** By event time since the one that was kept; then another one is kept. Missing: for ever. */
  readonly withinMs?: number | undefined
}

export type OperatorKind = OperatorSpec['kind']
