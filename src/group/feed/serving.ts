/**
 * Streams that groups open to this node, to be told what is for them: who may, is judged by the
 * hello (`engine/exchange/welcome.ts`); what they ask goes to whoever sends there.
 */

import type { Clock, Connection, ConnectionListener, Timer, Transport } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import {
  type Ask,
  decodeAsk,
  encodeTold,
  type Opening,
  type Refusal,
} from '../../engine/exchange/talk.ts'
import { type Known, refusalOf } from '../../engine/exchange/welcome.ts'
import { FEED_BOUNDS, type FeedBounds } from './bounds.ts'

/** Where the frames of one stream go. */
export interface Outlet {
  send(frame: Uint8Array): void
  /** With a last word, if there is one. */
  end(refusal?: Refusal): void
}

/** What a hello says to whoever sends. */
export type Greeting = Pick<Opening, 'term' | 'cursor' | 'bytes'>

/** Who sends on channels. */
export interface Served {
  attach(branch: number, hello: Greeting, outlet: Outlet): void
  detach(branch: number, outlet: Outlet): void
  onAsk(branch: number, outlet: Outlet, ask: Exclude<Ask, { kind: 'hello' }>): void
}

export interface Place {
  readonly served: Served
  readonly branch: number
}

/** What a node says of a stream that somebody wants. */
export type Look = Known & { readonly place: Place | undefined }

export interface ServingParts {
  readonly clock: Clock
  readonly transport: Transport<string>
  readonly bounds?: FeedBounds
  /** What is known of a stream that somebody wants, and who sends on it, if it is welcome. */
  look(opening: Opening): Look
}

export class Serving {
  readonly #parts: ServingParts
  readonly #bounds: FeedBounds
  readonly #streams = new Set<Stream>()
  #isClosed = false

  constructor(parts: ServingParts) {
    this.#parts = parts
    this.#bounds = parts.bounds ?? FEED_BOUNDS
    parts.transport.accept(connection => this.#onConnection(connection))
  }

  /** For status and tests. */
  get streams(): number {
    return this.#streams.size
  }

  close(): void {
    this.#isClosed = true
    for (const one of [...this.#streams]) one.end()
  }

  #onConnection(connection: Connection): ConnectionListener {
    const { clock, look } = this.#parts
    const onGone = (): void => void this.#streams.delete(stream)
    const stream = new Stream({ clock, connection, bounds: this.#bounds, look, onGone })
    this.#streams.add(stream)
    if (this.#isClosed) stream.end()
    else if (this.#streams.size > this.#bounds.streamsMax) {
      const message = `${this.#bounds.streamsMax} streams are open to this node; ask again later`
      stream.end({ code: 'too-many-streams', message })
    }
    return stream
  }
}

interface StreamParts extends Pick<ServingParts, 'clock' | 'look'> {
  readonly connection: Connection
  readonly bounds: FeedBounds
  onGone(): void
}

class Stream implements Outlet, ConnectionListener {
  readonly #parts: StreamParts
  readonly #timer: Timer
  #place: Place | undefined
  #isOver = false

  constructor(parts: StreamParts) {
    this.#parts = parts
    const { clock, bounds } = parts
    const message = `no hello came within ${bounds.handshakeMs} ms; say it first of all`
    this.#timer = clock.after(bounds.handshakeMs, () => this.end({ code: 'no-hello', message }))
  }

  onOpen(): void {}

  onFrame(bytes: Uint8Array): void {
    if (this.#isOver) return
    try {
      this.#onAsk(decodeAsk(bytes))
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.end({ code: error.code, message: `${error.message}; open the stream anew` })
    }
  }

  onClosed(): void {
    this.#leave()
  }

  send(frame: Uint8Array): void {
    if (this.#isOver) return
    const { connection, bounds } = this.#parts
    connection.send(encodeTold({ kind: 'frame', bytes: frame }))
    if (connection.queuedBytes <= bounds.queuedBytesMax) return
    const message = `${connection.queuedBytes} bytes wait to be taken; grant no more than you take`
    this.end({ code: 'too-slow', message })
  }

  end(refusal?: Refusal): void {
    if (this.#isOver) return
    const { connection } = this.#parts
    if (refusal !== undefined) connection.send(encodeTold({ kind: 'refusal', refusal }))
    connection.close()
    this.#leave()
  }

  #leave(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#timer.cancel()
    this.#place?.served.detach(this.#place.branch, this)
    this.#parts.onGone()
  }

  #onAsk(ask: Ask): void {
    const place = this.#place
    const isHello = ask.kind === 'hello'
    if (isHello === (place !== undefined)) {
      const message = isHello ? 'a second hello came' : 'something came before the hello'
      this.end({ code: 'malformed-bytes', message: `${message}; open the stream anew` })
    } else if (isHello) this.#onHello(ask.opening)
    else place?.served.onAsk(place.branch, this, ask)
  }

  #onHello(opening: Opening): void {
    const { place, ...known } = this.#parts.look(opening)
    const refusal = refusalOf(opening, {
      ...known,
      isSender: known.isSender && place !== undefined,
    })
    if (refusal !== undefined || place === undefined) {
      this.end(refusal)
      return
    }
    this.#timer.cancel()
    this.#place = place
    place.served.attach(place.branch, opening, this)
  }
}
