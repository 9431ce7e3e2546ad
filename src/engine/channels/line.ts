/**
 * What a channel has waiting: parts of frames, one behind the other without gaps or overlaps, from
 * where the group's leader has taken up to where it has heard. A replay may take a part of a part.
 */

import { invariant } from '../../base/errors.ts'
import { BoundedQueue } from '../../base/queue.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import { PARTS_MAX } from './bounds.ts'
import { rowOf } from './frame.ts'
import type { Reader } from './state.ts'
import type { Received } from './table.ts'

export interface Part {
  readonly from: number
  readonly to: number
  readonly records: Records
  readonly reader: Reader
  readonly watermark?: number | undefined
  readonly idle?: boolean | undefined
  readonly barrier?: number | undefined
  /** What it holds of the channel's credit. */
  readonly cost: number
  /** When it came. */
  readonly atMs: number
}

/** What a replay took of a line. */
export interface Stretch {
  readonly records: readonly Records[]
  readonly cost: number
  /** Epochs whose barriers stood within, where nothing can be cut any more. */
  readonly passed: readonly number[]
}

export function rowsFrom(records: Records, row: number, end = records.size): Records {
  return row === 0 && end === records.size
    ? records
    : gatherRecords(records, allRows(end).subarray(row))
}

export class Line {
  received: Received
  /** The part that is next, if it is not that of the queue. */
  #first: Part | undefined
  readonly #parts = new BoundedQueue<Part>(PARTS_MAX)
  #rows = 0
  #cost = 0

  constructor(received: Received) {
    this.received = received
  }

  /** All that waits. */
  get rows(): number {
    return this.#rows
  }

  /** Of all that waits. */
  get cost(): number {
    return this.#cost
  }

  get isEmpty(): boolean {
    return this.peek() === undefined
  }

  peek(): Part | undefined {
    return this.#first ?? this.#parts.peek()
  }

  push(part: Part): void {
    invariant(this.#parts.push(part), 'credit-bounds-what-waits')
    this.#count(part, 1)
  }

  shift(): Part | undefined {
    const part = this.#first ?? this.#parts.shift()
    this.#first = undefined
    if (part !== undefined) this.#count(part, -1)
    return part
  }

  #count({ records, cost }: Part, sign: 1 | -1): void {
    this.#rows += sign * records.size
    this.#cost += sign * cost
  }

  /** The barrier of this epoch waits to be taken. */
  waitsFor(epoch: number): boolean {
    if (this.#first?.barrier === epoch) return true
    for (const { barrier } of this.#parts) {
      if (barrier === epoch) return true
    }
    return false
  }

  /** Forgets what waits; what that gives back. */
  drop(received: Received): number {
    const cost = this.#cost
    for (let part = this.shift(); part !== undefined; ) {
      part = this.shift()
    }
    this.received = received
    return cost
  }

  /**
   * What stands before `to`, all of which is here. Words are not taken, because a replay has them
   * from its schedule: those that still hold wait at `to`.
   */
  takeTo(to: number): Stretch {
    const records: Records[] = []
    const passed: number[] = []
    let cost = 0
    let left: Part | undefined
    for (let part = this.peek(); part !== undefined && part.from < to; part = this.peek()) {
      this.shift()
      const row = rowOf(part.records, to)
      if (row > 0) records.push(rowsFrom(part.records, 0, row))
      if (part.to <= to) cost += part.cost
      if (part.to < to && part.barrier !== undefined) passed.push(part.barrier)
      left = leftOf(part, { to, row, watermark: left?.watermark })
      if (part.to > to) break
    }
    if (left !== undefined) {
      this.#first = left
      this.#count(left, 1)
    }
    return { records, cost, passed }
  }
}

/** What is left of a part when all before `to` is taken, and what was left of those before it. */
function leftOf(
  part: Part,
  { to, row, watermark }: { to: number; row: number; watermark: number | undefined },
): Part | undefined {
  const largest = Math.max(part.watermark ?? -Infinity, watermark ?? -Infinity)
  // That a channel is idle, and a barrier, hold where they were said and nowhere behind it.
  const { idle, barrier } = part.to < to ? ({} as Partial<Part>) : part
  const isSilent = largest === -Infinity && idle === undefined && barrier === undefined
  if (part.to <= to && isSilent) return undefined
  return {
    ...part,
    from: to,
    to: Math.max(part.to, to),
    records: rowsFrom(part.records, row),
    watermark: largest === -Infinity ? undefined : largest,
    idle,
    barrier,
    cost: part.to > to ? part.cost : 0,
  }
}
