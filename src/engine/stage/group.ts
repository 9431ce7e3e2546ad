/**
 * A stage at work in one group, as a step function: inputs in; out come the delta and the numbered
 * outputs of each sink. It speculates: what it computed is on top of the applied store until the
 * batch is committed, and is thrown away with `discard` when it is not.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { invariant, WeirError } from '../../base/errors.ts'
import { concat } from '../columns/concat.ts'
import type { Compiler } from '../columns/expression.ts'
import type { Records } from '../columns/records.ts'
import { CACHE_BOUNDS, type CacheBounds } from '../operators/context.ts'
import type { ErrorPolicy } from '../plan/plan.ts'
import type { Schemas } from '../plan/schemas.ts'
import type { Exchange, Site } from '../plan/sites.ts'
import { type Applied, Overlay } from '../state/overlay.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import { Budget, type DeadRow } from './collector.ts'
import { DEAD_LETTERS, deadLetters } from './dead-letters.ts'
import type { Limits } from './limits.ts'
import { Outbound } from './outbound.ts'
import { OUTPUT_TABLE, Tables } from './tables.ts'
import type { Tap } from './tap.ts'
import { Topology } from './topology.ts'

/** Rows that time may put out in one batch; what is left is for the next. */
const ROWS_DUE_MAX = 16_384

export type StageInput =
  | {
      readonly operator: string
      /** Which of the operator's inputs. */
      readonly input: number
      readonly records: Records
    }
  /** Records that pass: outputs of the sink as they are. */
  | { readonly sink: string; readonly records: Records }

export interface StageWork {
  readonly now: number
  /** Of the group, behind these inputs. */
  readonly watermark: number
  readonly inputs: readonly StageInput[]
  /** Rows of others that go into the same delta: cursors. */
  readonly rows?: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]
}

/** Outputs number `first` and on, for a sink or, behind a `>`, an operator of the next stage. */
export interface StageOutput {
  readonly to: string
  readonly first: number
  readonly records: Records
}

export interface StageResult {
  readonly delta: Uint8Array
  /** By name, ascending. */
  readonly outputs: readonly StageOutput[]
}

export interface StageOptions {
  readonly site: Site
  readonly schemas: Schemas
  readonly compiler: Compiler
  readonly errors: ErrorPolicy
  readonly store: Applied
  readonly slots?: State['slots']
  readonly bounds?: CacheBounds
  readonly rowsDueMax?: number
  readonly limits?: Limits
  /** Sees what each operator does; missing: nobody looks. */
  readonly tap?: Tap | undefined
}

/** How the records of an exchange are named among the outputs. */
export function exchangeName({ to, edge }: Exchange): string {
  return edge.side === undefined ? `>${to}<${edge.from}` : `>${to}<${edge.from}.${edge.side}`
}

/** Of an output's name: no sink's has such a sign. */
export function isExchange(name: string): boolean {
  return name.startsWith('>')
}

export class StageGroup {
  readonly #overlay: Overlay
  readonly #tables: Tables
  readonly #outbound = new Map<Exchange, Outbound>()
  readonly #topology: Topology
  readonly #errors: ErrorPolicy
  readonly #rowsDueMax: number
  readonly #writer = new RowKeyWriter()
  readonly #out = new ByteWriter()
  readonly #slot: number
  #drained = new Map<string, Records[]>()
  #dead: DeadRow[] = []
  #skipped = 0
  /** The group's, behind the last batch. */
  #watermark = -Infinity
  #now = -Infinity

  constructor(options: StageOptions) {
    const { site, schemas, compiler, errors, store, slots, bounds = CACHE_BOUNDS } = options
    const { rowsDueMax = ROWS_DUE_MAX, tap, limits } = options
    this.#overlay = new Overlay(store, slots)
    this.#slot = this.#overlay.slots.from
    this.#errors = errors
    this.#rowsDueMax = rowsDueMax
    this.#tables = new Tables(this.#overlay)
    const table = (operator: string, name: string) => this.#tables.of(operator, name)
    const context = {
      site,
      schemas,
      compiler,
      bounds,
      state: this.#overlay,
      table,
      tap,
      budget: new Budget(limits),
    }
    for (const exchange of site.exchanges) {
      this.#outbound.set(exchange, new Outbound(exchange, schemas, compiler))
    }
    this.#topology = new Topology(context, {
      sink: ({ id }, records) => this.#drain(id, records),
      exchange: (exchange, records) => this.#leave(exchange, records),
      dead: row => this.#onDead(row),
    })
  }

  /** Batches that were stepped through and are not applied. */
  get depth(): number {
    return this.#overlay.depth
  }

  get wakeAt(): number {
    return this.#topology.wakeAt
  }

  /** Records that were too late and went nowhere, since this object was made. */
  get lateCount(): number {
    return this.#topology.lateCount
  }

  /** Records that the policy `skip` dropped, since this object was made. */
  get skippedCount(): number {
    return this.#skipped
  }

  /** Time made more due than went into the last batch: the next one takes no inputs. */
  owes(watermark: number, now: number): boolean {
    return this.#topology.owes(watermark, now)
  }

  step({ now, watermark, inputs, rows = [] }: StageWork): StageResult {
    invariant(inputs.length === 0 || !this.owes(this.#watermark, this.#now), 'debts-come-first')
    this.#watermark = Math.max(this.#watermark, watermark)
    this.#now = now
    this.#topology.begin(now, this.#rowsDueMax)
    for (const one of joined(inputs)) this.#takeInput(one)
    this.#topology.finish(watermark)
    this.#tables.save()
    if (this.#dead.length > 0) this.#drain(DEAD_LETTERS, deadLetters(this.#dead))
    this.#dead = []
    const outputs = this.#numbered()
    for (const { key, value } of rows) this.#overlay.put(key, value)
    return { delta: this.#overlay.finish(), outputs }
  }

  #takeInput(one: StageInput): void {
    if ('operator' in one) this.#topology.take(one.operator, one.input, one.records)
    else if (one.records.size > 0) this.#drain(one.sink, { ...one.records, origin: undefined })
  }

  /** The oldest batch is in the applied store now. */
  onApplied(): void {
    this.#overlay.onApplied()
  }

  /** Nothing that was speculated came to be. */
  discard(): void {
    this.#overlay.discard()
    this.#tables.load()
    this.#topology.load()
    this.#watermark = -Infinity
    this.#now = -Infinity
    this.#drained = new Map()
    this.#dead = []
  }

  #onDead(row: DeadRow): void {
    if (this.#errors === 'fail') {
      const { operator, code, reason } = row
      throw new WeirError(code, `${operator}: ${reason}; the job is told to stop at such records`)
    }
    if (this.#errors === 'skip') this.#skipped++
    else this.#dead.push(row)
  }

  #leave(exchange: Exchange, records: Records): void {
    const outbound = this.#outbound.get(exchange)
    const some = outbound?.sound(records, row => this.#onDead(row)) ?? records
    if (some.size > 0) this.#drain(exchangeName(exchange), some)
  }

  #drain(to: string, records: Records): void {
    const drained = this.#drained.get(to) ?? []
    drained.push(records)
    this.#drained.set(to, drained)
  }

  #numbered(): readonly StageOutput[] {
    const outputs = [...this.#drained].sort(([a], [b]) => (a < b ? -1 : 1))
    this.#drained = new Map()
    return outputs.map(([to, [first, ...others]]) => {
      const parts = [first as Records, ...others]
      const records = concat((first as Records).schema, parts)
      return { to, first: this.#take(to, records.size), records }
    })
  }

  /** The number of the first of so many outputs. */
  #take(to: string, count: number): number {
    const name = this.#out.text(to).finish()
    const key = this.#writer.begin(OUTPUT_TABLE, this.#slot).raw(name).finish()
    const value = this.#overlay.get(key)
    const before = value === undefined ? 0 : new ByteReader(value).varint()
    this.#overlay.put(key, this.#out.varint(before + count).finish())
    return before + 1
  }
}

/**
 * Pieces of one channel, one behind the other, are one input: a replay has them in other pieces,
 * and where the branches of a plan meet again, and among dead letters, the pieces would show.
 */
function joined(inputs: readonly StageInput[]): readonly StageInput[] {
  const groups: StageInput[][] = []
  for (const one of inputs) {
    const last = groups.at(-1)
    if (last?.[0] !== undefined && isContinued(last[0], one)) last.push(one)
    else groups.push([one])
  }
  return groups.map(pieces => {
    const [first] = pieces as [StageInput]
    const parts = pieces.map(({ records }) => records)
    return { ...first, records: concat(first.records.schema, parts) }
  })
}

function isContinued(one: StageInput, next: StageInput): boolean {
  const channel = one.records.origin?.channel
  const isSame = channel !== undefined && channel === next.records.origin?.channel
  if ('sink' in one || 'sink' in next) return false
  return isSame && one.operator === next.operator && one.input === next.input
}
