/**
 * The real bodies of the Transport door: gRPC streams of frames, in the clear or with both sides'
 * certificates checked; one for consensus, one for exchanges. A process has one port for all of
 * them: it listens from the moment it is opened.
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
import { misread, type Refused, refusedBy } from './listening.ts'
import { EXCHANGE, PEERS } from './service.ts'
import { shutDown } from './shut-down.ts'
import { Streams, type StreamsParts } from './streams.ts'
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
  const endings = new Endings()
  const parts = { credentials: credentials.channel, options: channel, endings }
  const server = new Server({ ...channel, interceptors: [endings.interceptor] })
  for (const one of options.services ?? []) server.addService(one.definition, one.handlers)
  new GrpcTransport(server, parts).open(options.listen, credentials.server, done)
}

/** What nodes say to each other about consensus is on the transport itself. */
export class GrpcTransport implements Transport<string> {
  /** Streams of channels, on the same port: proto/exchange.proto. */
  readonly exchange: Transport<string>
  readonly #server: Server
  readonly #peers: Streams
  readonly #all: readonly Streams[]
  #port = 0

  /** For `openTransport`. */
  constructor(server: Server, parts: Omit<StreamsParts, 'service'>) {
    this.#server = server
    const exchange = new Streams({ ...parts, service: EXCHANGE })
    this.#peers = new Streams({ ...parts, service: PEERS })
    this.#all = [this.#peers, exchange]
    this.exchange = exchange
  }

  /** Where it listens. */
  get port(): number {
    return this.#port
  }

  open(listen: string, credentials: ServerCredentials, done: (answer: GrpcAnswer) => void): void {
    for (const one of this.#all) one.serve(this.#server)
    this.#server.bindAsync(listen, credentials, (error, port) => {
      this.#port = port
      done(error === null ? { transport: this } : { refused: refusedBy(listen, error) })
    })
  }

  connect(to: string, listener: ConnectionListener): Connection {
    return this.#peers.connect(to, listener)
  }

  accept(onConnection: (connection: Connection) => ConnectionListener): void {
    this.#peers.accept(onConnection)
  }

  /** Closes what is open and listens no more; what was sent may still be taken for a moment. */
  close(done: () => void): void {
    for (const one of this.#all) one.close()
    shutDown(this.#server, done)
  }

  /** Ends everything at once: nobody here is told anything, the others see connections break. */
  destroy(): void {
    for (const one of this.#all) one.destroy()
    this.#server.forceShutdown()
  }
}
