/** The newest blocks, whose bytes stay in memory for those who read at the end: the oldest go. */

import type { NewBlock } from './state/block.ts'

export class Cache {
  readonly #bytesMax: number
  #blocks: NewBlock[] = []
  #first = 0
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  add(block: NewBlock): void {
    this.#blocks.push(block)
    this.#bytes += block.sizeBytes
    while (this.#bytes > this.#bytesMax) this.#drop()
  }

  #drop(): void {
    const oldest = this.#blocks[this.#first++]
    if (oldest === undefined) return
    oldest.bytes = undefined
    this.#bytes -= oldest.sizeBytes
    if (this.#first * 2 < this.#blocks.length) return
    this.#blocks = this.#blocks.slice(this.#first)
    this.#first = 0
  }
}
