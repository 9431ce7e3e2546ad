/**
 * Windows of n slices, put together from some three times √n pieces: slices that go on together are
 * added up once, √n at a time. Blocks are a cache of panes and, like them, of the state: one is let
 * go whole when anything in it changes, and what comes of it is what comes of its panes, to the
 * last bit, because to merge is associative (accumulators.ts).
 *
 * A window's pieces say how many cells they stand for: the room that it takes is that of its cells
 * (due.ts), whether they were added up before or not.
 *
 * What keeps rows of its own (DISTINCT) keeps none for a block: there each slice is a piece.
 */

import type { Cells } from './cells.ts'
import { KeyCells, NONE } from './key-cells.ts'
import { type Panes, type Part, SlotSet } from './panes.ts'
import type { Slices } from './slices.ts'

/** Blocks of one slice would be the slices again. */
const SLICES_MIN = 2

interface Block {
  readonly slots: Set<number>
  readonly ids: number[]
  readonly cells: KeyCells
  /** Of each key, of how many slices. */
  readonly counts: Map<number, number>
}

export class Blocks {
  readonly #panes: Panes
  readonly #cells: Cells
  readonly #slices: Slices
  readonly #sizeMs: number
  /** By where they begin. */
  readonly #blocks = new Map<number, Block>()
  /** No block ends later. */
  #to = Number.NEGATIVE_INFINITY

  constructor(panes: Panes, cells: Cells, slices: Slices) {
    this.#panes = panes
    this.#cells = cells
    this.#slices = slices
    this.#sizeMs = Math.floor(Math.sqrt(slices.countMax)) * slices.sizeMs
  }

  /** A cell of the slice changes, or comes. */
  onChange(slice: number): void {
    if (slice > this.#to) return
    this.#drop((Math.ceil(slice / this.#sizeMs) - 1) * this.#sizeMs)
  }

  /** What a window has of these slots, in order; it ends no earlier than those asked for before. */
  partsOf(window: number, slots: SlotSet): readonly Part[] {
    const start = this.#slices.startOf(window)
    const { from, to } = this.#middleOf(start, window)
    for (const at of this.#blocks.keys()) {
      if (at < from) this.#drop(at)
    }
    if (from >= to) return this.#panes.partsIn(start, window, slots)
    this.#panes.learn(start, window, slots)
    const parts = [...this.#panes.partsIn(start, from, slots)]
    for (let at = from; at < to; at += this.#sizeMs) {
      const { cells, counts, ...block } = this.#filled(at, slots)
      const ids = block.ids.filter(id => slots.has(this.#panes.slotOf(id)))
      if (ids.length > 0) parts.push({ slice: at + this.#sizeMs, ids, cells, counts })
    }
    parts.push(...this.#panes.partsIn(to, window, slots))
    return parts
  }

  /** Cells are forgotten with it, by whoever has them. */
  forget(): void {
    this.#blocks.clear()
    this.#to = Number.NEGATIVE_INFINITY
  }

  /** Whole blocks of the window, no slice of which goes when it ends. */
  #middleOf(start: number, window: number): { readonly from: number; readonly to: number } {
    const size = this.#sizeMs
    if (size < SLICES_MIN * this.#slices.sizeMs || this.#cells.needsPlaces) {
      return { from: window, to: window }
    }
    const to = Math.floor(window / size) * size
    let from = Math.ceil(start / size) * size
    while (from < to && this.#slices.lastWindow(this.#slices.endAt(from)) <= window) from += size
    return { from, to }
  }

  #filled(at: number, slots: SlotSet): Block {
    const block = this.#blocks.get(at) ?? this.#begin(at)
    const missing = slots.list.filter(slot => !block.slots.has(slot))
    if (missing.length === 0) return block
    for (const slot of missing) block.slots.add(slot)
    for (const part of this.#panes.partsIn(at, at + this.#sizeMs, new SlotSet(missing))) {
      for (const id of part.ids) this.#merge(block, id, part.cells.get(id))
    }
    return block
  }

  #begin(at: number): Block {
    const block = { slots: new Set<number>(), ids: [], cells: new KeyCells(), counts: new Map() }
    this.#blocks.set(at, block)
    this.#to = Math.max(this.#to, at + this.#sizeMs)
    return block
  }

  #merge({ ids, cells, counts }: Block, id: number, from: number): void {
    if (cells.get(id) === NONE) {
      cells.set(id, this.#cells.take())
      ids.push(id)
    }
    this.#cells.merge(cells.get(id), from)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }

  #drop(at: number): void {
    const block = this.#blocks.get(at)
    if (block === undefined) return
    for (const id of block.ids) this.#cells.giveBack(block.cells.get(id))
    this.#blocks.delete(at)
  }
}
