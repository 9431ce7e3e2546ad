/**
 * Which entries stand in which segment, and so which segments may go. Only the oldest ever goes,
 * when no group needs an entry that stands in it.
 */

import type { GroupId } from '../../base/ids.ts'
import type { GroupStates } from './group-state.ts'
import type { LogRecord } from './record.ts'

interface Segment {
  readonly number: number
  bytes: number
  /** The last entry of each group that stands here and nowhere later. */
  readonly lasts: Map<GroupId, number>
}

export class Segments {
  readonly #list: Segment[] = []

  get count(): number {
    return this.#list.length
  }

  get bytes(): number {
    return this.#list.reduce((sum, segment) => sum + segment.bytes, 0)
  }

  /** What follows goes into this one. */
  begin(number: number): void {
    this.#list.push({ number, bytes: 0, lasts: new Map() })
  }

  grown(bytes: number): void {
    this.#newest.bytes = bytes
  }

  /** Before the record counts in `states`. */
  take(record: LogRecord, states: GroupStates): void {
    const { group, entries } = record
    if (record.isRemoved === true || record.install !== undefined) this.#forget(group)
    const first = entries[0]
    const last = entries.at(-1)
    if (first === undefined || last === undefined) return
    if (first.index <= (states.get(group)?.lastIndex ?? 0)) this.#cut(group, first.index)
    this.#newest.lasts.set(group, last.index)
  }

  /** The number of the oldest segment, when nobody needs it, which is then forgotten. */
  dropOldest(states: GroupStates): number | undefined {
    const [oldest] = this.#list
    if (oldest === undefined || this.#list.length < 2) return undefined
    if (this.pins(states).length > 0) return undefined
    this.#list.shift()
    return oldest.number
  }

  /** The groups that need an entry of the oldest segment. */
  pins(states: GroupStates): readonly GroupId[] {
    const lasts = this.#list[0]?.lasts ?? new Map<GroupId, number>()
    return [...lasts]
      .filter(([group, last]) => last > (states.get(group)?.filed.image.index ?? last))
      .map(([group]) => group)
  }

  get #newest(): Segment {
    return this.#list.at(-1) as Segment
  }

  #forget(group: GroupId): void {
    for (const { lasts } of this.#list) lasts.delete(group)
  }

  /** Entries from here on are discarded wherever they stand. */
  #cut(group: GroupId, index: number): void {
    for (const { lasts } of this.#list) {
      const last = lasts.get(group)
      if (last !== undefined && last >= index) lasts.set(group, index - 1)
    }
  }
}
