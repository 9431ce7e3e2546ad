/**
 * The cells of sliced windows: one for each (slice, key) that records came for. In the state each
 * is a row: table, slot, slice, key; and here, as a cache, a pane for each slice.
 *
 * A pane that is *whole* has all cells that the state has for its slice: one that began when no
 * row of its slice, or of a later one, was there. Others are asked cell by cell, or filled when
 * their window ends. Which slices the state has besides is learnt slot by slot, for the times that
 * are asked for: slices of which nobody has anything cost nothing. Slices that were dropped do not
 * come again in the same batch: only when time has passed them are they dropped, and then their
 * records are late.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { SLOTS } from '../../base/hash.ts'
import type { CellPlace } from '../aggregates/elements.ts'
import type { KeyTable } from '../state/key-table.ts'
import { PLACE_BYTES, RowKeyWriter, TIME_BYTES, wholeAt } from '../state/row-key.ts'
import { eachSlot } from '../state/slots.ts'
import type { State } from '../state/state.ts'
import type { Cells } from './cells.ts'
import { HeldSlices } from './held-slices.ts'
import { KeyCells, NONE } from './key-cells.ts'
import type { Member } from './overlap.ts'

interface Pane {
  readonly slice: number
  readonly cells: KeyCells
  /** Ids of the keys that have a cell here. */
  ids: number[]
  /** Slots of which the slice is known to have a cell, here or in the state. */
  readonly slots: Set<number>
  /** Slots of which all is here that the state has. */
  readonly filled: Set<number>
  /** Ids of the keys whose cells changed in this batch. */
  readonly changed: number[]
  isWhole: boolean
}

/** The keys that have a cell in a slice, or in several, of which it is the last. */
export interface Part {
  readonly slice: number
  /** In no order. */
  readonly ids: readonly number[]
  readonly cells: Pick<KeyCells, 'get'>
  /** Of each key, the cells that were put together here (blocks.ts); missing: one. */
  readonly counts?: ReadonlyMap<number, number>
}

/** Of a slot: behind `from`, up to and with `to`, each slice that has a row has a pane. */
interface Learnt {
  from: number
  to: number
}

/** Somebody is told of a slice and a slot. */
type OnFirst = (slice: number, slot: number) => void

/** Some of the group's slots. */
export class SlotSet {
  readonly list: readonly number[]
  readonly #flags = new Uint8Array(SLOTS)

  constructor(slots: readonly number[]) {
    this.list = slots
    for (const slot of slots) this.#flags[slot] = 1
  }

  has(slot: number): boolean {
    return this.#flags[slot] === 1
  }
}

export class Panes {
  readonly #state: State
  readonly #table: number
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #panes = new Map<number, Pane>()
  readonly #held = new HeldSlices()
  readonly #learnt = new Map<number, Learnt>()
  readonly #writer = new RowKeyWriter()
  readonly #rows = new RowKeyWriter()
  readonly #out = new ByteWriter()
  /** Those in which cells changed in this batch. */
  #touched: Pane[] = []
  /** Rows that go when the batch is saved: slice and id of each. */
  #gone: number[] = []
  /** No row of a later slice was in the state when the cache began; missing: not yet asked. */
  #lastKnown: number | undefined
  #last: Pane | undefined

  constructor(state: State, table: number, { keys, cells }: { keys: KeyTable; cells: Cells }) {
    this.#state = state
    this.#table = table
    this.#keys = keys
    this.#cells = cells
  }

  /**
   * The cell of a key in a slice, which is changed by whoever asks; the first one of a slot is told
   * to `onFirst`.
   */
  change(slice: number, id: number, onFirst: OnFirst): number {
    const pane = this.#paneOf(slice)
    const known = pane.cells.get(id)
    const cell = known === NONE ? this.#begun(pane, id, onFirst) : known
    if (this.#cells.markChanged(cell)) {
      if (pane.changed.length === 0) this.#touched.push(pane)
      pane.changed.push(id)
    }
    return cell
  }

  #begun(pane: Pane, id: number, onFirst: OnFirst): number {
    const { slice } = pane
    const value = pane.isWhole ? undefined : this.#state.get(this.#rowKey(slice, id))
    const cell = this.#put(pane, id, value === undefined)
    if (value !== undefined) this.#cells.read(new ByteReader(value), cell)
    const slot = this.#keys.slotOf(id)
    if (!pane.slots.has(slot)) {
      if (pane.isWhole || !this.#hasRows(slice, slot)) onFirst(slice, slot)
      pane.slots.add(slot)
    }
    return cell
  }

  /** The state has cells of the slice in this slot. */
  #hasRows(slice: number, slot: number): boolean {
    let has = false
    this.#state.walk(...this.#rangeOf(slice, slot), () => {
      has = true
      return false
    })
    return has
  }

  #rangeOf(slice: number, slot: number): readonly [from: Uint8Array, to: Uint8Array] {
    const from = this.#writer.begin(this.#table, slot).whole(slice).finish()
    return [
      from,
      this.#writer
        .begin(this.#table, slot)
        .whole(slice + 1)
        .finish(),
    ]
  }

  /** The cell if there is one. */
  find(slice: number, id: number): number {
    const pane = this.#panes.get(slice)
    const known = pane?.cells.get(id) ?? NONE
    const slot = this.#keys.slotOf(id)
    if (known !== NONE || this.#isWhole(slice, pane, slot)) return known
    const value = this.#state.get(this.#rowKey(slice, id))
    if (value === undefined) return NONE
    const held = pane ?? this.#begin(slice)
    held.slots.add(slot)
    const cell = this.#put(held, id, false)
    this.#cells.read(new ByteReader(value), cell)
    return cell
  }

  /** Its cells in slices behind `from`, up to and with `to`, in order. */
  membersOf(id: number, from: number, to: number): readonly Member[] {
    this.#learn(this.#keys.slotOf(id), from, to)
    const members: Member[] = []
    for (const slice of this.#held.between(from, to)) {
      const cell = this.find(slice, id)
      if (cell !== NONE) members.push({ slice, cell })
    }
    return members
  }

  slotOf(id: number): number {
    return this.#keys.slotOf(id)
  }

  /** Whatever the state has of these slots behind `from`, up to and with `to`, has a pane. */
  learn(from: number, to: number, slots: SlotSet): void {
    for (const slot of slots.list) this.#learn(slot, from, to)
  }

  /** What slices behind `from`, up to and with `to`, have of these slots, in order. */
  partsIn(from: number, to: number, slots: SlotSet): readonly Part[] {
    this.learn(from, to, slots)
    const parts: Part[] = []
    for (const slice of this.#held.between(from, to)) {
      const ids = this.#idsIn(slice, slots)
      const pane = this.#panes.get(slice)
      if (pane !== undefined && ids.length > 0) parts.push({ slice, ids, cells: pane.cells })
    }
    return parts
  }

  /** The slices in which cells changed in this batch, with the ids of their keys. */
  get changed(): readonly { readonly slice: number; readonly ids: readonly number[] }[] {
    return this.#touched.map(({ slice, changed }) => ({ slice, ids: changed }))
  }

  /** Ids of the keys in these slots that have a cell in the slice, in no order. */
  idsIn(slice: number, slots: SlotSet): readonly number[] {
    for (const slot of slots.list) this.#learn(slot, slice - 1, slice)
    return this.#idsIn(slice, slots)
  }

  #idsIn(slice: number, slots: SlotSet): readonly number[] {
    const pane = this.#panes.get(slice)
    if (pane === undefined) return []
    if (!pane.isWhole) {
      for (const slot of slots.list) this.#fill(pane, slot)
    }
    return pane.ids.filter(id => slots.has(this.#keys.slotOf(id)))
  }

  /** The cells of a slice in these slots go, here and in the state; how many they were. */
  drop(slice: number, slots: SlotSet): number {
    const ids = this.idsIn(slice, slots)
    const pane = this.#panes.get(slice)
    if (pane === undefined) return 0
    for (const slot of slots.list) pane.slots.delete(slot)
    for (const id of this.#keys.maybeSorted(ids)) {
      this.#gone.push(slice, id)
      this.#cells.giveBack(pane.cells.get(id))
      pane.cells.remove(id)
    }
    pane.ids = pane.ids.filter(id => pane.cells.get(id) !== NONE)
    if (pane.slots.size === 0) this.#forgetPane(pane)
    return ids.length
  }

  save(): void {
    for (let at = 0; at < this.#gone.length; at += 2) {
      this.#writeKey(this.#state.begin(), this.#gone[at] as number, this.#gone[at + 1] as number)
      this.#state.endRemoved()
    }
    this.#gone = []
    for (const pane of this.#touched) this.#saveChanged(pane)
    this.#touched = []
  }

  #saveChanged({ slice, cells, changed }: Pane): void {
    for (const id of this.#keys.maybeSorted(changed)) {
      const cell = cells.get(id)
      if (cell === NONE) continue
      this.#cells.markSaved(cell)
      this.#writeKey(this.#state.begin(), slice, id)
      this.#cells.write(this.#state.middle(), cell)
      this.#state.end()
    }
    changed.length = 0
  }

  /** Only of what is saved. */
  forget(): void {
    this.#panes.clear()
    this.#held.clear()
    this.#learnt.clear()
    this.#last = undefined
    this.#lastKnown = undefined
    this.#gone = []
    this.#touched = []
  }

  #paneOf(slice: number): Pane {
    if (this.#last?.slice === slice) return this.#last
    const pane = this.#panes.get(slice) ?? this.#begin(slice)
    this.#last = pane
    return pane
  }

  #begin(slice: number): Pane {
    const isWhole = this.#isUnknown(slice)
    const cells = new KeyCells()
    const slots = new Set<number>()
    const pane = { slice, cells, ids: [], slots, filled: new Set<number>(), changed: [], isWhole }
    this.#panes.set(slice, pane)
    this.#held.add(slice)
    return pane
  }

  /** Nothing of it was in the state when the cache began. */
  #isUnknown(slice: number): boolean {
    this.#lastKnown ??= this.#lastSlice()
    return slice > this.#lastKnown
  }

  /** Whatever the state has of the slice in this slot is in memory. */
  #isWhole(slice: number, pane: Pane | undefined, slot: number): boolean {
    if (pane?.isWhole || pane?.filled.has(slot) || this.#isUnknown(slice)) return true
    const learnt = this.#learnt.get(slot)
    const isLearnt = learnt !== undefined && slice > learnt.from && slice <= learnt.to
    return isLearnt && !pane?.slots.has(slot)
  }

  /**
   * What adjoins the stretch that is learnt makes it longer; what lies apart and later begins it
   * anew; what lies apart and earlier is looked for, and not remembered.
   */
  #learn(slot: number, from: number, until: number): void {
    this.#lastKnown ??= this.#lastSlice()
    const to = Math.min(until, this.#lastKnown)
    if (from >= to) return
    const learnt = this.#learnt.get(slot)
    if (learnt === undefined || from > learnt.to) {
      this.#seek(slot, from, to)
      this.#learnt.set(slot, { from, to })
    } else if (to < learnt.from) {
      this.#seek(slot, from, to)
    } else {
      this.#seek(slot, from, learnt.from)
      this.#seek(slot, learnt.to, to)
      learnt.from = Math.min(learnt.from, from)
      learnt.to = Math.max(learnt.to, to)
    }
  }

  /** Each slice that has a row of the slot has a pane. */
  #seek(slot: number, from: number, to: number): void {
    const end = this.#rangeOf(to, slot)[1].slice()
    let next = from + 1
    while (next <= to) {
      let slice = Number.POSITIVE_INFINITY
      this.#state.walk(this.#rangeOf(next, slot)[0], end, key => {
        slice = wholeAt(key, PLACE_BYTES)
        return false
      })
      if (slice <= to) (this.#panes.get(slice) ?? this.#begin(slice)).slots.add(slot)
      next = slice + 1
    }
  }

  #lastSlice(): number {
    let last = Number.NEGATIVE_INFINITY
    eachSlot(this.#state, this.#table, slot => {
      const begin = this.#writer.begin(this.#table, slot).finish()
      const key = this.#state.lastKey(begin, this.#writer.begin(this.#table, slot + 1).finish())
      if (key !== undefined) last = Math.max(last, wholeAt(key, PLACE_BYTES))
    })
    return last
  }

  #forgetPane(pane: Pane): void {
    this.#panes.delete(pane.slice)
    this.#held.remove(pane.slice)
    if (this.#last === pane) this.#last = undefined
  }

  #put(pane: Pane, id: number, isNew: boolean): number {
    const cell = this.#cells.take(
      this.#cells.needsPlaces ? this.#place(pane, id, isNew) : undefined,
    )
    pane.cells.set(id, cell)
    pane.ids.push(id)
    return cell
  }

  #place({ slice }: Pane, id: number, isNew: boolean): CellPlace {
    const slot = this.#keys.slotOf(id)
    return { slot, key: this.#rowKey(slice, id).slice(PLACE_BYTES), isNew }
  }

  /** What the state has of the slot and is not here. */
  #fill(pane: Pane, slot: number): void {
    if (pane.filled.has(slot)) return
    pane.filled.add(slot)
    const found: { id: number; value: Uint8Array }[] = []
    this.#state.walk(...this.#rangeOf(pane.slice, slot), (key, value) => {
      const id = this.#keys.idOf(key.subarray(PLACE_BYTES + TIME_BYTES))
      if (pane.cells.get(id) === NONE) found.push({ id, value: value.slice() })
      return true
    })
    for (const { id, value } of found) {
      this.#cells.read(new ByteReader(value), this.#put(pane, id, false))
    }
  }

  #rowKey(slice: number, id: number): Uint8Array {
    this.#writeKey(this.#out, slice, id)
    return this.#out.finish()
  }

  #writeKey(out: ByteWriter, slice: number, id: number): void {
    this.#rows.to(out).begin(this.#table, this.#keys.slotOf(id)).whole(slice)
    this.#keys.writeKey(out, id)
  }
}
