/**
 * Test support: the disk of one replica. Writes wait in a queue until they are persisted, in order;
 * a crash throws the queue away. Image files keep the text of the state.
 */

import { invariant } from '../../base/errors.ts'
import type { ChunkBytes, ChunkRead, ChunkWrite, Write } from '../ready.ts'
import type { Entry, HardState, Image, Stored } from '../types.ts'

const empty = new Uint8Array(0)

export class Disk {
  /** Writes are durable only when the script says so. */
  slow = false
  /** What each stored image holds, by index. */
  readonly #files = new Map<number, Uint8Array>()
  #hardState: HardState
  #image: Image
  #entries: readonly Entry[]
  #incoming: Uint8Array = empty
  #queue: Write[] = []

  constructor(stored: Stored) {
    this.#hardState = stored.hardState
    this.#image = stored.image
    this.#entries = stored.entries
    this.#files.set(stored.image.index, empty)
  }

  get stored(): Stored {
    return { hardState: this.#hardState, image: this.#image, entries: this.#entries }
  }

  get queue(): readonly Write[] {
    return this.#queue
  }

  add(write: Write): void {
    this.#queue.push(write)
  }

  /** Makes the oldest write durable. */
  persist(): Write | undefined {
    const write = this.#queue.shift()
    if (write !== undefined) this.#do(write)
    return write
  }

  /** What was not durable is lost. */
  crash(): void {
    this.#queue = []
    this.#incoming = empty
  }

  /** Damage: the newest entries are gone although they were durable. */
  lose(count: number): void {
    this.#entries = this.#entries.slice(0, this.#entries.length - count)
  }

  saveImage(index: number, bytes: Uint8Array): void {
    this.#files.set(index, bytes)
  }

  mustImage(index: number): Uint8Array {
    const file = this.#files.get(index)
    invariant(file !== undefined, 'DISK an image in use has a file')
    return file
  }

  read({ to, image, offset, sizeBytesMax }: ChunkRead): ChunkBytes {
    const file = this.#files.get(image.index)
    if (file === undefined) return { to, imageIndex: image.index, offset, last: false }
    const data = file.slice(offset, offset + sizeBytesMax)
    return { to, imageIndex: image.index, offset, data, last: offset + data.length >= file.length }
  }

  /** In the order of the record's fields. */
  #do(write: Write): void {
    const { chunk, install, hardState, entries, compact } = write
    if (chunk !== undefined) this.#receive(chunk)
    if (install !== undefined) {
      this.#keepImage(install)
      this.#entries = []
    }
    if (hardState !== undefined) this.#hardState = hardState
    const first = entries[0]
    if (first !== undefined) {
      this.#entries = [...this.#entries.filter(entry => entry.index < first.index), ...entries]
    }
    if (compact !== undefined) {
      this.#keepImage(compact)
      this.#entries = this.#entries.filter(entry => entry.index > compact.index)
    }
  }

  #receive({ image, offset, data, last }: ChunkWrite): void {
    const before = offset === 0 ? empty : this.#incoming
    invariant(before.length === offset, 'DISK chunks come in order')
    this.#incoming = new Uint8Array([...before, ...data])
    if (last) this.#files.set(image.index, this.#incoming)
  }

  /** One image is kept: the others are no longer needed. */
  #keepImage(image: Image): void {
    this.#image = image
    for (const index of [...this.#files.keys()]) {
      if (index !== image.index) this.#files.delete(index)
    }
  }
}
