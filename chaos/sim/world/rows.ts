/**
 * The rows of a simulated state store, as one machine's disk holds them: what was synced, and the
 * batches since. A power cut loses the end of those and, as LevelDB does it, at times a stretch in
 * their middle, silently; the death of a process loses nothing.
 */

import type { Prng } from '../../../src/base/prng.ts'

/** Keys as text of one character a byte: so they have an order. Without a value the row goes. */
export interface RowChange {
  readonly key: string
  readonly value: Uint8Array | undefined
}

export type Batch = readonly RowChange[]
export type RowsCopy = ReadonlyMap<string, Uint8Array>

export interface RowsParts {
  readonly prng: Prng
  readonly tally: { hit(kind: 'state-gap'): void }
}

/** Of power cuts that leave several batches, so many lose some in the middle. */
const GAP_CHANCE = 0.6

export class SimRows {
  readonly #parts: RowsParts
  #durable = new Map<string, Uint8Array>()
  #unsynced: Batch[] = []
  /** What a process sees. */
  #seen = new Map<string, Uint8Array>()

  constructor(parts: RowsParts) {
    this.#parts = parts
  }

  get(key: string): Uint8Array | undefined {
    return this.#seen.get(key)
  }

  /** All whose keys begin so, in order. */
  under(prefix: string): readonly (readonly [string, Uint8Array])[] {
    const found = [...this.#seen].filter(([key]) => key.startsWith(prefix))
    return found.sort(([a], [b]) => (a < b ? -1 : 1))
  }

  write(batch: Batch): void {
    this.#unsynced.push(batch)
    apply(this.#seen, batch)
  }

  sync(): void {
    this.#durable = new Map(this.#seen)
    this.#unsynced = []
  }

  cutPower(): void {
    const { prng, tally } = this.#parts
    const left = this.#unsynced.slice(0, prng.below(this.#unsynced.length + 1))
    if (left.length > 1 && prng.chance(GAP_CHANCE)) {
      const from = prng.below(left.length - 1)
      left.splice(from, 1 + prng.below(left.length - 1 - from))
      tally.hit('state-gap')
    }
    for (const batch of left) apply(this.#durable, batch)
    this.#unsynced = []
    this.#seen = new Map(this.#durable)
  }

  wipe(): void {
    this.putBack(new Map())
  }

  copy(): RowsCopy {
    return new Map(this.#durable)
  }

  putBack(copy: RowsCopy): void {
    this.#durable = new Map(copy)
    this.#unsynced = []
    this.#seen = new Map(copy)
  }
}

function apply(rows: Map<string, Uint8Array>, batch: Batch): void {
  for (const { key, value } of batch) {
    if (value === undefined) rows.delete(key)
    else rows.set(key, value)
  }
}
