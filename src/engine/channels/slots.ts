/**
 * Which group owns which slots of a stage: contiguous ranges in order, which differ by at most one
 * slot, and follow from the number of groups alone; and records on their way to the groups.
 */

import { invariant } from '../../base/errors.ts'
import { SLOTS } from '../../base/hash.ts'
import { gatherRecords } from '../columns/gather.ts'
import type { Records } from '../columns/records.ts'

/** Slots from the first to before the last. */
export interface SlotRange {
  readonly from: number
  readonly to: number
}

function mustBeGroups(groups: number): void {
  const isSound = Number.isSafeInteger(groups) && groups >= 1 && groups <= SLOTS
  invariant(isSound, 'a-stage-has-1-to-1024-groups', groups)
}

export function slotsOf(group: number, groups: number): SlotRange {
  mustBeGroups(groups)
  invariant(group >= 0 && group < groups, 'a-group-is-of-its-stage', group)
  const from = Math.ceil((group * SLOTS) / groups)
  return { from, to: Math.ceil(((group + 1) * SLOTS) / groups) }
}

export function groupOf(slot: number, groups: number): number {
  mustBeGroups(groups)
  invariant(slot >= 0 && slot < SLOTS, 'a-slot-is-one-of-1024', slot)
  return Math.floor((slot * groups) / SLOTS)
}

/** Records by group, each group's in the order in which they came; who has none is not named. */
export class Splitter {
  readonly #groups: number
  /** By slot. */
  readonly #owners: Uint16Array
  /** By group: how many rows it has, then where the next of them goes. */
  readonly #counts: Int32Array

  constructor(groups: number) {
    mustBeGroups(groups)
    this.#groups = groups
    this.#owners = Uint16Array.from({ length: SLOTS }, (_, slot) => groupOf(slot, groups))
    this.#counts = new Int32Array(groups)
  }

  /** `slots`: of each row. */
  split(records: Records, slots: ArrayLike<number>): ReadonlyMap<number, Records> {
    const { size } = records
    const split = new Map<number, Records>()
    if (size === 0) return split
    const counts = this.#counts.fill(0)
    for (let row = 0; row < size; row++) {
      const group = this.#owners[slots[row] as number] as number
      counts[group] = (counts[group] as number) + 1
    }
    const first = this.#owners[slots[0] as number] as number
    if (counts[first] === size) return split.set(first, records)
    const rows = this.#sorted(slots, size)
    let from = 0
    for (let group = 0; group < this.#groups; group++) {
      const to = counts[group] as number
      if (to > from) split.set(group, gatherRecords(records, rows.subarray(from, to)))
      from = to
    }
    return split
  }

  /** Rows by group, in order; leaves in `counts` where the rows of each group end. */
  #sorted(slots: ArrayLike<number>, size: number): Int32Array {
    const counts = this.#counts
    let before = 0
    for (let group = 0; group < this.#groups; group++) {
      const count = counts[group] as number
      counts[group] = before
      before += count
    }
    const rows = new Int32Array(size)
    for (let row = 0; row < size; row++) {
      const group = this.#owners[slots[row] as number] as number
      const place = counts[group] as number
      rows[place] = row
      counts[group] = place + 1
    }
    return rows
  }
}
