/** The streams of one service, those that we open and those that others open to us. */

import type { Server } from '@grpc/grpc-js'
import type { Connection, ConnectionListener, Transport } from '../../base/env.ts'
import type { Endings } from './endings.ts'
import { type Call, Incoming } from './incoming.ts'
import { Outgoing, type OutgoingParts } from './outgoing.ts'
import { type FramesMethod, type FramesService, framesMethod } from './service.ts'

export interface StreamsParts extends Omit<OutgoingParts, 'method'> {
  readonly service: FramesService
  readonly endings: Endings
}

export class Streams implements Transport<string> {
  readonly #parts: StreamsParts
  readonly #method: FramesMethod
  readonly #outgoing = new Set<Outgoing>()
  readonly #incoming = new Set<Incoming>()
  #onConnection: ((connection: Connection) => ConnectionListener) | undefined

  constructor(parts: StreamsParts) {
    this.#parts = parts
    this.#method = framesMethod(parts.service)
  }

  serve(server: Server): void {
    const handlers = { stream: (call: Call) => this.#onCall(call) }
    server.addService({ stream: this.#method }, handlers)
  }

  connect(to: string, listener: ConnectionListener): Connection {
    const parts = { ...this.#parts, method: this.#method }
    const outgoing: Outgoing = new Outgoing(to, listener, parts, () =>
      this.#outgoing.delete(outgoing),
    )
    this.#outgoing.add(outgoing)
    return outgoing.connection
  }

  accept(onConnection: (connection: Connection) => ConnectionListener): void {
    this.#onConnection = onConnection
  }

  close(): void {
    this.#onConnection = undefined
    for (const { connection } of [...this.#outgoing, ...this.#incoming]) connection.close()
  }

  destroy(): void {
    for (const one of [...this.#outgoing, ...this.#incoming]) one.destroy()
  }

  #onCall(call: Call): void {
    const incoming = new Incoming(call, this.#parts.endings)
    const onConnection = this.#onConnection
    if (onConnection === undefined) {
      // The caller comes too early; he will dial again.
      call.on('error', () => {})
      call.end()
      return
    }
    this.#incoming.add(incoming)
    const listener = onConnection(incoming.connection)
    incoming.listen(listener, () => this.#incoming.delete(incoming))
  }
}
