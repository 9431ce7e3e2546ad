/**
 * One group's rows in the node's database: all under a prefix of five bytes, the group's number and
 * the part. One database for all groups, not one each: hundreds of groups would be hundreds of
 * write-ahead files, write buffers and compaction threads, and as many folders to lock.
 */

import type { Level } from 'level'
import type { GroupId } from '../../base/ids.ts'
import type { StateChange, StateCut, StateRow, StateSpace } from '../../base/state.ts'

export type Database = Level<Uint8Array, Uint8Array>
type Snapshot = ReturnType<Database['snapshot']>
/** From a key up to another. */
export interface Range {
  readonly gte: Uint8Array
  readonly lt: Uint8Array
}

function rowsOf(database: Database, range: Range, snapshot: Snapshot) {
  return database.iterator<Uint8Array, Uint8Array>({ ...range, snapshot })
}

type RowIterator = ReturnType<typeof rowsOf>

/** What a space needs of its store. */
export interface Rows {
  readonly database: Database
  get(key: Uint8Array): Uint8Array | undefined
  write(changes: readonly StateChange[], done: () => void): void
  clear(range: Range, done: () => void): void
  /** `take` is called when the database holds what was written so far, and nothing else. */
  whenDown(take: () => void): void
  onFailed(error: unknown): void
}

const PREFIX_BYTES = 5
/** Rows in one piece of a cut: a slice of a few milliseconds at most. */
const CUT_ROWS_MAX = 512

/** Every key that begins with the prefix lies between the prefix and this. */
function behind(prefix: Uint8Array): Uint8Array {
  const next = prefix.slice()
  for (let at = next.length - 1; at >= 0; at--) {
    const byte = ((next[at] ?? 0) + 1) & 0xff
    next[at] = byte
    if (byte !== 0) return next
  }
  return new Uint8Array(PREFIX_BYTES + 1).fill(0xff)
}

/** Without Buffer's own ways: its `slice` makes no copy. */
function plain(bytes: Uint8Array, from = 0): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, bytes.length - from)
}

export class LevelSpace implements StateSpace {
  readonly #rows: Rows
  readonly #prefix: Uint8Array
  readonly #range: { readonly gte: Uint8Array; readonly lt: Uint8Array }

  constructor(rows: Rows, group: GroupId, part: number) {
    this.#rows = rows
    this.#prefix = new Uint8Array(PREFIX_BYTES)
    // The highest byte first: groups lie in the order of their numbers.
    new DataView(this.#prefix.buffer).setUint32(0, group)
    this.#prefix[PREFIX_BYTES - 1] = part
    this.#range = { gte: this.#prefix, lt: behind(this.#prefix) }
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const found = this.#rows.get(this.#placed(key))
    return found === undefined ? undefined : plain(found)
  }

  write(changes: readonly StateChange[], done: () => void): void {
    this.#rows.write(
      changes.map(change => ({ ...change, key: this.#placed(change.key) })),
      done,
    )
  }

  clear(done: () => void): void {
    this.#rows.clear(this.#range, done)
  }

  cut(): StateCut {
    return new LevelCut(this.#rows, this.#range)
  }

  #placed(key: Uint8Array): Uint8Array {
    const placed = new Uint8Array(PREFIX_BYTES + key.length)
    placed.set(this.#prefix)
    placed.set(key, PREFIX_BYTES)
    return placed
  }
}

class LevelCut implements StateCut {
  readonly #rows: Rows
  #open: { readonly snapshot: Snapshot; readonly iterator: RowIterator } | undefined
  #isClosed = false
  /** Asked before the cut was taken. */
  #onTaken: (() => void) | undefined

  constructor(rows: Rows, range: Range) {
    this.#rows = rows
    rows.whenDown(() => {
      if (this.#isClosed) return
      const { database } = rows
      // In this very turn; an iterator alone would be too, but promises it only by the way.
      const snapshot = database.snapshot()
      this.#open = { snapshot, iterator: rowsOf(database, range, snapshot) }
      this.#onTaken?.()
    })
  }

  next(done: (rows: readonly StateRow[]) => void): void {
    const { iterator } = this.#open ?? {}
    if (iterator === undefined) {
      this.#onTaken = () => this.next(done)
      return
    }
    iterator.nextv(CUT_ROWS_MAX).then(
      found =>
        done(found.map(([key, value]) => ({ key: plain(key, PREFIX_BYTES), value: plain(value) }))),
      error => this.#rows.onFailed(error),
    )
  }

  close(): void {
    this.#isClosed = true
    if (this.#open === undefined) return
    const { iterator, snapshot } = this.#open
    const closed = iterator.close().then(() => snapshot.close())
    closed.catch(error => this.#rows.onFailed(error))
  }
}
