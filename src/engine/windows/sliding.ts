/**
 * For each record the aggregate over those of its key up to it: within `sizeMs` before it by event
 * time, or the last `rows`. Results are said when the watermark has passed the record's time, so
 * they do not depend on the order of arrival; records of one time stand in one window by time, and
 * follow each other, in order of arrival, by rows.
 *
 * Two kinds of timers: records wait for their results; records have left every window by time. By
 * rows none leaves but for a later one: the last `rows` of each key stay in the state for as long
 * as the key may come again, which no time says, and behind the end of the input, too, where nobody
 * asks for them: they go with the group, as the open windows of `count` and the keys of a dedup
 * without bounds do.
 */

import { WeirError } from '../../base/errors.ts'
import { RECORD_BYTES_MAX } from '../aggregates/bounds.ts'
import { ownScalarAt } from '../aggregates/values.ts'
import type { Failures } from '../columns/expression.ts'
import { INSERT, type Records, type Row, recordsOf } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import { rowWeight, weightOf } from '../columns/weight.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Moment, Operator, Output } from '../operators/operator.ts'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import { type Timer, Timers } from '../state/timers.ts'
import type { Aggregates } from './calls.ts'
import type { Cells } from './cells.ts'
import { Grouping, LONG_RECORD, TOO_LONG } from './grouping.ts'
import { sayResults } from './results.ts'
import { type Item, SlidingBook, type Track } from './sliding-book.ts'

type SlidingSpec = Extract<WindowSpec, { kind: 'sliding' | 'sliding-rows' }>

/** First byte of a timer's key. */
const WAITS = 0
const LEAVES = 1
const NO_DISTINCT =
  'there is no DISTINCT over a sliding window: make it hopping, or leave DISTINCT out'

/** A record and the cell of its result, which is given back once it is said. */
interface Due {
  readonly item: Item
  readonly values: readonly Scalar[]
  readonly cell: number
}

export class SlidingWindows implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema>
  readonly #input: Schema
  readonly #window: SlidingSpec
  readonly #grouping: Grouping
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #book: SlidingBook
  readonly #timers: Timers
  readonly #timerKey = new RowKeyWriter()
  readonly #bytesMax: number

  constructor(spec: AggregateSpec, aggregates: Aggregates, context: OperatorContext) {
    const { calls, cells } = aggregates
    if (cells.needsPlaces) throw new WeirError('distinct-refused', NO_DISTINCT)
    const { inputs, state } = context
    const [input] = inputs as [Schema]
    this.#input = input
    this.#bytesMax = context.bounds.bytes
    this.#window = spec.window as SlidingSpec
    this.#grouping = new Grouping(spec, aggregates, context)
    this.#keys = this.#grouping.keys
    this.#cells = cells
    const own = { keys: this.#keys, cells: this.#cells, schema: input }
    this.#book = new SlidingBook(state, context.table('records'), own)
    this.#timers = new Timers(state, context.table('timers'))
    const results = calls.map(({ name, accumulators }) => ({ name, type: accumulators.type }))
    this.schema = new Schema([...input.columns, ...results])
    this.sides = this.#grouping.sides
  }

  take(_input: number, records: Records, out: Output, { watermark }: Moment): void {
    const failures = out.failures(records)
    refuseLarge(records, failures)
    const grouped = this.#grouping.of(records, failures)
    const inTime = grouped.rows.filter(row => (records.times[row] as number) >= watermark)
    const cells = Int32Array.from(inTime, row => {
      return this.#keep(records, row, grouped.ids[row] as number).cell
    })
    this.#grouping.add(grouped, { rows: inTime, cells, times: records.times })
    const late = grouped.rows.filter(row => (records.times[row] as number) < watermark)
    this.#grouping.tellLate(records, late, out)
  }

  advance(out: Output, { watermark, ended }: Moment): boolean {
    // Records at the watermark itself may still come.
    const bound = ended ? Number.POSITIVE_INFINITY : watermark - 1
    const due: Due[] = []
    let isDone = true
    // Rows that leave the state; a timer is one of them, should nothing else come of it.
    let left = 0
    for (let timer = this.#timers.first(bound); timer; timer = this.#timers.first(bound)) {
      isDone = due.length + left < out.room
      if (!isDone) break
      this.#timers.take()
      const track = this.#book.of(this.#keys.idOf(timer.key.subarray(1)))
      if (timer.key[0] === LEAVES) left += Math.max(1, this.#leave(track, timer.time))
      else this.#sayAt(timer, track, due)
    }
    out.spend(left)
    if (due.length > 0) this.#say(out, due)
    for (const { cell } of due) this.#cells.giveBack(cell)
    return isDone
  }

  save(): void {
    this.#book.save()
    this.#timers.save()
    if (this.#grouping.isFull || this.#book.heldBytes > this.#bytesMax) this.forget()
  }

  forget(): void {
    this.#book.forget()
    this.#timers.forget()
    this.#grouping.forget()
  }

  #keep(records: Records, row: number, id: number): Item {
    const time = records.times[row] as number
    const values = records.vectors.map(vector => ownScalarAt(vector, row))
    this.#remind(WAITS, id, time)
    return this.#book.add(id, time, values)
  }

  #remind(kind: number, id: number, time: number): void {
    const key = this.#timerKey.tag(kind).raw(this.#keys.keyOf(id)).finish()
    this.#timers.set({ time, slot: this.#keys.slotOf(id), key })
  }

  /** All records of the key that have this time. */
  #sayAt({ time }: Timer, track: Track, due: Due[]): void {
    if (this.#window.kind === 'sliding-rows') this.#sayByRows(track, time, due)
    else this.#sayByTime(track, time, due, this.#window.sizeMs)
  }

  #sayByRows(track: Track, time: number, due: Due[]): void {
    const { rows } = this.#window as Extract<SlidingSpec, { kind: 'sliding-rows' }>
    while (track.waiting.at(0)?.time === time) {
      const item = this.#book.enter(track) as Item
      if (track.said.size > rows) this.#book.leave(track)
      due.push(dueOf(item, track.queue.aggregate()))
    }
  }

  #sayByTime(track: Track, time: number, due: Due[], sizeMs: number): void {
    const entered: Item[] = []
    while (track.waiting.at(0)?.time === time) entered.push(this.#book.enter(track) as Item)
    while ((track.said.at(0)?.time ?? time) <= time - sizeMs) this.#book.leave(track)
    for (const item of entered) due.push(dueOf(item, track.queue.aggregate()))
    if (entered[0] !== undefined) this.#remind(LEAVES, entered[0].id, time + sizeMs)
  }

  /** How many. */
  #leave(track: Track, time: number): number {
    const { sizeMs } = this.#window as Extract<SlidingSpec, { kind: 'sliding' }>
    let count = 0
    while ((track.said.at(0)?.time ?? time) <= time - sizeMs) {
      this.#book.leave(track)
      count++
    }
    return count
  }

  #say(out: Output, due: readonly Due[]): void {
    const rows = due.map(({ item, values }): Row => ({ time: item.time, values }))
    const { size, vectors, times } = recordsOf(this.#input, rows)
    const cells = Int32Array.from(due, ({ cell }) => cell)
    sayResults(out, {
      schema: this.schema,
      size,
      times,
      kind: INSERT,
      vectors: failures => [...vectors, ...this.#cells.results(cells, failures)],
    })
  }
}

/** Each waits in a row of its own, with its accumulators. */
function refuseLarge(records: Records, failures: Failures): void {
  if (weightOf(records) <= RECORD_BYTES_MAX) return
  for (let row = 0; row < records.size; row++) {
    if (rowWeight(records, row) > RECORD_BYTES_MAX) failures.add(row, TOO_LONG, LONG_RECORD)
  }
}

function dueOf(item: Item, cell: number): Due {
  const values = item.values ?? []
  item.values = undefined
  return { item, values, cell }
}
