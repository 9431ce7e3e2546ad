/** A connection that somebody opens to us: one call of a method. */

import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js'
import type { Connection, ConnectionListener } from '../../base/env.ts'
import { Duplex } from './duplex.ts'
import { type Endings, tellEnd } from './endings.ts'
import { provedBy } from './names.ts'

export type Call = ServerDuplexStream<Uint8Array, Uint8Array>

export class Incoming {
  readonly connection: Connection
  readonly #call: Call
  readonly #duplex: Duplex
  readonly #endings: Endings

  constructor(call: Call, endings: Endings) {
    this.#call = call
    this.#endings = endings
    this.#duplex = new Duplex({
      stream: call,
      destroy: () => call.destroy(),
      names: () => provedBy(call),
    })
    this.connection = this.#duplex
    // Tells the caller that he is heard, though we may have nothing to say yet.
    call.sendMetadata(new Metadata())
  }

  /** `onGone` is called once, when nothing more comes. */
  listen(listener: ConnectionListener, onGone: () => void): void {
    const gone = (why: string): void => {
      const isNews = this.#duplex.onGone()
      onGone()
      if (isNews) tellEnd(listener, this.#endings.of(this.#call), why)
    }
    this.#call.on('data', (frame: Uint8Array) => {
      if (!this.#duplex.isClosed) listener.onFrame(frame)
    })
    this.#call.on('end', () => {
      gone('the other side closed the connection')
      this.#call.end()
    })
    this.#call.on('cancelled', () => gone('the connection broke'))
    this.#call.on('error', (error: Error) => gone(error.message))
  }

  destroy(): void {
    this.#duplex.isClosed = true
    this.#call.destroy()
  }
}
