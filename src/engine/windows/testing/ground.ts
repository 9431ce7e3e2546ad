/**
 * Test support: what parts of windows stand on, without an operator around them: a real state,
 * keys, and cells in which values are counted, summed up and told apart.
 */

import { FailedRows } from '../../columns/failed-rows.ts'
import { recordsOf } from '../../columns/records.ts'
import { type Scalar, scalarAt } from '../../columns/vector.ts'
import type { OperatorContext } from '../../operators/context.ts'
import { CACHE_BOUNDS } from '../../operators/context.ts'
import type { AggregateCall } from '../../plan/plan.ts'
import { TEXT } from '../../schema/type.ts'
import { keyOf } from '../../state/group-key.ts'
import { KeyTable } from '../../state/key-table.ts'
import { Overlay } from '../../state/overlay.ts'
import { MemoryStore } from '../../store/store.ts'
import { testCompiler } from '../../testing/compiler.ts'
import { type Aggregates, addAll, aggregatesOf } from '../calls.ts'
import { input, specOf } from './events.ts'

export const call = (fn: string, more: Partial<AggregateCall> = {}): AggregateCall => ({
  name: fn,
  fn,
  args: ['n'],
  distinct: false,
  ...more,
})

/** Each of their results says something else about the values that a cell has. */
export const CALLS: readonly AggregateCall[] = [
  call('count', { args: [] }),
  call('sum'),
  call('first'),
]

export const DISTINCT = call('count', { name: 'different', distinct: true })

export class Ground {
  readonly store = new MemoryStore()
  readonly state = new Overlay(this.store)
  readonly keys = new KeyTable([TEXT])
  readonly aggregates: Aggregates
  readonly context: OperatorContext
  readonly #tables = new Map<string, number>()

  constructor(calls: readonly AggregateCall[] = CALLS) {
    this.context = {
      compiler: testCompiler,
      inputs: [input],
      state: this.state,
      table: name => this.#table(name),
      bounds: CACHE_BOUNDS,
    }
    const spec = specOf({ kind: 'global' }, { aggregates: calls })
    this.aggregates = aggregatesOf(spec, this.context)
  }

  get cells() {
    return this.aggregates.cells
  }

  get rows(): number {
    return this.store.size
  }

  idOf(user: string): number {
    return this.keys.idOf(keyOf([TEXT], [user]))
  }

  /** Adds records with these numbers to a cell; their times are their places. */
  add(cell: number, ...numbers: readonly number[]): void {
    const records = recordsOf(
      input,
      numbers.map((n, time) => ({ time, values: ['a', n] })),
    )
    const rows = Int32Array.from(numbers.keys())
    const failures = new FailedRows((_row, code, reason) => {
      throw new Error(`${code}: ${reason}`)
    })
    const inputs = this.aggregates.calls.map(({ args, filter }) => ({
      args: args.map(arg => arg.evaluate(records, rows, failures)),
      filter: filter && (filter.evaluate(records, rows, failures) as never),
    }))
    const cells = rows.map(() => cell)
    addAll(this.aggregates.calls, inputs, { rows, cells, times: records.times })
  }

  /** What the aggregates say of a cell. */
  resultOf(cell: number): readonly Scalar[] {
    const failures = new FailedRows((_row, code) => {
      throw new Error(code)
    })
    return this.cells.results(Int32Array.of(cell), failures).map(vector => scalarAt(vector, 0))
  }

  /** What was saved goes to the state, as at the end of a batch; its delta. */
  apply(): string {
    const delta = this.state.finish()
    this.store.apply(delta)
    this.state.onApplied()
    return Buffer.from(delta).toString('hex')
  }

  #table(name: string): number {
    const table = this.#tables.get(name) ?? this.#tables.size + 1
    this.#tables.set(name, table)
    return table
  }
}
