/**
 * The operators of one site, connected: records go in, through, and out to sinks and exchanges. It
 * knows the order inside a batch (operators/operator.ts); where records come from, how they are
 * numbered and what becomes of the delta is its owner's.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import type { Compiler } from '../columns/expression.ts'
import type { Records } from '../columns/records.ts'
import { unzigzag, zigzag } from '../columns/scalar-codec.ts'
import type { CacheBounds } from '../operators/context.ts'
import { makeOperator } from '../operators/make.ts'
import type { Moment, Operator } from '../operators/operator.ts'
import { maybeRemembered } from '../operators/remembered.ts'
import { told } from '../operators/replaced.ts'
import type { Edge, OperatorPlan, SinkPlan } from '../plan/plan.ts'
import type { Schemas } from '../plan/schemas.ts'
import type { Exchange, Site } from '../plan/sites.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import { boundedCompiler } from './bounded.ts'
import { Budget, Collector, type DeadRow, type Reader } from './collector.ts'
import type { Tap } from './tap.ts'

export interface TopologyContext {
  readonly site: Site
  readonly schemas: Schemas
  readonly compiler: Compiler
  readonly state: State
  readonly bounds: CacheBounds
  /** The number of a table, by the operator's id and the table's name in it. */
  table(operator: string, name: string): number
  /** Missing: that of a stage. */
  readonly budget?: Budget
  /** Who makes the operators; missing: the table of all kinds. */
  readonly make?: typeof makeOperator
  /** Sees what each operator does; missing: nobody looks. */
  readonly tap?: Tap | undefined
}

/** Who takes what comes out. */
export interface Drains {
  sink(sink: SinkPlan, records: Records): void
  exchange(exchange: Exchange, records: Records): void
  dead(row: DeadRow): void
}

interface Node {
  readonly id: string
  readonly operator: Operator
  readonly out: Collector
  /** Nodes of this site that it reads; none: it is fed from outside. */
  readonly reads: readonly Node[]
  /** The watermark up to which it has advanced. */
  progress: number
  saved: number
  /** Where it keeps that; missing: time makes nothing due here. */
  readonly row: Uint8Array | undefined
}

const ENDED = 1
const AT = 0

export class Topology {
  readonly #context: TopologyContext
  readonly #drains: Drains
  readonly #nodes: Node[] = []
  readonly #byId = new Map<string, Node>()
  readonly #budget: Budget
  readonly #compiler: Compiler
  /** What the site's source feeds. */
  readonly #sourceReaders: Reader[] = []
  readonly #out = new ByteWriter()
  #now = 0

  constructor(context: TopologyContext, drains: Drains) {
    this.#context = context
    this.#budget = context.budget ?? new Budget()
    this.#compiler = boundedCompiler(context.compiler, this.#budget)
    this.#drains = drains
    for (const operator of context.site.operators) this.#add(operator)
    for (const sink of context.site.sinks) {
      this.#drain(sink.from, records => drains.sink(sink, told(records)))
    }
    for (const exchange of context.site.exchanges) {
      this.#drain(exchange.edge, records => drains.exchange(exchange, records))
    }
    this.load()
  }

  /** Something became due that did not fit into the last batch: no input until it is through. */
  owes(watermark: number, now: number): boolean {
    return this.#nodes.some(({ operator, progress }) => {
      if (operator.advance === undefined) return false
      return progress < watermark || (operator.wakeAt ?? Infinity) <= now
    })
  }

  /** The next `now` at which an operator wants to be called. */
  get wakeAt(): number {
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...this.#nodes.map(one => one.operator.wakeAt ?? Infinity),
    )
  }

  /** Records that were too late and went nowhere, of all time in this process. */
  get lateCount(): number {
    return this.#nodes.reduce((sum, { out }) => sum + out.lateCount, 0)
  }

  begin(now: number, room: number): void {
    this.#now = now
    this.#budget.begin(room)
    for (const { out } of this.#nodes) out.begin()
  }

  /** Of the site's source. */
  takeSource(records: Records): void {
    for (const read of this.#sourceReaders) read(records)
  }

  /** Of an exchange, for an operator of this site. */
  take(operator: string, input: number, records: Records): void {
    const node = this.#byId.get(operator)
    invariant(node !== undefined, 'records-are-for-an-operator-here', operator)
    if (records.size > 0) node.operator.take(input, records, node.out, this.#momentOf(node))
  }

  /** All input of the batch was taken. */
  finish(watermark: number): void {
    let isDone = true
    for (const node of this.#nodes) {
      const { operator, out, reads } = node
      operator.settle?.(out, this.#momentOf(node))
      if (!isDone) continue
      const target = Math.min(watermark, ...reads.map(({ progress }) => progress))
      const moment = { watermark: target, now: this.#now, ended: target === Infinity }
      isDone = operator.advance?.(out, moment) ?? true
      if (isDone) node.progress = target
    }
    for (const node of this.#nodes) {
      node.operator.save?.()
      this.#saveProgress(node)
    }
  }

  /** Whatever was not saved, or was saved and is not so any more, is forgotten. */
  load(): void {
    for (const node of this.#nodes) {
      node.operator.forget?.()
      node.progress = this.#progressOf(node)
      node.saved = node.progress
    }
  }

  #momentOf({ progress }: Node): Moment {
    return { watermark: progress, now: this.#now, ended: progress === Infinity }
  }

  #add(plan: OperatorPlan): void {
    const { id, inputs, spec } = plan
    const { schemas, state, bounds, table, make = makeOperator, tap } = this.#context
    const context = {
      compiler: this.#compiler,
      state: tap === undefined ? state : tap.state(id, state),
      bounds,
      inputs: inputs.map(edge => schemas.of(edge)),
      table: (name: string) => table(id, name),
    }
    const operators = this.#context.site.operators
    const operator = maybeRemembered(make(spec, context), plan, operators, context)
    const out = new Collector(id, this.#budget, row => {
      tap?.dead(row)
      this.#drains.dead(row)
    })
    if (tap !== undefined) {
      for (const side of [undefined, ...operator.sides.keys()]) {
        out.connect(side, records => tap.output(id, side, records))
      }
    }
    const isEntry = this.#context.site.entry === id
    const reads = isEntry ? [] : inputs.flatMap(({ from }) => this.#byId.get(from) ?? [])
    const row =
      operator.advance === undefined
        ? undefined
        : new RowKeyWriter().begin(table(id, 'progress'), state.slots.from).finish()
    const node: Node = { id, operator, out, reads, row, progress: -Infinity, saved: -Infinity }
    if (!isEntry) {
      inputs.forEach((edge, input) => {
        this.#connect(edge, records => operator.take(input, records, out, this.#momentOf(node)))
      })
    }
    this.#nodes.push(node)
    this.#byId.set(id, node)
  }

  /** An edge that begins in another site is not here. */
  #connect({ from, side }: Edge, reader: Reader): void {
    if (from === this.#context.site.source) this.#sourceReaders.push(reader)
    else this.#byId.get(from)?.out.connect(side, reader)
  }

  #drain({ from, side }: Edge, reader: Reader): void {
    if (from === this.#context.site.source) this.#sourceReaders.push(reader)
    else this.#byId.get(from)?.out.drain(side, reader)
  }

  #saveProgress(node: Node): void {
    const { progress, saved, row } = node
    if (progress === saved || row === undefined) return
    node.saved = progress
    const out =
      progress === Infinity ? this.#out.uint8(ENDED) : this.#out.uint8(AT).varint(zigzag(progress))
    this.#context.state.put(row, out.finish())
  }

  #progressOf({ row }: Node): number {
    const value = row === undefined ? undefined : this.#context.state.get(row)
    if (value === undefined) return -Infinity
    const reader = new ByteReader(value)
    return reader.uint8() === ENDED ? Infinity : unzigzag(reader.varint())
  }
}
