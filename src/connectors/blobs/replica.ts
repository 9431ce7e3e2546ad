/**
 * What one client knows of a sequence: the ledger that follows from its entries up to a number, and
 * by which attempt the entry of that number was written. Pure: `sequence.ts` reads and writes.
 */

import { type Effect, Ledger } from '../log/state/ledger.ts'
import type { Entry, Image } from './objects.ts'

export class Replica {
  readonly ledger = new Ledger()
  #number = 0
  #id = ''
  /** The newest image that this client knows of. */
  imageAt = 0
  #certain = 0

  get number(): number {
    return this.#number
  }

  get id(): string {
    return this.#id
  }

  /** The newest entry of which it was seen that it counts; 0: of none. */
  get certain(): number {
    return this.#certain
  }

  /** It was seen that all that is known counts. */
  confirm(): void {
    this.#certain = this.#number
  }

  static from({ number, id, state, blocks }: Image, nowMs: number): Replica | undefined {
    const replica = new Replica()
    replica.ledger.begin(state, nowMs)
    for (const [partition, all] of blocks) {
      for (const block of all) {
        const op = { kind: 'move', partition, block } as const
        if (!replica.ledger.knows(op)) return undefined
        replica.ledger.apply(op, nowMs)
      }
    }
    replica.#number = number
    replica.#id = id
    replica.imageAt = number
    replica.confirm()
    return replica
  }

  get image(): Image {
    const blocks = [...this.ledger.topics()].flatMap(({ partitions }) =>
      partitions.map(one => [one.number, one.blocks] as const),
    )
    return { number: this.#number, id: this.#id, state: this.ledger.state, blocks }
  }

  /** Whether these follow, each the one before it. */
  isFollowedBy(entries: readonly Entry[]): boolean {
    let [number, id] = [this.#number, this.#id]
    return entries.every(entry => {
      const follows = entry.number === number + 1 && entry.previous === id
      number = entry.number
      id = entry.id
      return follows
    })
  }

  /** undefined: no log that works as it should could have written it here. */
  apply({ number, id, op }: Entry, nowMs: number): Effect | undefined {
    if (!this.ledger.knows(op)) return undefined
    this.#number = number
    this.#id = id
    return this.ledger.apply(op, nowMs)
  }
}
