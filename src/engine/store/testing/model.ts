/** A store that cannot be wrong: an array that is kept sorted. For tests. */

import type { Range, Row } from '../cursor.ts'
import { DeltaReader, DeltaWriter } from '../delta.ts'
import { compareKeys } from '../entry.ts'

export interface Change {
  readonly key: Uint8Array
  /** Without it the row goes. */
  readonly value?: Uint8Array | undefined
}

export class Model {
  rows: Row[]

  constructor(rows: readonly Row[] = []) {
    this.rows = [...rows]
  }

  get dataBytes(): number {
    return this.rows.reduce((sum, { key, value }) => sum + key.length + value.length, 0)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const at = this.#lower(key)
    const row = this.rows[at]
    return row !== undefined && compareKeys(row.key, key) === 0 ? row.value : undefined
  }

  change({ key, value }: Change): void {
    const at = this.#lower(key)
    const row = this.rows[at]
    const there = row !== undefined && compareKeys(row.key, key) === 0 ? 1 : 0
    this.rows.splice(at, there, ...(value === undefined ? [] : [{ key, value }]))
  }

  scan({ from, to, reverse = false, limit = Infinity }: Range): Row[] {
    const start = from === undefined ? 0 : this.#lower(from)
    const end = to === undefined ? this.rows.length : this.#lower(to)
    const rows = this.rows.slice(start, end)
    return (reverse ? rows.reverse() : rows).slice(0, limit)
  }

  /** The first row whose key is not below. */
  #lower(key: Uint8Array): number {
    let low = 0
    let high = this.rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys((this.rows[middle] as Row).key, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

export function deltaOf(changes: readonly Change[]): Uint8Array {
  const writer = new DeltaWriter()
  for (const { key, value } of changes) {
    if (value === undefined) writer.delete(key)
    else writer.put(key, value)
  }
  return writer.finish()
}

/** What a delta says, copied. */
export function changesOf(delta: Uint8Array): Change[] {
  const changes: Change[] = []
  const reader = new DeltaReader(delta)
  while (reader.next()) changes.push({ key: reader.key.slice(), value: reader.value?.slice() })
  return changes
}
