/**
 * What a source's reader does with decoded records before they reach a group: event time, the
 * operators that keep nothing, and the slot of each record that leaves. A pure function of the
 * records: nothing here needs a log of its own.
 */

import { within } from '../columns/allowance.ts'
import type { Compiler } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import { CACHE_BOUNDS } from '../operators/context.ts'
import { sound } from '../operators/sound.ts'
import type { SinkPlan, SourcePlan } from '../plan/plan.ts'
import { NO_STATE, type Schemas } from '../plan/schemas.ts'
import type { Exchange, Site } from '../plan/sites.ts'
import { Budget, type DeadRow } from './collector.ts'
import { FRONT_LIMITS, type Limits } from './limits.ts'
import { Slotting } from './slotting.ts'
import { TimeColumn } from './source-time.ts'
import { Topology } from './topology.ts'

export interface Leaving {
  readonly exchange: Exchange
  readonly records: Records
  /** Of each record; missing: nobody wants to know, there is one group. */
  readonly slots: Int32Array | undefined
}

export interface FrontResult {
  readonly leaving: readonly Leaving[]
  /** Of a job, or a part of it, that keeps no state. */
  readonly sinks: readonly { readonly sink: SinkPlan; readonly records: Records }[]
  readonly dead: readonly DeadRow[]
  /** Event times of all records that have one. */
  readonly times: Float64Array
  /** Records that were taken: what comes of the others does not find room with them. */
  readonly taken: number
}

export interface FrontOptions {
  readonly site: Site
  readonly source: SourcePlan
  readonly schemas: Schemas
  readonly compiler: Compiler
  /** Stages have one group each: slots decide nothing. */
  readonly isAlone?: boolean
  readonly limits?: Limits
}

export class Front {
  readonly #id: string
  readonly #time: TimeColumn
  readonly #topology: Topology
  readonly #budget: Budget
  readonly #slottings = new Map<Exchange, Slotting>()
  #leaving: Leaving[] = []
  #sinks: { sink: SinkPlan; records: Records }[] = []
  #dead: DeadRow[] = []
  /** Records of which it is likely that they find room together. */
  #sizeNext = Number.POSITIVE_INFINITY

  constructor(options: FrontOptions) {
    const { site, source, schemas, compiler, isAlone = false, limits = FRONT_LIMITS } = options
    const budget = new Budget(limits)
    this.#budget = budget
    this.#id = source.id
    this.#time = new TimeColumn(source.time, schemas.of({ from: source.id }))
    for (const exchange of isAlone ? [] : site.exchanges) {
      const schema = schemas.of(exchange.edge)
      this.#slottings.set(exchange, new Slotting(exchange.key, schema, compiler, budget))
    }
    const context = {
      site,
      schemas,
      compiler,
      state: NO_STATE,
      bounds: CACHE_BOUNDS,
      table: () => 0,
      budget,
    }
    this.#topology = new Topology(context, {
      sink: (sink, records) => this.#sinks.push({ sink, records }),
      exchange: (exchange, records) => this.#leave(exchange, records),
      dead: row => this.#dead.push(row),
    })
  }

  /** All of them, as often as it takes; each result is to be done with before the next. */
  *takeAll(records: Records): Generator<FrontResult> {
    let rest = records
    do {
      const result = this.take(rest)
      yield result
      rest = rowsFrom(rest, result.taken)
    } while (rest.size > 0)
  }

  /** The first of them, as many as there is room for what comes of them. */
  take(records: Records): FrontResult {
    const wanted = Math.min(records.size, this.#sizeNext)
    let size = wanted
    for (;;) {
      this.#budget.isStrict = size > 1
      const some = rowsFrom(records, 0, size)
      const result = within(Number.POSITIVE_INFINITY, () => this.#taken(some))
      this.#leaving = []
      this.#sinks = []
      this.#dead = []
      if (result !== undefined) {
        this.#sizeNext = this.#next(size, wanted, records.size)
        return result
      }
      size = Math.floor(size / 2)
    }
  }

  /** Grows again, but not at once. */
  #next(taken: number, wanted: number, size: number): number {
    if (taken === size) return Number.POSITIVE_INFINITY
    return taken < wanted ? taken : 2 * taken
  }

  #taken(records: Records): FrontResult {
    const failures = this.#failuresOf(this.#id, records)
    const timed = this.#time.timed(records, failures)
    const rows = sound(allRows(timed.size), failures)
    const whole = rows.length === timed.size ? timed : gatherRecords(timed, rows)
    this.#topology.begin(0, 0)
    if (whole.size > 0) this.#topology.takeSource(whole)
    return {
      leaving: this.#leaving,
      sinks: this.#sinks,
      dead: this.#dead,
      times: whole.times,
      taken: records.size,
    }
  }

  #leave(exchange: Exchange, records: Records): void {
    const slotting = this.#slottings.get(exchange)
    if (slotting === undefined) {
      this.#leaving.push({ exchange, records, slots: undefined })
      return
    }
    const slotted = slotting.slotted(records, this.#failuresOf(exchange.to, records))
    if (slotted.records.size > 0) this.#leaving.push({ exchange, ...slotted })
  }

  #failuresOf(operator: string, records: Records): FailedRows {
    return new FailedRows((row, code, reason) => {
      this.#dead.push({ operator, records, row, code, reason })
    })
  }
}

function rowsFrom(records: Records, from: number, to = records.size): Records {
  if (from === 0 && to === records.size) return records
  return gatherRecords(records, allRows(to).subarray(from))
}
