/**
 * Aggregates over windows of fixed length (tumbling, hopping, cumulate), by event or processing
 * time. Records are added to slices; a window's result is put together from its slices
 *
 * - when the window ends (`final`), and again whenever late records change it, up to `latenessMs`;
 * - at the end of each batch that changed it (`updating`).
 *
 * The work is that for slices which hold something, and for results: never that for all slices
 * which a window might have.
 *
 * Two kinds of timers a slot: a window ends; a slice is not needed any more.
 */

import { INSERT, type Records, UPDATE } from '../columns/records.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Moment, Operator, Output } from '../operators/operator.ts'
import type { AggregateSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { RowKeyWriter, wholeAt } from '../state/row-key.ts'
import { type Timer, Timers } from '../state/timers.ts'
import { Blocks } from './blocks.ts'
import type { Aggregates } from './calls.ts'
import type { Cells } from './cells.ts'
import { rowsBySlot, sizesBySlot, type Taken, takenOf } from './due.ts'
import { Early } from './early.ts'
import { Grouping } from './grouping.ts'
import { NONE } from './key-cells.ts'
import { Overlap } from './overlap.ts'
import { Panes, type Part, SlotSet } from './panes.ts'
import { constantTimes, resultSchema, sayResults, timeVector, WINDOW_COLUMNS } from './results.ts'
import { type SlicedSpec, type Slices, slicesOf } from './slices.ts'

/** First byte of a timer's key. Of timers at one time, windows end first. */
const WINDOW_ENDS = 0
const SLICE_GOES = 1
const NO_KEY = Uint8Array.of(WINDOW_ENDS)

/** A slice, and what becomes of records in it. In neither way: no window holds them. */
interface Place {
  readonly from: number
  readonly slice: number
  readonly isOpen: boolean
  readonly isLate: boolean
}

const NOWHERE: Place = { from: Infinity, slice: -Infinity, isOpen: false, isLate: false }

interface Result {
  readonly window: number
  /** In the order in which they are said. */
  readonly ids: readonly number[]
  readonly kind: number
  readonly now: number
}

export class SlicedWindows implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema>
  readonly #spec: AggregateSpec
  readonly #slices: Slices
  readonly #byEvent: boolean
  /** A global window has neither start nor end, and its results the time at which they are said. */
  readonly #hasBounds: boolean
  /** Slices go when the last of their windows ends: no timer of their own. */
  readonly #goesAtEnd: boolean
  readonly #grouping: Grouping
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #panes: Panes
  readonly #blocks: Blocks
  readonly #timers: Timers
  readonly #early: Early
  readonly #sliceKey = new RowKeyWriter()

  constructor(spec: AggregateSpec, aggregates: Aggregates, context: OperatorContext) {
    const { state } = context
    const window = spec.window as SlicedSpec
    this.#spec = spec
    this.#slices = slicesOf(window)
    this.#hasBounds = window.kind !== 'global'
    this.#byEvent = window.kind === 'global' || window.time === 'event'
    this.#goesAtEnd = spec.mode === 'final' && spec.latenessMs === 0
    this.#grouping = new Grouping(spec, aggregates, context)
    this.#keys = this.#grouping.keys
    this.#cells = aggregates.cells
    const own = { keys: this.#keys, cells: this.#cells }
    this.#panes = new Panes(state, context.table('panes'), own)
    this.#blocks = new Blocks(this.#panes, this.#cells, this.#slices)
    this.#timers = new Timers(state, context.table('timers'))
    this.#early = new Early(state, context.table('early'), spec.earlyMs)
    const ends = this.#hasBounds ? WINDOW_COLUMNS : []
    this.schema = resultSchema(this.#grouping.keyColumns, ends, aggregates.calls)
    this.sides = this.#grouping.sides
  }

  get wakeAt(): number {
    const own = this.#byEvent ? Number.POSITIVE_INFINITY : this.#timers.firstTime()
    return Math.min(own, this.#early.wakeAt)
  }

  take(_input: number, records: Records, out: Output, moment: Moment): void {
    const grouped = this.#grouping.of(records, out.failures(records))
    const times = this.#byEvent ? records.times : constantTimes(moment.now, records.size)
    const { ids } = grouped
    const passed = this.#timeOf(moment)
    const rows = new Int32Array(grouped.rows.length)
    const cells = new Int32Array(grouped.rows.length)
    const late: number[] = []
    const onFirst = (slice: number, slot: number) => this.#remind(slice, slot, passed)
    let count = 0
    let place = NOWHERE
    for (const row of grouped.rows) {
      const time = times[row] as number
      if (time < place.from || time >= place.slice) place = this.#placeAt(time, passed)
      if (place.isLate) late.push(row)
      if (!place.isOpen) continue
      const id = ids[row] as number
      const cell = this.#panes.change(place.slice, id, onFirst)
      this.#blocks.onChange(place.slice)
      if (this.#spec.earlyMs !== undefined) this.#noteEarly(place.slice, id, moment.now)
      rows[count] = row
      cells[count++] = cell
    }
    const added = { rows: rows.subarray(0, count), cells: cells.subarray(0, count), times }
    this.#grouping.add(grouped, added)
    this.#grouping.tellLate(records, Int32Array.from(late), out)
  }

  settle(out: Output, moment: Moment): void {
    if (this.#goesAtEnd) return
    const again = this.#changedWindows(this.#timeOf(moment))
    const overlaps = new Map<number, Overlap>()
    for (const window of [...again.keys()].sort((a, b) => a - b)) {
      const ids = this.#keys.sorted([...(again.get(window) ?? [])])
      this.#sayOverlapping(out, { window, ids, kind: UPDATE, now: moment.now }, overlaps)
    }
    for (const overlap of overlaps.values()) overlap.done()
  }

  advance(out: Output, moment: Moment): boolean {
    const bound = moment.ended ? Number.POSITIVE_INFINITY : this.#timeOf(moment)
    for (;;) {
      const timer = this.#timers.first(bound)
      if (timer === undefined) return this.#sayEarly(out, moment)
      if (out.room <= 0) return false
      if (timer.key[0] === SLICE_GOES) this.#dropSlice(timer, out)
      else this.#endWindow(timer, out, moment.now)
    }
  }

  save(): void {
    this.#panes.save()
    this.#cells.save()
    this.#timers.save()
    this.#early.save()
    if (this.#grouping.isFull) this.forget()
  }

  forget(): void {
    this.#panes.forget()
    this.#blocks.forget()
    this.#timers.forget()
    this.#early.forget()
    this.#grouping.forget()
  }

  #timeOf({ watermark, now }: Moment): number {
    return this.#byEvent ? watermark : now
  }

  #placeAt(time: number, passed: number): Place {
    const slice = this.#slices.endAt(time)
    const last = this.#slices.lastWindow(slice)
    const isServed = last >= slice
    const isOpen = isServed && last + this.#spec.latenessMs > passed
    return { from: slice - this.#slices.sizeMs, slice, isOpen, isLate: isServed && !isOpen }
  }

  /**
   * The first key of a slice in a slot sets the timers of both. While there are others, whatever
   * takes the timer of a window sets that of the next.
   */
  #remind(slice: number, slot: number, passed: number): void {
    const window = this.#slices.windowAfter(slice, passed)
    if (this.#spec.mode === 'final' && window !== undefined) {
      this.#timers.set({ time: window, slot, key: NO_KEY })
    }
    if (this.#goesAtEnd) return
    const key = this.#sliceKey.tag(SLICE_GOES).whole(slice).finish()
    this.#timers.set({ time: this.#slices.lastWindow(slice) + this.#spec.latenessMs, slot, key })
  }

  /** Windows that ended already say their result again; `updating` ones all do: of these keys. */
  #changedWindows(passed: number): ReadonlyMap<number, ReadonlySet<number>> {
    const { mode, latenessMs } = this.#spec
    const again = new Map<number, Set<number>>()
    for (const { slice, ids } of this.#panes.changed) {
      let window = this.#slices.windowAfter(slice, passed - latenessMs)
      while (window !== undefined && (mode === 'updating' || window <= passed)) {
        const all = again.get(window) ?? new Set()
        for (const id of ids) all.add(id)
        again.set(window, all)
        window = this.#slices.windowAfter(slice, window)
      }
    }
    return again
  }

  #noteEarly(slice: number, id: number, now: number): void {
    const key = () => this.#sliceKey.tag(SLICE_GOES).whole(slice).finish()
    this.#early.note(String(slice), this.#keys.slotOf(id), now, key)
  }

  /** Windows that are open and changed, with all keys of the slot in the slice that changed. */
  #sayEarly(out: Output, moment: Moment): boolean {
    const { now, ended } = moment
    const passed = ended ? Number.POSITIVE_INFINITY : this.#timeOf(moment)
    for (;;) {
      if (out.room <= 0) return this.#early.wakeAt > now
      const due = this.#early.take(now)
      if (due === undefined) return true
      const slice = wholeAt(due.key, 1)
      // A slice all of whose windows have ended is dropped, though its rows are still in the state.
      let window = this.#slices.windowAfter(slice, passed)
      const live = window === undefined ? [] : this.#panes.idsIn(slice, new SlotSet([due.slot]))
      const ids = this.#keys.sorted(live)
      if (ids.length === 0) {
        out.spend(1)
        continue
      }
      const overlaps = new Map<number, Overlap>()
      while (window !== undefined) {
        this.#sayOverlapping(out, { window, ids, kind: UPDATE, now }, overlaps)
        window = this.#slices.windowAfter(slice, window)
      }
      for (const overlap of overlaps.values()) overlap.done()
    }
  }

  /** All timers of the same time and kind: one pass serves their slots together. */
  #takeAlike(first: Timer): readonly number[] {
    const slots: number[] = []
    let next: Timer | undefined = first
    while (next?.time === first.time && isEqual(next.key, first.key)) {
      slots.push(next.slot)
      this.#timers.take()
      next = this.#timers.first(first.time)
    }
    return slots
  }

  #dropSlice(timer: Timer, out: Output): void {
    const slice = wholeAt(timer.key, 1)
    const due = this.#takeAlike(timer)
    const sizes = sizesBySlot(this.#panes.idsIn(slice, new SlotSet(due)), this.#keys)
    const { slots, rows } = this.#upTo(timer, due, sizes, out.room)
    this.#panes.drop(slice, new SlotSet(slots))
    out.spend(rows)
  }

  #endWindow(timer: Timer, out: Output, now: number): void {
    const { time: window } = timer
    const due = this.#takeAlike(timer)
    const all = this.#blocks.partsOf(window, new SlotSet(due))
    const sizes = rowsBySlot(distinct(all), all, this.#keys)
    const { slots, rows } = this.#upTo(timer, due, sizes, out.room)
    const ended = new SlotSet(slots)
    const parts = slots.length === due.length ? all : this.#within(all, ended)
    const ids = this.#keys.sorted(distinct(parts))
    this.#sayEnded(out, parts, { window, ids, now })
    out.spend(Math.max(0, rows - ids.length))
    this.#remindOfNext(parts, window)
    if (!this.#goesAtEnd) return
    for (const { slice } of parts) {
      if (this.#slices.lastWindow(slice) <= window) this.#panes.drop(slice, ended)
    }
  }

  #within(parts: readonly Part[], slots: SlotSet): readonly Part[] {
    const isIn = (id: number) => slots.has(this.#keys.slotOf(id))
    return parts
      .map(part => ({ ...part, ids: part.ids.filter(isIn) }))
      .filter(({ ids }) => ids.length > 0)
  }

  /** The timers of the slots that are not taken are set again. */
  #upTo({ time, key }: Timer, due: readonly number[], sizes: Int32Array, room: number): Taken {
    const taken = takenOf(due, sizes, room)
    for (const slot of due.slice(taken.slots.length)) this.#timers.set({ time, slot, key })
    return taken
  }

  /** Of what has windows that end later, in each slot the next. */
  #remindOfNext(parts: readonly Part[], window: number): void {
    const next = new Map<number, number>()
    for (const { slice, ids } of parts) {
      const time = this.#slices.windowAfter(slice, window)
      if (time === undefined) continue
      for (const id of ids) noteNext(next, this.#keys.slotOf(id), time)
    }
    for (const [slot, time] of next) this.#timers.set({ time, slot, key: NO_KEY })
  }

  #sayEnded(
    out: Output,
    parts: readonly Part[],
    result: Pick<Result, 'window' | 'ids' | 'now'>,
  ): void {
    if (result.ids.length === 0) return
    // Early results may have been said: what closes the window replaces them.
    const kind = this.#spec.earlyMs === undefined ? INSERT : UPDATE
    const [first, ...others] = parts
    const sums = others.length === 0 ? undefined : this.#sumsOf(parts)
    const cells = Int32Array.from(result.ids, id => sums?.get(id) ?? first?.cells.get(id) ?? NONE)
    this.#say(out, { ...result, kind }, cells)
    for (const cell of sums?.values() ?? []) this.#cells.giveBack(cell)
  }

  #sumsOf(parts: readonly Part[]): ReadonlyMap<number, number> {
    const sums = new Map<number, number>()
    for (const { ids, cells } of parts) {
      for (const id of ids) {
        const sum = sums.get(id) ?? this.#cells.take()
        sums.set(id, sum)
        this.#cells.merge(sum, cells.get(id))
      }
    }
    return sums
  }

  #say(out: Output, { window, ids, kind, now }: Result, cells: Int32Array): void {
    const size = ids.length
    const starts = constantTimes(this.#slices.startOf(window), size)
    const ends = constantTimes(window, size)
    const times = constantTimes(this.#hasBounds ? window - 1 : now, size)
    sayResults(out, {
      schema: this.schema,
      size,
      times,
      bounds: this.#hasBounds ? { starts, ends } : undefined,
      kind,
      vectors: failures => [
        ...this.#grouping.vectorsOf(ids),
        ...(this.#hasBounds ? [timeVector(starts), timeVector(ends)] : []),
        ...this.#cells.results(cells, failures),
      ],
    })
  }

  /** Results of windows that are said one behind the other. */
  #sayOverlapping(out: Output, result: Result, overlaps: Map<number, Overlap>): void {
    const { window, ids } = result
    const start = this.#slices.startOf(window)
    if (window - start === this.#slices.sizeMs) {
      const single = Int32Array.from(ids, id => this.#panes.find(window, id))
      this.#say(out, result, single)
      return
    }
    const cells = Int32Array.from(ids, id => {
      const overlap = overlaps.get(id) ?? new Overlap(this.#cells)
      overlaps.set(id, overlap)
      return overlap.over(start, window, (from, to) => this.#panes.membersOf(id, from, to))
    })
    this.#say(out, result, cells)
    for (const cell of cells) this.#cells.giveBack(cell)
  }
}

function distinct(parts: readonly Part[]): readonly number[] {
  const [first] = parts
  if (parts.length <= 1) return first?.ids ?? []
  const all = new Set<number>()
  for (const { ids } of parts) {
    for (const id of ids) all.add(id)
  }
  return [...all]
}

function noteNext(next: Map<number, number>, slot: number, time: number): void {
  next.set(slot, Math.min(next.get(slot) ?? Number.POSITIVE_INFINITY, time))
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
