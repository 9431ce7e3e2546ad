/**
 * What is known of one partition: which blocks stand at which offsets, which of them are decided,
 * and how. A marker takes an offset, as it does in Kafka, though nothing is written at it.
 */

import { invariant } from '../../../base/errors.ts'
import type { Isolation } from '../../../base/stream-log.ts'
import type { NewBlock } from './block.ts'

export type Verdict = 'commit' | 'abort'

/** A block at its offset. */
export interface Block extends NewBlock {
  readonly first: number
  /** Outside of transactions: 0. */
  readonly producer: number
  /** Of a transaction that is open: undefined. */
  verdict: Verdict | undefined
}

/** As a segment's head says it. */
export interface PartitionState {
  readonly number: number
  readonly start: number
  readonly end: number
  /** Where each open transaction begins, by producer. */
  readonly open: ReadonlyMap<number, number>
}

/** What is to be read for a fetch. */
export interface Found {
  readonly blocks: readonly Block[]
  /** Where one reads on if all that is taken. */
  readonly position: number
}

export class Partition {
  readonly number: number
  /** In the order of offsets, with gaps where markers are. */
  #blocks: Block[] = []
  readonly #open = new Map<number, { first: number; blocks: Block[] }>()
  #start = 0
  #end = 0
  #sizeBytes = 0

  constructor(number: number) {
    this.number = number
  }

  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  get blocks(): readonly Block[] {
    return this.#blocks
  }

  get state(): PartitionState {
    const open = new Map([...this.#open].map(([producer, { first }]) => [producer, first]))
    return { number: this.number, start: this.#start, end: this.#end, open }
  }

  /** As it was when a segment began; its blocks come again from segments. */
  begin({ start, end, open }: PartitionState): void {
    this.#start = start
    this.#end = end
    for (const [producer, first] of open) this.#open.set(producer, { first, blocks: [] })
  }

  /** Behind what counts for such a reader. */
  bound(isolation: Isolation): number {
    let bound = this.#end
    if (isolation === 'committed') {
      for (const { first } of this.#open.values()) bound = Math.min(bound, first)
    }
    return Math.max(this.#start, bound)
  }

  append(added: readonly NewBlock[], producer: number): number {
    const offset = this.#end
    for (const one of added) {
      const verdict = producer === 0 ? 'commit' : undefined
      const block: Block = Object.assign(one, { first: this.#end, producer, verdict } as const)
      this.#blocks.push(block)
      this.#end += block.count
      this.#sizeBytes += block.sizeBytes
      if (producer !== 0) this.#opened(producer, offset).push(block)
    }
    return offset
  }

  mark(producer: number, verdict: Verdict): void {
    for (const block of this.#open.get(producer)?.blocks ?? []) block.verdict = verdict
    this.#open.delete(producer)
    this.#end++
  }

  /** What lies before is gone. */
  forget(before: number): void {
    this.#start = Math.max(this.#start, before)
    let count = 0
    for (const block of this.#blocks) {
      if (block.first + block.count > this.#start) break
      this.#sizeBytes -= block.sizeBytes
      count++
    }
    this.#blocks.splice(0, count)
  }

  /** The block at this offset has other bytes from now on; one that was not known is known now. */
  place(moved: Block): void {
    if (moved.first + moved.count <= this.#start) return
    const at = this.#from(moved.first)
    const known = this.#blocks[at]
    if (known?.first === moved.first) {
      known.segment = moved.segment
      known.at = moved.at
      return
    }
    this.#blocks.splice(at, 0, moved)
    this.#sizeBytes += moved.sizeBytes
    if (moved.verdict === undefined) this.#opened(moved.producer, moved.first).push(moved)
  }

  blockAt(first: number): Block | undefined {
    const block = this.#blocks[this.#from(first)]
    return block?.first === first ? block : undefined
  }

  /** About so many bytes; one block at least, if there is one to see. */
  find(offset: number, isolation: Isolation, maxBytes: number): Found {
    const bound = this.bound(isolation)
    const blocks: Block[] = []
    let bytes = 0
    for (let at = this.#from(offset); at < this.#blocks.length; at++) {
      const block = this.#blocks[at] as Block
      if (block.first >= bound) break
      if (isolation === 'committed' && block.verdict === 'abort') continue
      if (blocks.length > 0 && bytes >= maxBytes) return { blocks, position: block.first }
      bytes += block.sizeBytes
      blocks.push(block)
    }
    return { blocks, position: Math.max(offset, bound) }
  }

  /** What lies before this offset is too old, or too much; nothing that is not decided. */
  retained(youngestMs: number, bytesMax: number): number {
    const stable = this.bound('committed')
    let sizeBytes = this.#sizeBytes
    for (const { first, count, newestMs, sizeBytes: size } of this.#blocks) {
      const isKept = newestMs >= youngestMs && sizeBytes <= bytesMax
      if (isKept || first + count > stable) return Math.max(this.#start, first)
      sizeBytes -= size
    }
    return stable
  }

  #opened(producer: number, first: number): Block[] {
    const known = this.#open.get(producer) ?? { first, blocks: [] }
    this.#open.set(producer, known)
    return known.blocks
  }

  /** The first block that ends behind this offset. */
  #from(offset: number): number {
    let low = 0
    let high = this.#blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      const block = this.#blocks[middle]
      invariant(block !== undefined, 'LOG a block at each place')
      if (block.first + block.count <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
