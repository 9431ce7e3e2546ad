/**
 * One gRPC stream as a Connection, whichever side opened it. gRPC takes one message after the other
 * and says when the system has taken it; what was given and not yet taken is counted here.
 */

import type { Connection } from '../../base/env.ts'

/** What both kinds of stream have, and all that is used of them. */
export interface FrameStream {
  write(frame: Uint8Array, taken: () => void): boolean
  end(): void
}

export interface DuplexParts {
  readonly stream: FrameStream
  /** Ends what cannot be ended in peace. */
  destroy(): void
  names(): readonly string[] | undefined
}

/** A stream that was closed may say what it still has to say for so long. */
const CLOSING_MS = 1000

export class Duplex implements Connection {
  queuedBytes = 0
  /** Nothing is to be told any more. */
  isClosed = false
  readonly #parts: DuplexParts
  #isGone = false
  #timer: NodeJS.Timeout | undefined

  constructor(parts: DuplexParts) {
    this.#parts = parts
  }

  get peerNames(): readonly string[] | undefined {
    return this.#parts.names()
  }

  send(frame: Uint8Array): void {
    if (this.isClosed) return
    const size = frame.length
    this.queuedBytes += size
    this.#parts.stream.write(frame, () => {
      if (!this.#isGone) this.queuedBytes -= size
    })
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#parts.stream.end()
    this.#timer = setTimeout(() => this.#parts.destroy(), CLOSING_MS).unref()
  }

  /** The stream is over. True: this is news, and nobody closed it here. */
  onGone(): boolean {
    if (this.#isGone) return false
    this.#isGone = true
    clearTimeout(this.#timer)
    const isNews = !this.isClosed
    this.isClosed = true
    this.queuedBytes = 0
    return isNews
  }
}
