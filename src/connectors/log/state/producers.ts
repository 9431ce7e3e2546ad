/** Who has which transactional id, in which life, and what he has open. */

import { invariant } from '../../../base/errors.ts'

/** A life under a transactional id: whoever shows another one is fenced. */
export interface Life {
  readonly producer: number
  readonly epoch: number
}

export interface Producer {
  readonly id: string
  readonly number: number
  epoch: number
  timeoutMs: number
  /** Of the last send of this life; and where it went, for whoever sends it again. */
  sequence: number
  offsets: readonly number[]
  /** The numbers of the partitions that the open transaction has records in. */
  readonly open: Set<number>
  /** When the transaction was opened, by a clock that only this process knows. */
  openedMs: number
  /** By the log's own time; 0: since that was told last. */
  usedMs: number
}

export class Producers {
  readonly #byId = new Map<string, Producer>()
  readonly #byNumber = new Map<number, Producer>()
  #numbers = 0

  /** Numbers that were given: none is given twice. */
  get numbers(): number {
    return this.#numbers
  }

  get size(): number {
    return this.#byId.size
  }

  all(): Iterable<Producer> {
    return this.#byId.values()
  }

  named(id: string): Producer | undefined {
    return this.#byId.get(id)
  }

  /** undefined: fenced. */
  claimed({ producer, epoch }: Life): Producer | undefined {
    const found = this.#byNumber.get(producer)
    return found?.epoch === epoch ? found : undefined
  }

  has(number: number): boolean {
    return this.#byNumber.has(number)
  }

  numbered(number: number): Producer {
    const found = this.#byNumber.get(number)
    invariant(found !== undefined, 'LOG a producer has its number', number)
    return found
  }

  /** The next life; nothing of the one before is open any more. */
  begin(id: string, timeoutMs: number): Life {
    const producer = this.#byId.get(id) ?? this.#new(id)
    producer.epoch++
    producer.timeoutMs = timeoutMs
    producer.sequence = 0
    producer.offsets = []
    producer.usedMs = 0
    return { producer: producer.number, epoch: producer.epoch }
  }

  /** As they were. */
  restore(numbers: number, producers: readonly Producer[]): void {
    this.#numbers = numbers
    for (const producer of producers) this.#put(producer)
  }

  /** It is this late: so it was for whoever did something since it was last told. */
  tell(wallMs: number): void {
    for (const producer of this.#byId.values()) {
      if (producer.usedMs === 0) producer.usedMs = wallMs
    }
  }

  /** The id is free, and whoever comes with a life under it is fenced. */
  dismiss(number: number): void {
    this.#byId.delete(this.numbered(number).id)
    this.#byNumber.delete(number)
  }

  #put(producer: Producer): void {
    this.#byId.set(producer.id, producer)
    this.#byNumber.set(producer.number, producer)
  }

  /** A partition is no more: nothing is open there. */
  forget(partition: number): void {
    for (const { open } of this.#byId.values()) open.delete(partition)
  }

  #new(id: string): Producer {
    const number = ++this.#numbers
    const life = { epoch: 0, timeoutMs: 0, sequence: 0, offsets: [] }
    const producer = { id, number, ...life, open: new Set<number>(), openedMs: 0, usedMs: 0 }
    this.#put(producer)
    return producer
  }
}
