/**
 * Stands between clients and one Kafka broker, and knows as much of the protocol as it takes to
 * tell one call from another: a request begins with its length, the number of its API, a version
 * and a correlation, which the answer bears again. What befalls the next call of an API is planned;
 * all else is passed on as it is.
 */

import { connect, createServer, type Server, type Socket } from 'node:net'

/** All that a publisher asks. */
export const publisherApiKeys = {
  Produce: 0,
  Fetch: 1,
  ListOffsets: 2,
  FindCoordinator: 10,
  InitProducerId: 22,
  AddPartitionsToTxn: 24,
  EndTxn: 26,
} as const

export const apiKeys = {
  ...publisherApiKeys,
  CreateTopics: 19,
  /** What a broker was asked, and hands on to the controller. */
  Envelope: 58,
} as const

export type KafkaApi = keyof typeof apiKeys

/**
 * `lost-call`: the broker never hears of it; `lost-answer`: it is carried out, and the answer never
 * comes; `hang-up`: it is carried out, and the connection is closed instead of the answer.
 */
export type KafkaFate = 'lost-call' | 'lost-answer' | 'hang-up'

interface Planned {
  readonly api: KafkaApi
  readonly fate: KafkaFate
}

const SIZE_BYTES = 4
const API_AT = 4
const REQUEST_CORRELATION_AT = 8
const ANSWER_CORRELATION_AT = 4

/** Cuts what arrives into whole frames, their lengths included. */
class Frames {
  #bytes = Buffer.alloc(0)

  take(chunk: Buffer): readonly Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const frames: Buffer[] = []
    for (;;) {
      if (this.#bytes.length < SIZE_BYTES) return frames
      const end = SIZE_BYTES + this.#bytes.readInt32BE(0)
      if (this.#bytes.length < end) return frames
      frames.push(this.#bytes.subarray(0, end))
      this.#bytes = this.#bytes.subarray(end)
    }
  }
}

/** What is to happen, whichever broker it happens at; and what did. */
export class KafkaFates {
  readonly hits: Planned[] = []
  #planned: Planned | undefined

  /** Befalls the next such call. */
  plan(api: KafkaApi, fate: KafkaFate): void {
    this.#planned = { api, fate }
  }

  get isOpen(): boolean {
    return this.#planned !== undefined
  }

  of(apiKey: number): KafkaFate | undefined {
    const planned = this.#planned
    if (planned === undefined || apiKeys[planned.api] !== apiKey) return undefined
    this.#planned = undefined
    this.hits.push(planned)
    return planned.fate
  }
}

export class KafkaProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** By API key. */
  readonly #passed = new Map<number, number>()

  private constructor(server: Server) {
    this.#server = server
  }

  /** Between the port that the broker tells its clients (0: any) and the one where it listens. */
  static async open(port: number, brokerPort: number, fates: KafkaFates): Promise<KafkaProxy> {
    const server = createServer()
    const proxy = new KafkaProxy(server)
    server.on('connection', client => proxy.#pass(client, connect(brokerPort, '127.0.0.1'), fates))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    return proxy
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  /** Calls of this kind that lie before the broker, or did: it may not have read them yet. */
  passed(api: KafkaApi): number {
    return this.#passed.get(apiKeys[api]) ?? 0
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }

  #pass(client: Socket, broker: Socket, fates: KafkaFates): void {
    const fateOf = new Map<number, KafkaFate>()
    const [requests, answers] = [new Frames(), new Frames()]
    const both = [client, broker]
    const end = () => {
      for (const socket of both) socket.destroy()
    }
    for (const socket of both) {
      this.#sockets.add(socket)
      // A broken connection is closed, and that is what the other side is told.
      socket.on('error', end)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        end()
      })
    }
    client.on('data', chunk => {
      for (const frame of requests.take(chunk)) {
        const fate = fates.of(frame.readInt16BE(API_AT))
        if (fate === 'lost-call') continue
        if (fate !== undefined) fateOf.set(frame.readInt32BE(REQUEST_CORRELATION_AT), fate)
        broker.write(frame, error => {
          if (!error) this.#onPassed(frame.readInt16BE(API_AT))
        })
      }
    })
    broker.on('data', chunk => {
      for (const frame of answers.take(chunk)) {
        const fate = fateOf.get(frame.readInt32BE(ANSWER_CORRELATION_AT))
        if (fate === 'hang-up') end()
        if (fate === undefined) client.write(frame)
      }
    })
  }

  #onPassed(apiKey: number): void {
    this.#passed.set(apiKey, 1 + (this.#passed.get(apiKey) ?? 0))
  }
}
