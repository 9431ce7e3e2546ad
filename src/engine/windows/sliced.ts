/**
 * Aggregates over windows of fixed length (tumbling, hopping, cumulate), by event or processing
 * time. Records are added to slices; a window's result is put together from its slices
 *
 * - when the window ends (`final`), and again whenever late records change it, up to `latenessMs`;
 * - at the end of each batch that changed it (`updating`).
 *
 * Two kinds of timers a slot: a window ends; a slice is not needed any more.
 */

import { SLOTS } from '../../base/hash.ts'
import { INSERT, type Records, UPDATE } from '../columns/records.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Moment, Operator, Output } from '../operators/operator.ts'
import type { AggregateSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { RowKeyWriter, wholeAt } from '../state/row-key.ts'
import { type Timer, Timers } from '../state/timers.ts'
import type { Aggregates } from './calls.ts'
import type { Cells } from './cells.ts'
import { Early } from './early.ts'
import { Grouping } from './grouping.ts'
import { Panes, SlotSet } from './panes.ts'
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
  readonly #timers: Timers
  readonly #early: Early
  readonly #sliceKey = new RowKeyWriter()
  /** Of this batch: keys whose result is to be said again, by window. */
  readonly #changed = new Map<number, Set<number>>()

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
      if (!this.#goesAtEnd) this.#noteChange(place.slice, id, passed)
      if (this.#spec.earlyMs !== undefined) this.#noteEarly(place.slice, id, moment.now)
      rows[count] = row
      cells[count++] = cell
    }
    const added = { rows: rows.subarray(0, count), cells: cells.subarray(0, count), times }
    this.#grouping.add(grouped, added)
    this.#grouping.tellLate(records, Int32Array.from(late), out)
  }

  settle(out: Output, moment: Moment): void {
    for (const window of [...this.#changed.keys()].sort((a, b) => a - b)) {
      const ids = this.#keys.sorted([...(this.#changed.get(window) ?? [])])
      this.#say(out, { window, ids, kind: UPDATE, now: moment.now })
    }
    this.#changed.clear()
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
    this.#timers.forget()
    this.#early.forget()
    this.#grouping.forget()
    this.#changed.clear()
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

  /** Windows that ended already say their result again; `updating` ones all do. */
  #noteChange(slice: number, id: number, passed: number): void {
    const { mode, latenessMs } = this.#spec
    let window = this.#slices.windowAfter(slice, passed - latenessMs)
    while (window !== undefined && (mode === 'updating' || window <= passed)) {
      const ids = this.#changed.get(window) ?? new Set()
      this.#changed.set(window, ids.add(id))
      window = this.#slices.windowAfter(slice, window)
    }
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
      while (window !== undefined) {
        this.#say(out, { window, ids, kind: UPDATE, now })
        window = this.#slices.windowAfter(slice, window)
      }
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
    const slots = this.#upTo(timer, [slice], out.room)
    const dropped = this.#panes.drop(slice, new SlotSet(slots))
    out.spend(Math.max(dropped, slots.length))
  }

  #endWindow(timer: Timer, out: Output, now: number): void {
    const { time: window } = timer
    const slots = this.#upTo(timer, this.#slicesIn(window), out.room)
    const live = new SlotSet(slots)
    const next = new Map<number, number>()
    const slices = this.#slicesIn(window)
    const parts = slices.map(slice => {
      const ids = this.#panes.idsIn(slice, live)
      const after = this.#slices.windowAfter(slice, window)
      if (after !== undefined) {
        for (const id of ids) noteNext(next, this.#keys.slotOf(id), after)
      }
      return ids
    })
    const ids = this.#keys.sorted(distinct(parts))
    // Early results may have been said: what closes the window replaces them.
    const kind = this.#spec.earlyMs === undefined ? INSERT : UPDATE
    if (ids.length > 0) this.#say(out, { window, ids, kind, now })
    out.spend(Math.max(0, slots.length - ids.length))
    for (const [slot, time] of next) this.#timers.set({ time, slot, key: NO_KEY })
    if (this.#goesAtEnd) this.#dropEnded(window, live)
  }

  /**
   * As many of the slots for which it is time as the room is for: each costs a row for each of its
   * cells, and one at least, that of its timer. The timers of the others are set again.
   */
  #upTo(timer: Timer, slices: readonly number[], room: number): readonly number[] {
    const { time, key } = timer
    const due = this.#takeAlike(timer)
    let left = room
    let taken = 0
    const sizes = this.#sizes(slices, due)
    while (taken < due.length && left > 0) {
      left -= Math.max(1, sizes[due[taken] as number] as number)
      taken++
    }
    for (const slot of due.slice(taken)) this.#timers.set({ time, slot, key })
    return due.slice(0, taken)
  }

  /** Keys in these slices, by slot; those in several are counted for each. */
  #sizes(slices: readonly number[], due: readonly number[]): Int32Array {
    const sizes = new Int32Array(SLOTS)
    const slots = new SlotSet(due)
    for (const slice of slices) {
      for (const id of this.#panes.idsIn(slice, slots)) {
        const slot = this.#keys.slotOf(id)
        sizes[slot] = (sizes[slot] as number) + 1
      }
    }
    return sizes
  }

  #dropEnded(window: number, slots: SlotSet): void {
    for (const slice of this.#slicesIn(window)) {
      if (this.#slices.lastWindow(slice) <= window) this.#panes.drop(slice, slots)
    }
  }

  /** In order of time. */
  #slicesIn(window: number): readonly number[] {
    const start = this.#slices.startOf(window)
    const { sizeMs } = this.#slices
    return Array.from({ length: (window - start) / sizeMs }, (_, at) => start + (at + 1) * sizeMs)
  }

  #say(out: Output, { window, ids, kind, now }: Result): void {
    const slices = this.#slicesIn(window)
    const merged = slices.length > 1
    const cells = Int32Array.from(ids, id =>
      merged ? this.#merged(slices, id) : this.#panes.find(slices[0] as number, id),
    )
    const size = ids.length
    const ends = [this.#slices.startOf(window), window].map(time =>
      timeVector(constantTimes(time, size)),
    )
    const times = constantTimes(this.#hasBounds ? window - 1 : now, size)
    sayResults(out, {
      schema: this.schema,
      size,
      times,
      kind,
      vectors: failures => [
        ...this.#grouping.vectorsOf(ids),
        ...(this.#hasBounds ? ends : []),
        ...this.#cells.results(cells, failures),
      ],
    })
    if (merged) for (const cell of cells) this.#cells.giveBack(cell)
  }

  #merged(slices: readonly number[], id: number): number {
    const into = this.#cells.take()
    for (const slice of slices) {
      const from = this.#panes.find(slice, id)
      if (from >= 0) this.#cells.merge(into, from)
    }
    return into
  }
}

function distinct([first = [], ...others]: readonly (readonly number[])[]): readonly number[] {
  return others.length === 0 ? first : [...new Set([first, ...others].flat())]
}

function noteNext(next: Map<number, number>, slot: number, time: number): void {
  next.set(slot, Math.min(next.get(slot) ?? Number.POSITIVE_INFINITY, time))
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
