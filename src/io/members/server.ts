/** The server's end of proto/node.proto. Who answers calls back, once, whenever he knows. */

import type { ServerUnaryCall, UntypedHandleCall } from '@grpc/grpc-js'
import { provedBy } from '../grpc/names.ts'
import type { GrpcService } from '../grpc/transport.ts'
import {
  type GreetAnswer,
  type GreetRequest,
  type JoinAnswer,
  type JoinRequest,
  membersService,
  type WishAnswer,
  type WishRequest,
} from './service.ts'

export interface MembersDesk {
  greet(request: GreetRequest): GreetAnswer
  /** `names`: what the caller's certificate proves; undefined: without TLS nobody has one. */
  join(
    request: JoinRequest,
    names: readonly string[] | undefined,
    done: (answer: JoinAnswer) => void,
  ): void
  wish(request: WishRequest, done: (answer: WishAnswer) => void): void
}

type Reply<T> = (error: null, answer: T) => void

export function membersDesk(desk: MembersDesk): GrpcService {
  const greet = (call: ServerUnaryCall<GreetRequest, GreetAnswer>, reply: Reply<GreetAnswer>) => {
    reply(null, desk.greet(call.request))
  }
  const join = (call: ServerUnaryCall<JoinRequest, JoinAnswer>, reply: Reply<JoinAnswer>) => {
    desk.join(call.request, provedBy(call), answer => reply(null, answer))
  }
  const wish = (call: ServerUnaryCall<WishRequest, WishAnswer>, reply: Reply<WishAnswer>) => {
    desk.wish(call.request, answer => reply(null, answer))
  }
  const handlers = { Greet: greet, Join: join, Wish: wish } as Record<string, UntypedHandleCall>
  return { definition: membersService().service, handlers }
}
