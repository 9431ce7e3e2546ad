/** Asks other nodes by proto/node.proto: one connection for each question, with an end in time. */

import type { ChannelCredentials, ServiceError } from '@grpc/grpc-js'
import {
  type GreetAnswer,
  type GreetRequest,
  type JoinAnswer,
  type JoinRequest,
  membersService,
} from './service.ts'

type Unary = (
  request: unknown,
  options: { readonly deadline: number },
  done: (error: ServiceError | null, answer: unknown) => void,
) => void

/** What is over by then is no answer. */
const GREET_MS = 1500
const JOIN_MS = 10_000

export class MembersClient {
  readonly #credentials: ChannelCredentials
  readonly #Service = membersService()

  constructor(credentials: ChannelCredentials) {
    this.#credentials = credentials
  }

  /** Rejects with a sentence when there is no answer. */
  greet(address: string, request: GreetRequest): Promise<GreetAnswer> {
    return this.#ask(address, 'Greet', request, GREET_MS) as Promise<GreetAnswer>
  }

  join(address: string, request: JoinRequest): Promise<JoinAnswer> {
    return this.#ask(address, 'Join', request, JOIN_MS) as Promise<JoinAnswer>
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
      ask.call(client, request, { deadline: Date.now() + timeoutMs }, (error, answer) => {
        client.close()
        if (error === null) resolve(answer)
        else reject(new Error(error.details || error.message))
      })
    })
  }
}
