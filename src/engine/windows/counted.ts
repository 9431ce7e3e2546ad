/**
 * Aggregates over every so many records of a key, in the order in which they arrive. A result is
 * said with the record that fills its window, and has the time of that record; what is not filled
 * when the input ends is not said. In the state a row each key: table, slot, key.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { INSERT, type Records } from '../columns/records.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Operator, Output } from '../operators/operator.ts'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import type { Aggregates } from './calls.ts'
import type { Cells } from './cells.ts'
import { Grouping } from './grouping.ts'
import { resultSchema, sayResults } from './results.ts'

/** The window of a key that is being filled. */
interface Open {
  cell: number
  count: number
}

/** One that a row of this input filled. */
interface Full {
  readonly id: number
  readonly cell: number
  readonly row: number
}

export class CountWindows implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema>
  readonly #rows: number
  readonly #grouping: Grouping
  readonly #state: State
  readonly #table: number
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #writer = new RowKeyWriter()
  readonly #out = new ByteWriter()
  /** By key's id; missing: not read yet. */
  #open: (Open | undefined)[] = []
  readonly #changed = new Set<number>()

  constructor(spec: AggregateSpec, aggregates: Aggregates, context: OperatorContext) {
    this.#rows = (spec.window as Extract<WindowSpec, { kind: 'count' }>).rows
    this.#grouping = new Grouping(spec, aggregates, context)
    this.#state = context.state
    this.#table = context.table('open')
    this.#keys = this.#grouping.keys
    this.#cells = aggregates.cells
    this.schema = resultSchema(this.#grouping.keyColumns, [], aggregates.calls)
    this.sides = this.#grouping.sides
  }

  take(_input: number, records: Records, out: Output): void {
    const grouped = this.#grouping.of(records, out.failures(records))
    const full: Full[] = []
    const cells = Int32Array.from(grouped.rows, row => {
      const id = grouped.ids[row] as number
      const open = this.#openOf(id)
      const { cell } = open
      this.#changed.add(id)
      open.count++
      if (open.count === this.#rows) {
        full.push({ id, cell, row })
        open.cell = this.#take(id, true)
        open.count = 0
      }
      return cell
    })
    this.#grouping.add(grouped, { rows: grouped.rows, cells, times: records.times })
    if (full.length > 0) this.#say(out, full, records.times)
    for (const { cell } of full) this.#cells.giveBack(cell)
  }

  save(): void {
    for (const id of this.#changed) {
      const { cell, count } = this.#openOf(id)
      const key = this.#rowKey(id)
      if (count === 0) {
        this.#state.remove(key)
        continue
      }
      this.#cells.write(this.#out.varint(count), cell)
      this.#state.put(key, this.#out.finish())
    }
    this.#changed.clear()
    this.#cells.save()
    if (this.#grouping.isFull) this.forget()
  }

  forget(): void {
    this.#open = []
    this.#changed.clear()
    this.#grouping.forget()
  }

  #openOf(id: number): Open {
    const known = this.#open[id]
    if (known !== undefined) return known
    const value = this.#state.get(this.#rowKey(id))
    const open = { cell: this.#take(id, value === undefined), count: 0 }
    if (value !== undefined) {
      const reader = new ByteReader(value)
      open.count = reader.varint()
      this.#cells.read(reader, open.cell)
    }
    this.#open[id] = open
    return open
  }

  #rowKey(id: number): Uint8Array {
    const writer = this.#writer.begin(this.#table, this.#keys.slotOf(id))
    return writer.raw(this.#keys.keyOf(id)).finish()
  }

  #take(id: number, isNew: boolean): number {
    if (!this.#cells.needsPlaces) return this.#cells.take()
    const key = this.#keys.keyOf(id).slice()
    return this.#cells.take({ slot: this.#keys.slotOf(id), key, isNew })
  }

  #say(out: Output, full: readonly Full[], times: Float64Array): void {
    const ids = full.map(({ id }) => id)
    const cells = Int32Array.from(full, ({ cell }) => cell)
    sayResults(out, {
      schema: this.schema,
      size: full.length,
      times: Float64Array.from(full, ({ row }) => times[row] as number),
      kind: INSERT,
      vectors: failures => [
        ...this.#grouping.vectorsOf(ids),
        ...this.#cells.results(cells, failures),
      ],
    })
  }
}
