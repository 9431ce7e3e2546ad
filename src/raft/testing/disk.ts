/**
 * Test support, no part of what runs: the disk of one replica as the contract of `Write` describes
 * it. Holds what is durable and nothing else; whatever contradicts the contract throws.
 */

import { invariant } from '../../base/errors.ts'
import type { ChunkWrite, Write } from '../ready.ts'
import type { Entry, HardState, Image, Stored } from '../types.ts'

export class Disk {
  hardState: HardState = { term: 0, vote: 0, commit: 0 }
  image: Image
  entries: Entry[] = []
  /** The bytes of complete images, by index. */
  readonly images = new Map<number, Uint8Array>()
  readonly #parts = new Map<string, Uint8Array>()

  constructor(image: Image) {
    this.image = image
  }

  get lastIndex(): number {
    return this.entries.at(-1)?.index ?? this.image.index
  }

  /** In the order of the record's fields. */
  apply(write: Write): void {
    const { commit } = this.hardState
    if (write.chunk !== undefined) this.#addPart(write.chunk)
    if (write.install !== undefined) this.#install(write.install, write.chunk)
    if (write.hardState !== undefined) this.#setHardState(write.hardState)
    if (write.entries.length > 0) this.#setTail(write.entries, commit)
    if (write.compact !== undefined) this.#compact(write.compact)
    invariant(this.hardState.commit <= this.lastIndex, 'DISK commit stays within the log')
  }

  stored(): Stored {
    return { hardState: this.hardState, image: this.image, entries: this.entries }
  }

  #addPart(chunk: ChunkWrite): void {
    const key = partKey(chunk)
    const old = chunk.offset === 0 ? new Uint8Array(0) : this.#parts.get(key)
    invariant(old?.length === chunk.offset, 'DISK chunks without a gap')
    const grown = new Uint8Array(chunk.offset + chunk.data.length)
    grown.set(old)
    grown.set(chunk.data, chunk.offset)
    this.#parts.set(key, grown)
  }

  #install(image: Image, chunk: ChunkWrite | undefined): void {
    const bytes = chunk?.last ? this.#parts.get(partKey(chunk)) : undefined
    invariant(bytes !== undefined, 'DISK an image is whole when it is installed')
    invariant(image.index > this.image.index, 'DISK images move forward')
    this.images.set(image.index, bytes)
    this.image = image
    this.entries = []
  }

  #setHardState(next: HardState): void {
    const { term, vote, commit } = this.hardState
    invariant(next.term >= term, 'DISK terms never fall')
    const sameVote = next.term > term || vote === 0 || next.vote === vote
    invariant(sameVote, 'DISK one vote a term')
    invariant(next.commit >= commit, 'DISK commits never fall')
    this.hardState = next
  }

  #setTail(entries: readonly Entry[], commit: number): void {
    const first = entries[0]?.index ?? 0
    invariant(first <= this.lastIndex + 1 && first > this.image.index, 'DISK no gap')
    invariant(first > commit, 'DISK what is committed stays')
    this.entries = [...this.entries.filter(entry => entry.index < first), ...entries]
  }

  #compact(image: Image): void {
    invariant(image.index > this.image.index, 'DISK images move forward')
    invariant(this.images.has(image.index), 'DISK an image has bytes')
    this.image = image
    this.entries = this.entries.filter(entry => entry.index > image.index)
  }
}

function partKey({ from, image }: ChunkWrite): string {
  return `${from}/${image.index}/${image.term}`
}
