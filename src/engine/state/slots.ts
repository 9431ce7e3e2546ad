/** The slots of a table that have rows: one look at the state for each of them. */

import { RowKeyWriter, slotIn } from './row-key.ts'
import type { State } from './state.ts'

export function eachSlot(state: State, table: number, visit: (slot: number) => void): void {
  const writer = new RowKeyWriter()
  const end = writer.begin(table, state.slots.to).finish()
  let slot: number | undefined = state.slots.from
  while (slot !== undefined && slot < state.slots.to) {
    let next: number | undefined
    state.walk(writer.begin(table, slot).finish(), end, key => {
      next = slotIn(key)
      return false
    })
    if (next === undefined) return
    visit(next)
    slot = next + 1
  }
}
