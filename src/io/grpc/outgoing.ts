/**
 * A connection that we open: a channel of its own, so that it has its own TCP connection, waits in
 * nobody's back-off and is gone when it is closed. It dials once; dialling again is the caller's.
 */

import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  type StatusObject,
} from '@grpc/grpc-js'
import type { Connection, ConnectionListener } from '../../base/env.ts'
import { Duplex } from './duplex.ts'
import { tellEnd } from './endings.ts'
import { namesOf } from './names.ts'
import type { FramesMethod } from './service.ts'

type Stream = ClientDuplexStream<Uint8Array, Uint8Array>

export interface OutgoingParts {
  readonly method: FramesMethod
  readonly credentials: ChannelCredentials
  readonly options: ChannelOptions
}

export class Outgoing {
  readonly connection: Connection
  readonly #client: Client
  readonly #stream: Stream
  readonly #duplex: Duplex
  readonly #onGone: () => void
  #status: StatusObject | undefined

  /** `onGone` is called once, when nothing is left of it. */
  constructor(
    address: string,
    listener: ConnectionListener,
    parts: OutgoingParts,
    onGone: () => void,
  ) {
    const { method, credentials, options } = parts
    this.#client = new Client(address, credentials, options)
    const { path, requestSerialize, responseDeserialize } = method
    this.#stream = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
    this.#onGone = onGone
    this.#duplex = new Duplex({
      stream: this.#stream,
      destroy: () => this.destroy(),
      names: () => this.#names(),
    })
    this.connection = this.#duplex
    this.#listen(listener)
  }

  /** Says nothing more to anybody, the other side included. */
  destroy(): void {
    this.#duplex.isClosed = true
    this.#stream.cancel()
  }

  /** What was received is handed on in front of the end; the status, not the end, may overtake. */
  #listen(listener: ConnectionListener): void {
    const stream = this.#stream
    stream.on('metadata', () => {
      if (!this.#duplex.isClosed) listener.onOpen()
    })
    stream.on('data', (frame: Uint8Array) => {
      if (!this.#duplex.isClosed) listener.onFrame(frame)
    })
    stream.on('status', (told: StatusObject) => {
      this.#status = told
    })
    // The status says the same; but an error that nobody listens to would end the process.
    stream.on('error', () => {})
    stream.on('end', () => {
      const isNews = this.#duplex.onGone()
      this.#client.close()
      this.#onGone()
      if (isNews) tellEnd(listener, this.#status, 'the other side closed the connection')
    })
  }

  #names(): readonly string[] | undefined {
    const context = this.#stream.getAuthContext()
    if (context?.transportSecurityType === undefined) return undefined
    return namesOf(context.sslPeerCertificate)
  }
}
