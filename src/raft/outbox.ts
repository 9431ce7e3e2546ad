/**
 * What the core has to say and to write, until the host takes it. Replies that promise something
 * durable are held here until the write that makes it so was reported persisted: the host cannot
 * send them too early.
 */

import { invariant } from '../base/errors.ts'
import type { Message } from './messages.ts'
import type { ChainAt, ChunkRead, ChunkWrite } from './ready.ts'
import type { HardState, Image, ReadId } from './types.ts'

interface Held {
  readonly number: number
  readonly message: Message
}

export class Outbox {
  messages: Message[] = []
  chunkReads: ChunkRead[] = []
  reads: ReadId[] = []
  readsLost: ReadId[] = []
  chains: ChainAt[] = []
  /** For the next write. */
  chunk: ChunkWrite | undefined
  compact: Image | undefined
  install: Image | undefined
  /** The hard state in the newest write. */
  hardState: HardState
  #held: Held[] = []
  #number = 0
  #persisted = 0

  constructor(hardState: HardState) {
    this.hardState = hardState
  }

  get nextNumber(): number {
    return this.#number + 1
  }

  /** The newest write that was handed out. */
  get number(): number {
    return this.#number
  }

  send(message: Message): void {
    this.messages.push(message)
  }

  /** Sends the message once the write of this number is durable. */
  sendAfter(number: number, message: Message): void {
    if (number <= this.#persisted) this.messages.push(message)
    else this.#held.push({ number, message })
  }

  takeNumber(): number {
    this.#number++
    return this.#number
  }

  /** What was held back goes out, unless it no longer holds. */
  persisted(number: number, stillHolds: (message: Message) => boolean): void {
    invariant(number <= this.#number, 'WRITE persisted only what was handed out')
    invariant(number >= this.#persisted, 'WRITE persisted in order')
    this.#persisted = number
    const open = this.#held.findIndex(held => held.number > number)
    const free = open < 0 ? this.#held.splice(0) : this.#held.splice(0, open)
    for (const { message } of free) {
      if (stillHolds(message)) this.messages.push(message)
    }
  }

  clearNews(): void {
    this.messages = []
    this.chunkReads = []
    this.reads = []
    this.readsLost = []
    this.chains = []
  }

  get hasNews(): boolean {
    return (
      this.messages.length > 0 ||
      this.chunkReads.length > 0 ||
      this.reads.length > 0 ||
      this.readsLost.length > 0 ||
      this.chains.length > 0
    )
  }
}
