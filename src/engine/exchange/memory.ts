/**
 * What a sender's head read lately, one stretch behind the other, for whoever is not there yet or
 * has to begin again. Each branch keeps its own newest records within a bound of its own, so a
 * group that is slow loses its place here and takes nothing from the others.
 */

import { invariant } from '../../base/errors.ts'
import type { Records } from '../columns/records.ts'
import { weightOf } from '../columns/weight.ts'
import type { SenderBounds } from './bounds.ts'
import type { Stretch } from './stretch.ts'

interface Kept extends Stretch {
  readonly parts: Map<number, Records>
  /** Of each part. */
  readonly weights: ReadonlyMap<number, number>
}

interface Shelf {
  /** All records of the branch at or behind this offset are here. */
  from: number
  bytes: number
}

export class Memory {
  readonly #bounds: Pick<SenderBounds, 'branchBytes' | 'stretchesMax'>
  readonly #shelves: readonly Shelf[]
  #kept: Kept[] = []
  #end: number

  constructor(
    branches: number,
    begin: number,
    bounds: Pick<SenderBounds, 'branchBytes' | 'stretchesMax'>,
  ) {
    this.#bounds = bounds
    this.#shelves = Array.from({ length: branches }, () => ({ from: begin, bytes: 0 }))
    this.#end = begin
  }

  /** Where the next stretch begins. */
  get end(): number {
    return this.#end
  }

  /** All that is here, by weight. */
  get bytes(): number {
    return this.#shelves.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get stretches(): number {
    return this.#kept.length
  }

  push(stretch: Stretch): void {
    invariant(stretch.from === this.#end && stretch.from < stretch.to, 'stretches-follow')
    const weights = new Map([...stretch.parts].map(([branch, part]) => [branch, weightOf(part)]))
    this.#kept.push({ ...stretch, parts: new Map(stretch.parts), weights })
    this.#end = stretch.to
    for (const [branch, weight] of weights) {
      this.#shelf(branch).bytes += weight
      this.#drop(branch)
    }
    if (this.#kept.length > this.#bounds.stretchesMax) this.#forgetOldest()
  }

  /** Where the branch is to be served from, if its records from there on are here. */
  at(branch: number, offset: number): Stretch | undefined {
    if (offset < this.#shelf(branch).from || offset >= this.#end) return undefined
    return this.#kept[this.#indexOf(offset)]
  }

  #shelf(branch: number): Shelf {
    const shelf = this.#shelves[branch]
    invariant(shelf !== undefined, 'a-branch-is-known', branch)
    return shelf
  }

  /** The stretch in which the offset lies, by halves. */
  #indexOf(offset: number): number {
    let low = 0
    let high = this.#kept.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#kept[middle] as Kept).to <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The oldest records give way; those of the newest stretch stay, however heavy they are. */
  #drop(branch: number): void {
    const shelf = this.#shelf(branch)
    const last = this.#kept.length - 1
    let index = this.#indexOf(shelf.from)
    while (shelf.bytes > this.#bounds.branchBytes && index < last) {
      this.#take(this.#kept[index++] as Kept, branch)
    }
  }

  #take({ to, parts, weights }: Kept, branch: number): void {
    const shelf = this.#shelf(branch)
    if (parts.delete(branch)) shelf.bytes -= weights.get(branch) ?? 0
    shelf.from = Math.max(shelf.from, to)
  }

  #forgetOldest(): void {
    const oldest = this.#kept.shift()
    invariant(oldest !== undefined, 'there-is-an-oldest-stretch')
    for (let branch = 0; branch < this.#shelves.length; branch++) {
      this.#take(oldest, branch)
    }
  }
}
