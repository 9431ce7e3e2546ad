/**
 * A simulated file: what the operating system shows (`seen`), what would be left after a power cut
 * (`platter`), and the changes between the two, in order. A failed sync drops changes that stay
 * visible: the page cache lies.
 */

import type { Prng } from '../../../src/base/prng.ts'

const FIRST_CAPACITY = 256
/** Garbage behind the last write that survived a power cut. */
const GARBAGE_BYTES_MAX = 48

/** Bytes that grow at the end, or are cut there. */
class Bytes {
  size = 0
  #buffer = new Uint8Array(FIRST_CAPACITY)

  put(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#buffer.length))
      grown.set(this.#buffer)
      this.#buffer = grown
    }
    this.#buffer.set(bytes, offset)
    this.size = Math.max(this.size, end)
  }

  cut(size: number): void {
    this.#buffer.fill(0, size, this.size)
    this.size = Math.min(this.size, size)
  }

  flip(at: number, mask: number): void {
    this.#buffer[at] = (this.#buffer[at] as number) ^ mask
  }

  copy(): Uint8Array {
    return this.#buffer.slice(0, this.size)
  }

  take(from: Bytes): void {
    this.cut(0)
    this.put(0, from.#buffer.subarray(0, from.size))
  }
}

/** A write at an offset, or a cut to a size. */
interface Change {
  readonly offset: number
  readonly bytes: Uint8Array | undefined
}

/** What a power cut did to a file. */
export interface Damage {
  readonly lost: boolean
  readonly torn: boolean
}

const NO_BYTES = new Uint8Array(0)

export class SimFile {
  readonly seen = new Bytes()
  readonly platter = new Bytes()
  /**
   * Up to here a sync was answered without an error. The machine's own truth: by it a store tells a
   * torn tail from damage, as a note of the durable end in a place of its own would.
   */
  promised = 0
  #changes: Change[] = []
  /** Where a write was cut short: nothing from here on was ever answered for. */
  #brokenAt = Number.POSITIVE_INFINITY
  /**
   * Changes that have left `#changes`, since the beginning: places of syncs in the order of
   * changes.
   */
  #settled = 0

  /** A file that was written and synced. */
  static holding(bytes: Uint8Array): SimFile {
    const file = new SimFile()
    file.append(bytes)
    file.sync(file.mark())
    return file
  }

  get isUnsynced(): boolean {
    return this.#changes.length > 0
  }

  append(bytes: Uint8Array): void {
    const taken = bytes.slice()
    this.#changes.push({ offset: this.seen.size, bytes: taken })
    this.seen.put(this.seen.size, taken)
  }

  /** A part of a write that failed. */
  appendPart(bytes: Uint8Array): void {
    this.#brokenAt = Math.min(this.#brokenAt, this.seen.size)
    this.append(bytes)
  }

  truncate(size: number): void {
    this.#changes.push({ offset: size, bytes: undefined })
    this.seen.cut(size)
  }

  /** Where a sync that is asked for now begins to promise nothing. */
  mark(): number {
    return this.#settled + this.#changes.length
  }

  sync(mark: number): void {
    const many = Math.max(0, mark - this.#settled)
    for (let i = 0; i < many; i++) {
      this.#settle(this.#changes[i] as Change)
    }
    this.#drop(many)
    this.promised = Math.min(this.platter.size, this.#brokenAt)
  }

  /**
   * The sync failed: of the changes before the mark some prefix is on the platter and the rest
   * forgotten.
   */
  failSync(mark: number, prng: Prng): void {
    const many = Math.max(0, mark - this.#settled)
    const kept = prng.below(many + 1)
    for (let i = 0; i < kept; i++) {
      this.#settle(this.#changes[i] as Change)
    }
    this.#drop(many)
  }

  /**
   * Of the changes a prefix survives, of the next one perhaps a part, and perhaps garbage behind
   * it.
   */
  cutPower(prng: Prng): Damage {
    const many = this.#changes.length
    if (many === 0) {
      this.seen.take(this.platter)
      return { lost: false, torn: false }
    }
    const kept = prng.below(many + 1)
    for (let i = 0; i < kept; i++) {
      this.#settle(this.#changes[i] as Change)
    }
    const next = this.#changes[kept]
    const torn = next?.bytes !== undefined && this.#tear(next.offset, next.bytes, prng)
    this.#drop(many)
    this.seen.take(this.platter)
    return { lost: kept < many, torn }
  }

  flip(at: number, mask: number): void {
    this.platter.flip(at, mask)
    if (at < this.seen.size) {
      this.seen.flip(at, mask)
    }
  }

  /** Everything from here on is gone for good, synced or not. */
  cutShort(size: number): void {
    for (const change of this.#changes) this.#settle(change)
    this.#drop(this.#changes.length)
    for (const bytes of [this.seen, this.platter]) bytes.cut(size)
    this.promised = Math.min(this.promised, size)
  }

  #tear(offset: number, bytes: Uint8Array, prng: Prng): boolean {
    const part = prng.below(bytes.length + 1)
    const garbage = prng.chance(0.3) ? new Uint8Array(prng.below(GARBAGE_BYTES_MAX)) : NO_BYTES
    const isNoise = prng.chance(0.5)
    for (let i = 0; isNoise && i < garbage.length; i++) {
      garbage[i] = prng.below(256)
    }
    this.platter.put(offset, bytes.subarray(0, part))
    this.platter.put(offset + part, garbage)
    return (part > 0 && part < bytes.length) || garbage.length > 0
  }

  #settle(change: Change): void {
    if (change.bytes === undefined) {
      this.platter.cut(change.offset)
    } else {
      this.platter.put(change.offset, change.bytes)
    }
  }

  #drop(many: number): void {
    this.#changes.splice(0, many)
    this.#settled += many
  }
}
