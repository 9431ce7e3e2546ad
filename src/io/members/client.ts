/** Asks other nodes by proto/node.proto: one connection for each question, with an end in time. */

import type { ChannelCredentials, ClientUnaryCall, ServiceError } from '@grpc/grpc-js'
import {
  type GreetAnswer,
  type GreetRequest,
  type JoinAnswer,
  type JoinRequest,
  membersService,
  type WishAnswer,
  type WishRequest,
} from './service.ts'

type Unary = (
  request: unknown,
  options: { readonly deadline: number },
  done: (error: ServiceError | null, answer: unknown) => void,
) => Call

type Call = Pick<ClientUnaryCall, 'cancel'>

/** What is over by then is no answer. */
const GREET_MS = 1500
const JOIN_MS = 10_000
const WISH_MS = 5000

export class MembersClient {
  readonly #credentials: ChannelCredentials
  readonly #Service = membersService()
  readonly #joins = new Set<Call>()
  #isEnded = false

  constructor(credentials: ChannelCredentials) {
    this.#credentials = credentials
  }

  /** Rejects with a sentence when there is no answer. */
  greet(address: string, request: GreetRequest): Promise<GreetAnswer> {
    return this.#ask(address, 'Greet', request, GREET_MS) as Promise<GreetAnswer>
  }

  join(address: string, request: JoinRequest): Promise<JoinAnswer> {
    if (this.#isEnded) return Promise.reject(new Error('this node asks for no seats any more'))
    return this.#ask(address, 'Join', request, JOIN_MS) as Promise<JoinAnswer>
  }

  wish(address: string, request: WishRequest): Promise<WishAnswer> {
    return this.#ask(address, 'Wish', request, WISH_MS) as Promise<WishAnswer>
  }

  /**
   * Who asks for seats, now or later, has no answer. Who greets is answered still: that nobody is
   * there may be said of an address only when it was asked.
   */
  endJoins(): void {
    this.#isEnded = true
    for (const call of this.#joins) call.cancel()
  }

  #ask(address: string, method: string, request: unknown, timeoutMs: number): Promise<unknown> {
    const client = new this.#Service(address, this.#credentials, {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
    })
    return new Promise((resolve, reject) => {
      const ask = client[method] as unknown as Unary
      const options = { deadline: Date.now() + timeoutMs }
      const call = ask.call(client, request, options, (error, answer) => {
        this.#joins.delete(call)
        client.close()
        if (error === null) resolve(answer)
        else reject(new Error(error.details || error.message))
      })
      if (method === 'Join') this.#joins.add(call)
    })
  }
}
