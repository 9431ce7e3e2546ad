/**
 * Rows that are written and not yet in the database: whoever reads sees them at once, and the
 * database gets them together, each key once. A layer is sealed when it goes down; what is written
 * meanwhile makes the next one, so that what is in the database is always all that was written up
 * to some moment.
 */

import type { StateChange } from '../../base/state.ts'

/** The last change of each key. */
export type Layer = ReadonlyMap<string, StateChange>

/** What a row takes in memory besides its bytes, about. */
export const ROW_BYTES = 128

const sizeOf = ({ key, value }: StateChange) => ROW_BYTES + key.length + (value?.length ?? 0)

/** One character for each byte. */
const nameOf = ({ buffer, byteOffset, length }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, length).toString('latin1')

export class Ahead {
  /** The oldest first; the first may be on its way down. */
  readonly #sealed: { readonly layer: Layer; readonly bytes: number }[] = []
  #open = new Map<string, StateChange>()
  #openBytes = 0
  #sealedBytes = 0

  /** Not sealed. */
  get openBytes(): number {
    return this.#openBytes
  }

  get bytes(): number {
    return this.#openBytes + this.#sealedBytes
  }

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#sealed.length === 0
  }

  add(changes: readonly StateChange[]): void {
    for (const change of changes) {
      const name = nameOf(change.key)
      const former = this.#open.get(name)
      if (former !== undefined) this.#openBytes -= sizeOf(former)
      this.#open.set(name, change)
      this.#openBytes += sizeOf(change)
    }
  }

  /** undefined: the database knows best. */
  find(key: Uint8Array): StateChange | undefined {
    if (this.isEmpty) return undefined
    const name = nameOf(key)
    const found = this.#open.get(name)
    if (found !== undefined) return found
    for (let at = this.#sealed.length - 1; at >= 0; at--) {
      const change = this.#sealed[at]?.layer.get(name)
      if (change !== undefined) return change
    }
    return undefined
  }

  /** undefined: there is nothing to bring down. */
  seal(): Layer | undefined {
    if (this.#open.size === 0) return undefined
    const layer = this.#open
    const bytes = this.#openBytes
    this.#sealed.push({ layer, bytes })
    this.#sealedBytes += bytes
    this.#open = new Map()
    this.#openBytes = 0
    return layer
  }

  /** The oldest sealed layer is in the database. */
  landed(): void {
    this.#sealedBytes -= this.#sealed.shift()?.bytes ?? 0
  }
}
