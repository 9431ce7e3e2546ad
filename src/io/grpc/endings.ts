/**
 * What a call ended with. The library tells it to the caller alone, even where it was the called
 * side that would not go on: there an interceptor notes what the library says in our name.
 */

import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import type { ConnectionListener } from '../../base/env.ts'

/** The code alone is also that of a system that wants to be left in peace. */
const TOO_LARGE = /message larger than max/i

export type Ending = Partial<Pick<StatusObject, 'code' | 'details'>>

/** By what each call came with, which is its own. */
export class Endings {
  readonly #endings = new WeakMap<Metadata, Ending>()

  readonly interceptor: ServerInterceptor = (_method, call) => {
    const said = statusesOf(call)
    return new ServerInterceptingCall(call, {
      start: next =>
        next({
          onReceiveMetadata: (metadata, go) => {
            this.#endings.set(metadata, said)
            go(metadata)
          },
        }),
    })
  }

  /** What it was ended with on this side, if it was. */
  of({ metadata }: { readonly metadata: Metadata }): Ending | undefined {
    return this.#endings.get(metadata)
  }
}

/** What is first said in the end of a call; the library says it where no interceptor is asked. */
function statusesOf(call: ServerInterceptingCallInterface): Ending {
  const said: { code?: status; details?: string } = {}
  const send = call.sendStatus.bind(call)
  call.sendStatus = told => {
    said.code ??= told.code ?? status.OK
    said.details ??= told.details ?? ''
    send(told)
  }
  return said
}

export function tellEnd(
  listener: ConnectionListener,
  ended: Ending | undefined,
  inPeace: string,
): void {
  const { code = status.OK, details = '' } = ended ?? {}
  if (code === status.RESOURCE_EXHAUSTED && TOO_LARGE.test(details)) {
    const why = `a frame is above the bound of whoever was to take it (${details})`
    listener.onClosed(`${why}; set the same bound on all nodes`, 'frame-oversize')
  } else {
    listener.onClosed(code === status.OK ? inPeace : details)
  }
}
