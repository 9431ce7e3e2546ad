/** One stream of a trunk, as whoever uses it knows it. */

import type { Connection } from '../../base/env.ts'

/** What a stream asks of what carries it. */
export interface Carriage {
  readonly peerNames: readonly string[] | undefined
  send(stream: Stream, frame: Uint8Array): void
  close(stream: Stream): void
  /** Counts anew what streams have sent and the system has not taken. */
  settle(): void
}

export class Stream implements Connection {
  readonly number: number
  /** Nothing is told of it any more. */
  isClosed = false
  /** Sent, and not yet known to be taken. */
  untakenBytes = 0
  readonly #carriage: Carriage

  constructor(number: number, carriage: Carriage) {
    this.number = number
    this.#carriage = carriage
  }

  get queuedBytes(): number {
    if (this.untakenBytes > 0) this.#carriage.settle()
    return this.untakenBytes
  }

  get peerNames(): readonly string[] | undefined {
    return this.#carriage.peerNames
  }

  send(frame: Uint8Array): void {
    if (!this.isClosed) this.#carriage.send(this, frame)
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#carriage.close(this)
  }
}
