/**
 * A client of one node: calls go out together once a turn, answers come back by the number of the
 * call. It neither repeats a call nor follows a hint: whoever measures or checks wants to know what
 * happened to each.
 */

import { type ChannelCredentials, type ClientDuplexStream, credentials } from '@grpc/grpc-js'
import { outcomes, type WireAnswer, type WireCall } from './calls.ts'
import type { FillPlan } from './fill.ts'
import type { Flown } from './flow.ts'
import { keyValueService, MESSAGE_BYTES_MAX } from './proto.ts'

export type KvCall = Partial<Omit<WireCall, 'id'>> & Pick<WireCall, 'group' | 'kind' | 'key'>

interface Filled {
  readonly latencies_ms: readonly number[]
  readonly failed: number
}

type Stream = ClientDuplexStream<unknown, { readonly answers: readonly WireAnswer[] }>

const COALESCED_MAX = 1024
const ID_MAX = 2 ** 32

export class KvClient {
  readonly #client: InstanceType<ReturnType<typeof keyValueService>>
  readonly #open = new Map<number, (answer: WireAnswer) => void>()
  #stream: Stream | undefined
  #queue: unknown[] = []
  #lastId = 0

  constructor(address: string, security: ChannelCredentials = credentials.createInsecure()) {
    const Service = keyValueService()
    this.#client = new Service(address, security, {
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 50,
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
      // Connections of their own: else two clients of one process share one.
      'grpc.use_local_subchannel_pool': 1,
    })
  }

  /** Answered once; when the connection breaks, nobody knows what became of the open calls. */
  call(call: KvCall, done: (answer: WireAnswer) => void): void {
    this.#lastId = (this.#lastId + 1) % ID_MAX
    const id = this.#lastId
    this.#open.set(id, done)
    if (this.#queue.length === 0) setImmediate(() => this.#flush())
    this.#queue.push({ ...call, id })
  }

  /** For those who wait for one answer at a time. */
  ask(call: KvCall): Promise<WireAnswer> {
    return new Promise(resolve => this.call(call, resolve))
  }

  /** The node writes to its own groups; for benchmarks. */
  fill(plan: FillPlan): Promise<Flown> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, filled: Filled) => {
        if (error !== null) reject(error)
        else resolve({ latenciesMs: filled.latencies_ms, failed: filled.failed })
      }
      this.#client['Fill']?.call(this.#client, plan, done)
    })
  }

  close(): void {
    this.#stream?.cancel()
    this.#client.close()
  }

  #flush(): void {
    const stream = this.#stream ?? this.#connect()
    const calls = this.#queue
    this.#queue = []
    for (let at = 0; at < calls.length; at += COALESCED_MAX) {
      stream.write({ calls: calls.slice(at, at + COALESCED_MAX) })
    }
  }

  #connect(): Stream {
    const stream = this.#client['Calls']?.call(this.#client) as unknown as Stream
    this.#stream = stream
    stream.on('data', ({ answers }: { answers: readonly WireAnswer[] }) => {
      for (const answer of answers) this.#onAnswer(answer)
    })
    const onOver = (error?: Error) => this.#onOver(stream, error?.message ?? 'the stream ended')
    stream.on('error', onOver)
    stream.on('end', () => onOver())
    return stream
  }

  #onAnswer(answer: WireAnswer): void {
    const done = this.#open.get(answer.id)
    this.#open.delete(answer.id)
    done?.(answer)
  }

  #onOver(stream: Stream, message: string): void {
    if (this.#stream !== stream) return
    this.#stream = undefined
    for (const [id, done] of [...this.#open]) {
      this.#open.delete(id)
      done({ id, outcome: outcomes.UNKNOWN, code: 'no-connection', message })
    }
  }
}
