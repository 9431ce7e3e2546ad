/** A client of one node; each call is answered once, in time, and none is repeated. */

import { type ChannelCredentials, credentials, type ServiceError } from '@grpc/grpc-js'
import {
  MESSAGE_BYTES_MAX,
  publishingService,
  type WireCommitted,
  type WireCounts,
  type WireFed,
  type WireInput,
} from './proto.ts'

type Method = 'Feed' | 'Look' | 'Count'

export class PublishingClient {
  readonly address: string
  readonly #client: InstanceType<ReturnType<typeof publishingService>>

  constructor(address: string, security: ChannelCredentials = credentials.createInsecure()) {
    const Service = publishingService()
    this.address = address
    this.#client = new Service(address, security, {
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 50,
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    })
  }

  /** undefined here and below: no answer, or none in time. */
  feed(input: WireInput, timeoutMs: number): Promise<WireFed | undefined> {
    return this.#ask('Feed', input, timeoutMs)
  }

  look(group: number, timeoutMs: number): Promise<WireCommitted | undefined> {
    return this.#ask('Look', { group }, timeoutMs)
  }

  count(timeoutMs: number): Promise<WireCounts | undefined> {
    return this.#ask('Count', {}, timeoutMs)
  }

  close(): void {
    this.#client.close()
  }

  #ask<T>(method: Method, request: object, timeoutMs: number): Promise<T | undefined> {
    const deadline = Date.now() + timeoutMs
    return new Promise(resolve => {
      const done = (error: ServiceError | null, answer?: T) => {
        resolve(error === null ? answer : undefined)
      }
      this.#client[method]?.call(this.#client, request, { deadline }, done)
    })
  }
}
