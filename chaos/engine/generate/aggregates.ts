/** Random aggregates, windows and the rest of an aggregate operator. */

import type { Prng } from '../../../src/base/prng.ts'
import { column, type Expr, literal } from '../../oracle/expression.ts'
import { foldType } from '../../oracle/fold.ts'
import type {
  AggregateCall,
  AggregateName,
  AggregateSpec,
  Named,
  WindowSpec,
  WindowTime,
} from '../../oracle/plan.ts'
import { INTEGER, TEXT, TIMESTAMPTZ } from '../../oracle/type.ts'
import { typeOf } from '../../oracle/typing.ts'
import { Drafter } from './expressions.ts'
import {
  type DrawnColumn,
  firm,
  isNumber,
  isOrdered,
  isSummable,
  type Temper,
  temperOf,
} from './kinds.ts'
import type { Stream } from './stream.ts'

export type WindowKind = WindowSpec['kind']

/** Sessions twice: most of them meet nobody. */
const WINDOWS: readonly WindowKind[] = [
  ...(['tumbling', 'hopping', 'cumulate', 'session', 'session'] as const),
  ...(['sliding', 'sliding-rows', 'count', 'global'] as const),
]

/** What they say does not depend on the order of records. */
const UNORDERED_WINDOWS: readonly WindowKind[] = [
  ...(['tumbling', 'hopping', 'cumulate', 'sliding', 'global'] as const),
]

const CALLS: readonly AggregateName[] = [
  ...(['sum', 'avg', 'var_pop', 'var_samp', 'stddev_pop', 'stddev_samp'] as const),
  ...(['count', 'sum', 'min', 'max', 'avg', 'var_pop', 'var_samp', 'stddev_pop'] as const),
  ...(['stddev_samp', 'first', 'last', 'collect', 'top_n', 'top_n_by'] as const),
  ...(['count_if', 'bool_and', 'bool_or'] as const),
]

const OF_ORDER: ReadonlySet<AggregateName> = new Set([
  ...(['first', 'last', 'collect', 'top_n_by'] as const),
])
const OF_TRUTH: ReadonlySet<AggregateName> = new Set(['count_if', 'bool_and', 'bool_or'])
const OF_NUMBERS: ReadonlySet<AggregateName> = new Set([
  ...(['sum', 'avg', 'var_pop', 'var_samp', 'stddev_pop', 'stddev_samp'] as const),
])

/** Of lengths of time, too. */
const OF_SPANS: Readonly<Partial<Record<AggregateName, readonly string[]>>> = {
  sum: ['interval', 'months'],
  avg: ['interval'],
}
/** Their argument needs no order. */
const OF_ALL: ReadonlySet<AggregateName> = new Set([
  ...(['count', 'first', 'last', 'collect', 'top_n_by'] as const),
])

/** Those for which it matters that equal arguments count once. */
const UNLIKE: ReadonlySet<AggregateName> = new Set([
  ...(['count', 'sum', 'avg', 'min', 'max', 'var_pop', 'var_samp', 'stddev_samp'] as const),
])

const BOUND_MAX = 4
const STEP_MS = 250

export interface AggregateLimits {
  /** No late records, nothing by processing time: what SQL over a table can say. */
  readonly finite: boolean
}

export class AggregateDraft {
  readonly #prng: Prng
  readonly #stream: Stream
  readonly #limits: AggregateLimits
  readonly #fresh: (prefix: string) => string

  constructor(
    prng: Prng,
    stream: Stream,
    fresh: (prefix: string) => string,
    limits: AggregateLimits,
  ) {
    this.#prng = prng
    this.#stream = stream
    this.#fresh = fresh
    this.#limits = limits
  }

  spec(key: readonly Named[]): AggregateSpec {
    const prng = this.#prng
    const window = this.#window()
    const aggregates = Array.from({ length: prng.below(4) + 1 }, () => this.#call(window))
    const late = prng.chance(0.5) && takesTime(window) ? { lateSide: 'late' } : {}
    const mode = this.#mode(window)
    // How often an early result fails is up to the clock.
    const overflows = aggregates.some(call => this.#mayOverflow(call))
    return {
      ...{ kind: 'aggregate', key, window, aggregates, latenessMs: this.#lateness(window), mode },
      ...{ ...late, ...(mode === 'final' && !overflows ? this.#early(window) : {}) },
    }
  }

  #window(): WindowSpec {
    const prng = this.#prng
    const kind = prng.pick(this.#stream.ordered ? WINDOWS : UNORDERED_WINDOWS)
    const time: WindowTime =
      this.#limits.finite || !this.#stream.ordered || prng.chance(0.6) ? 'event' : 'processing'
    const step = STEP_MS * prng.between(1, 4)
    // Now and then so many slices that they are added up by blocks.
    const count = prng.between(1, prng.chance(0.15) ? 24 : 5)
    // Longer than the window itself: some records are in none.
    const everyMs = this.#prng.chance(0.1) ? 3 * step * count : step
    const offsetMs = prng.pick([0, 0, 100, -70, step * count - 30])
    const aligned = { sizeMs: step * count, offsetMs, time }
    // Windows that begin within the slice in which others end.
    const odd = prng.chance(0.4) ? prng.between(1, step - 1) : 0
    switch (kind) {
      case 'tumbling':
        return { kind, ...aligned }
      case 'hopping':
        return { kind, ...aligned, sizeMs: step * count + odd, everyMs }
      case 'cumulate':
        return { kind, ...aligned, stepMs: step }
      case 'session':
        return { kind, gapMs: this.#gap(), time }
      case 'sliding':
        return { kind, sizeMs: prng.between(1, 2000) }
      case 'sliding-rows':
      case 'count':
        return { kind, rows: prng.between(1, 6) }
      case 'global':
        return { kind }
    }
  }

  /** Often one that lies between two times of the input, to the millisecond. */
  #gap(): number {
    const prng = this.#prng
    return prng.chance(0.3) ? STEP_MS * prng.between(1, 3) : prng.between(1, 800)
  }

  #lateness(window: WindowSpec): number {
    const some = this.#prng.chance(0.4) && !this.#limits.finite
    return some && hasLateness(window) ? this.#prng.between(1, 1500) : 0
  }

  #mode(window: WindowSpec): 'final' | 'updating' {
    const can = hasBounds(window) || window.kind === 'global'
    return can && !this.#limits.finite && this.#prng.chance(0.3) ? 'updating' : 'final'
  }

  #early(window: WindowSpec): { readonly earlyMs?: number } {
    const can = hasBounds(window) || window.kind === 'global'
    const some = can && !this.#limits.finite && this.#prng.chance(0.3)
    return some ? { earlyMs: this.#prng.between(50, 1000) } : {}
  }

  #call(window: WindowSpec): AggregateCall {
    const prng = this.#prng
    const { ordered } = this.#stream
    const columns = firm(this.#stream.columns)
    const calls = ordered ? CALLS : CALLS.filter(fn => !OF_ORDER.has(fn))
    const isFit = (one: AggregateName) => !OF_NUMBERS.has(one) || this.#summands(one).length > 0
    const fn = prng.pick(calls.filter(isFit))
    const args = this.#args(fn)
    const condition = this.#condition(columns)
    const distinct = hasDistinct(window) && args.length > 0 && UNLIKE.has(fn) && prng.chance(0.3)
    return {
      ...{ name: this.#fresh('a'), fn, args, distinct },
      ...(prng.chance(0.2) ? { filter: condition } : {}),
    }
  }

  #condition(columns: readonly DrawnColumn[]): Expr {
    const drafter = new Drafter(this.#prng, columns)
    const fails = !this.#limits.finite && this.#prng.chance(0.2)
    return fails ? drafter.failingCondition() : drafter.condition(1)
  }

  #mayOverflow({ fn, args }: AggregateCall): boolean {
    const [arg] = args
    return fn === 'sum' && arg !== undefined && temperOf(arg, this.#stream.columns) === 'wild'
  }

  #summands(fn: AggregateName): readonly DrawnColumn[] {
    return firm(this.#stream.columns).filter(one => {
      return isSummable(one) && (isNumber(one.type) || OF_SPANS[fn]?.includes(one.type.kind))
    })
  }

  #args(fn: AggregateName): readonly Expr[] {
    const prng = this.#prng
    const columns = firm(this.#stream.columns)
    if (fn === 'count' && prng.chance(0.5)) return []
    const wild = this.#limits.finite ? [] : columns.filter(isWild)
    if (fn === 'sum' && wild.length > 0 && prng.chance(0.3)) return [column(prng.pick(wild).name)]
    if (OF_NUMBERS.has(fn)) return [column(prng.pick(this.#summands(fn)).name)]
    if (OF_TRUTH.has(fn)) return [new Drafter(prng, columns).condition(1)]
    const fit = columns.filter(({ type }) => isOrdered(type))
    const drafter = new Drafter(prng, fit)
    const held = OF_ALL.has(fn) ? columns.filter(({ type }) => type.kind !== 'array') : fit
    const arg = held.length > 0 ? column(prng.pick(held).name) : drafter.expression(INTEGER, 1)
    const bound = literal(INTEGER, BigInt(prng.between(1, BOUND_MAX)))
    const by = fit.length > 0 ? column(prng.pick(fit).name) : drafter.expression(INTEGER, 1)
    if (fn === 'top_n_by') return [arg, by, bound, ...this.#direction()]
    if (fn === 'top_n') return [arg, bound, ...this.#direction()]
    return fn === 'collect' ? [arg, bound] : [arg]
  }

  #direction(): readonly Expr[] {
    if (this.#limits.finite || this.#prng.chance(0.5)) return []
    return [literal(TEXT, this.#prng.pick(['asc', 'asc', 'desc']))]
  }
}

/** Its sum may have no place in its type. */
const isWild = ({ type, temper }: DrawnColumn): boolean =>
  type.kind === 'bigint' && temper === 'wild'

/** It may be too late for it. */
function takesTime({ kind }: WindowSpec): boolean {
  return kind !== 'count' && kind !== 'global'
}

function hasBounds({ kind }: WindowSpec): boolean {
  return takesTime({ kind } as WindowSpec) && kind !== 'sliding' && kind !== 'sliding-rows'
}

/** By processing time, and without an end, nothing is late: then it means nothing. */
function hasLateness(window: WindowSpec): boolean {
  return hasBounds(window) || window.kind === 'global'
}

/** Values that leave a window would have to be counted. */
function hasDistinct({ kind }: WindowSpec): boolean {
  return kind !== 'sliding' && kind !== 'sliding-rows'
}

/** What comes of it. */
export function resultStream(id: string, spec: AggregateSpec, input: Stream): Stream {
  const { window } = spec
  const own = spec.aggregates.map(call => ({
    ...{ name: call.name, type: foldType(call, input.columns), temper: foldTemper(call, input) },
  }))
  const keys = spec.key.map(({ name }) => name)
  const slides = window.kind === 'sliding' || window.kind === 'sliding-rows'
  const updates = spec.mode === 'updating' || spec.latenessMs > 0 || spec.earlyMs !== undefined
  const bounds = hasBounds(window) ? ['window_start', 'window_end'] : []
  const ofOtherClock = 'time' in window && window.time === 'processing'
  return {
    edge: { from: id },
    columns: slides ? [...input.columns, ...own] : [...keyColumns(spec, input, bounds), ...own],
    ordered: false,
    settled: updates || ofOtherClock,
    replaces: updates ? id : undefined,
    early: spec.earlyMs !== undefined,
    key: updates ? [...keys, ...bounds] : [],
  }
}

function keyColumns(
  { key }: AggregateSpec,
  { columns }: Stream,
  bounds: readonly string[],
): readonly DrawnColumn[] {
  const keys = key.map(
    ({ name, expression }): DrawnColumn => ({
      ...{ name, type: typeOf(expression, columns), temper: temperOf(expression, columns) },
    }),
  )
  const times = bounds.map((name): DrawnColumn => ({ name, type: TIMESTAMPTZ, temper: 'calm' }))
  return [...keys, ...times]
}

function foldTemper({ fn, args }: AggregateCall, { columns }: Stream): Temper {
  const [arg] = args
  if (fn === 'count' || arg === undefined) return 'calm'
  const isRounded = fn === 'avg' && typeOf(arg, columns).kind === 'interval'
  if (OF_NUMBERS.has(fn) && fn !== 'sum' && !isRounded) return 'rough'
  const temper = temperOf(arg, columns)
  return temper === 'calm' && OF_NUMBERS.has(fn) ? 'grown' : temper
}
