/**
 * The real body of the Transport door: gRPC streams of frames, in the clear or with both sides'
 * certificates checked. A process has one: it listens from the moment it is opened.
 */

import {
  type ChannelOptions,
  logVerbosity,
  Server,
  type ServerCredentials,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { Connection, ConnectionListener, Transport } from '../../base/env.ts'
import { Endings } from './endings.ts'
import { type Call, Incoming } from './incoming.ts'
import { misread, type Refused, refusedBy } from './listening.ts'
import { Outgoing, type OutgoingParts } from './outgoing.ts'
import { framesMethod } from './service.ts'
import { shutDown } from './shut-down.ts'
import { credentialsOf, type TlsFiles } from './tls.ts'

export interface GrpcOptions {
  /** HOST:PORT; port 0 takes any that is free. */
  readonly listen: string
  /** A frame that is a little larger still comes through, to be refused with a code. */
  readonly frameBytesMax: number
  /** Missing: everything goes in the clear, and nobody proves who he is. */
  readonly tls?: TlsFiles
  /** What else is served on the port. */
  readonly services?: readonly GrpcService[]
}

/** A service as gRPC wants it. */
export interface GrpcService {
  readonly definition: ServiceDefinition
  readonly handlers: UntypedServiceImplementation
}

export type GrpcAnswer = { readonly transport: GrpcTransport } | { readonly refused: Refused }

const FRAME_SLACK_BYTES = 64 * 1024

function channelOptions(frameBytesMax: number): ChannelOptions {
  return {
    'grpc.max_receive_message_length': frameBytesMax + FRAME_SLACK_BYTES,
    'grpc.max_send_message_length': -1,
    // Each connection is a TCP connection of its own, dialled once and by us.
    'grpc.use_local_subchannel_pool': 1,
    // A retried call would keep copies of all that was sent.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    // Peers are reached directly, whatever proxy the environment names.
    'grpc.enable_http_proxy': 0,
    // Who answers is judged by his hello; TLS wants a name, and an address is none.
    'grpc.ssl_target_name_override': 'peer.weir.invalid',
    // Raft's own beats tell who is alive; a second opinion would only cost.
    'grpc.keepalive_permit_without_calls': 0,
  }
}

/** Listens, then answers; refused with a code when it cannot. */
export function openTransport(options: GrpcOptions, done: (answer: GrpcAnswer) => void): void {
  // What goes wrong is answered or told; the library would print it besides.
  setLogVerbosity(logVerbosity.NONE)
  const channel = channelOptions(options.frameBytesMax)
  const refused = misread(options.listen)
  const credentials = refused === undefined ? credentialsOf(options.tls) : { refused }
  if ('refused' in credentials) {
    setImmediate(done, credentials)
    return
  }
  const parts = { method: framesMethod(), credentials: credentials.channel, options: channel }
  const endings = new Endings()
  const server = new Server({ ...channel, interceptors: [endings.interceptor] })
  for (const one of options.services ?? []) server.addService(one.definition, one.handlers)
  new GrpcTransport(server, parts, endings).open(options.listen, credentials.server, done)
}

export class GrpcTransport implements Transport<string> {
  readonly #server: Server
  readonly #parts: OutgoingParts
  readonly #endings: Endings
  readonly #outgoing = new Set<Outgoing>()
  readonly #incoming = new Set<Incoming>()
  #onConnection: ((connection: Connection) => ConnectionListener) | undefined
  #port = 0

  /** For `openTransport`. */
  constructor(server: Server, parts: OutgoingParts, endings: Endings) {
    this.#server = server
    this.#endings = endings
    this.#parts = parts
  }

  /** Where it listens. */
  get port(): number {
    return this.#port
  }

  open(listen: string, credentials: ServerCredentials, done: (answer: GrpcAnswer) => void): void {
    const { method } = this.#parts
    const handlers = { frames: (call: Call) => this.#onCall(call) }
    this.#server.addService({ frames: method }, handlers)
    this.#server.bindAsync(listen, credentials, (error, port) => {
      this.#port = port
      done(error === null ? { transport: this } : { refused: refusedBy(listen, error) })
    })
  }

  connect(to: string, listener: ConnectionListener): Connection {
    const outgoing: Outgoing = new Outgoing(to, listener, this.#parts, () =>
      this.#outgoing.delete(outgoing),
    )
    this.#outgoing.add(outgoing)
    return outgoing.connection
  }

  accept(onConnection: (connection: Connection) => ConnectionListener): void {
    this.#onConnection = onConnection
  }

  /** Closes what is open and listens no more; what was sent may still be taken for a moment. */
  close(done: () => void): void {
    this.#onConnection = undefined
    for (const { connection } of [...this.#outgoing, ...this.#incoming]) connection.close()
    shutDown(this.#server, done)
  }

  /** Ends everything at once: nobody here is told anything, the others see connections break. */
  destroy(): void {
    for (const one of [...this.#outgoing, ...this.#incoming]) one.destroy()
    this.#server.forceShutdown()
  }

  #onCall(call: Call): void {
    const incoming = new Incoming(call, this.#endings)
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
