/** How much of what is due at one time a batch takes: as many slots as it has room for. */

import { SLOTS } from '../../base/hash.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { Part } from './panes.ts'

/**
 * Cells that are put together in the room of one row. It is what a batch does if it says little: a
 * quarter of a million of them, a fraction of a microsecond each.
 */
const CELLS_A_ROW = 16

type Keys = Pick<KeyTable, 'slotOf'>

/** Of each slot, how many of these ids are its. */
export function sizesBySlot(ids: readonly number[], keys: Keys): Int32Array {
  const sizes = new Int32Array(SLOTS)
  for (const id of ids) addTo(sizes, keys.slotOf(id), 1)
  return sizes
}

/** Of each slot, the room for the results of its keys, or for putting together what they have. */
export function rowsBySlot(
  ids: readonly number[],
  parts: readonly Pick<Part, 'ids' | 'counts'>[],
  keys: Keys,
): Int32Array {
  const cells = new Int32Array(SLOTS)
  for (const { ids: those, counts } of parts) {
    for (const id of those) addTo(cells, keys.slotOf(id), counts?.get(id) ?? 1)
  }
  return sizesBySlot(ids, keys).map((size, slot) =>
    Math.max(size, Math.ceil((cells[slot] as number) / CELLS_A_ROW)),
  )
}

function addTo(sizes: Int32Array, slot: number, size: number): void {
  sizes[slot] = (sizes[slot] as number) + size
}

export interface Taken {
  /** The first of the slots. */
  readonly slots: readonly number[]
  readonly rows: number
}

/** Each slot takes a row at least, that of its timer; the first is taken in any case. */
export function takenOf(slots: readonly number[], sizes: Int32Array, room: number): Taken {
  let rows = 0
  let count = 0
  while (count < slots.length && rows < room) {
    rows += Math.max(1, sizes[slots[count] as number] as number)
    count++
  }
  return { slots: slots.slice(0, count), rows }
}
