/**
 * Speculation: the deltas of batches that are not applied yet, on top of the applied store, which
 * only their commit changes. It belongs to the leader's pipeline and is thrown away whole when
 * leadership, or any of its batches, is lost.
 */

import type { ByteWriter } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { SLOTS } from '../../base/hash.ts'
import type { Range } from '../store/cursor.ts'
import { DeltaWriter } from '../store/delta.ts'
import { compareKeys } from '../store/entry.ts'
import { DeltaIndex } from './delta-index.ts'
import type { State, Visit } from './state.ts'

/** Batches that may be speculated on at a time. */
export const PIPELINE_MAX = 4

/** The applied store: what an image, a query or a follower sees. */
export interface Applied {
  get(key: Uint8Array): Uint8Array | undefined
  scan(range: Range): AppliedRows
}

interface AppliedRows {
  next(): boolean
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export class Overlay implements State {
  readonly slots: State['slots']
  readonly #applied: Applied
  readonly #writer = new DeltaWriter()
  /** The oldest first. */
  #pending: DeltaIndex[] = []

  constructor(applied: Applied, slots: State['slots'] = { from: 0, to: SLOTS }) {
    this.#applied = applied
    this.slots = slots
  }

  /** Batches that were finished and are not applied. */
  get depth(): number {
    return this.#pending.length
  }

  /** Written for the batch in the making, before one change to a key hides another. */
  get changes(): number {
    return this.#writer.count
  }

  get(key: Uint8Array): Uint8Array | undefined {
    for (let at = this.#pending.length - 1; at >= 0; at--) {
      const delta = this.#pending[at] as DeltaIndex
      const entry = delta.find(key)
      if (entry >= 0) return delta.valueAt(entry)
    }
    return this.#applied.get(key)
  }

  walk(from: Uint8Array, to: Uint8Array | undefined, visit: Visit): void {
    const lanes = this.#pending.map(delta => new DeltaLane(delta, from, to)).reverse()
    const merged = [...lanes, new AppliedLane(this.#applied.scan({ from, to }))]
    for (;;) {
      const first = firstOf(merged)
      if (first?.key === undefined) return
      const { key, value } = first
      if (value !== undefined && !visit(key, value)) return
      for (const lane of merged) {
        if (lane.key !== undefined && compareKeys(lane.key, key) === 0) lane.move()
      }
    }
  }

  lastKey(from: Uint8Array, to: Uint8Array): Uint8Array | undefined {
    const rows = this.#applied.scan({ from, to, reverse: true, limit: 1 })
    let last = rows.next() ? rows.key : undefined
    for (const delta of this.#pending) {
      const entry = delta.seek(to) - 1
      const key = entry < 0 ? undefined : delta.keyAt(entry)
      if (key === undefined || compareKeys(key, from) < 0) continue
      if (last === undefined || compareKeys(key, last) > 0) last = key
    }
    return last
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#writer.put(key, value)
  }

  remove(key: Uint8Array): void {
    this.#writer.delete(key)
  }

  begin(): ByteWriter {
    return this.#writer.begin()
  }

  middle(): ByteWriter {
    return this.#writer.middle()
  }

  end(): void {
    this.#writer.end()
  }

  endRemoved(): void {
    this.#writer.endDeleted()
  }

  /** The delta of the batch, which is speculated on from now on. */
  finish(): Uint8Array {
    invariant(this.depth < PIPELINE_MAX, 'speculation-is-bounded')
    const delta = this.#writer.finish()
    this.#pending.push(new DeltaIndex(delta))
    return delta
  }

  /** The oldest batch is in the applied store now. */
  onApplied(): void {
    invariant(this.depth > 0, 'what-is-applied-was-finished')
    this.#pending.shift()
  }

  discard(): void {
    this.#writer.finish()
    this.#pending = []
  }
}

/** One of several sorted runs of rows; of equal keys the first lane's is the newest. */
interface Lane {
  /** Missing: it is at its end. */
  readonly key: Uint8Array | undefined
  /** Missing: the row is gone. */
  readonly value: Uint8Array | undefined
  move(): void
}

function firstOf(lanes: readonly Lane[]): Lane | undefined {
  let first: Lane | undefined
  for (const lane of lanes) {
    if (lane.key === undefined) continue
    if (first?.key === undefined || compareKeys(lane.key, first.key) < 0) first = lane
  }
  return first
}

class DeltaLane implements Lane {
  key: Uint8Array | undefined
  value: Uint8Array | undefined
  readonly #delta: DeltaIndex
  readonly #to: Uint8Array | undefined
  #entry: number

  constructor(delta: DeltaIndex, from: Uint8Array, to: Uint8Array | undefined) {
    this.#delta = delta
    this.#to = to
    this.#entry = delta.seek(from)
    this.#show()
  }

  move(): void {
    this.#entry++
    this.#show()
  }

  #show(): void {
    const key = this.#entry < this.#delta.size ? this.#delta.keyAt(this.#entry) : undefined
    const within = key !== undefined && (this.#to === undefined || compareKeys(key, this.#to) < 0)
    this.key = within ? key : undefined
    this.value = within ? this.#delta.valueAt(this.#entry) : undefined
  }
}

class AppliedLane implements Lane {
  key: Uint8Array | undefined
  value: Uint8Array | undefined
  readonly #rows: AppliedRows

  constructor(rows: AppliedRows) {
    this.#rows = rows
    this.move()
  }

  move(): void {
    const more = this.#rows.next()
    this.key = more ? this.#rows.key : undefined
    this.value = more ? this.#rows.value : undefined
  }
}
