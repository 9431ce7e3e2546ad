/** Test support: real transports on free ports of this machine, and real time. */

import { afterEach } from 'vitest'
import type { Place, TransportRig } from '../../../../chaos/sim/contract/transport.ts'
import type { Transport } from '../../../base/env.ts'
import { until } from '../../testing/until.ts'
import {
  type GrpcAnswer,
  type GrpcOptions,
  type GrpcTransport,
  openTransport,
} from '../transport.ts'

export const FRAME_BYTES_MAX = 2_000_000

export function opened(options: Partial<GrpcOptions> = {}): Promise<GrpcAnswer> {
  const listen = '127.0.0.1:0'
  return new Promise(done => {
    openTransport({ listen, frameBytesMax: FRAME_BYTES_MAX, ...options }, done)
  })
}

export async function mustOpen(options: Partial<GrpcOptions> = {}): Promise<GrpcTransport> {
  const answer = await opened(options)
  if ('refused' in answer) throw new Error(answer.refused.message)
  return answer.transport
}

/** As `mustOpen`; all of them end with the test that opened them. */
export function opener(): typeof mustOpen {
  const transports: GrpcTransport[] = []
  afterEach(() => {
    for (const transport of transports.splice(0)) transport.destroy()
  })
  return async options => {
    const transport = await mustOpen(options)
    transports.push(transport)
    return transport
  }
}

export const addressOf = ({ port }: GrpcTransport): string => `127.0.0.1:${port}`

/** Of the streams that `of` names: the n-th process has the n-th of these options, in turn. */
export function contractRig(
  of: (transport: GrpcTransport) => Transport<string>,
  ...each: readonly Partial<GrpcOptions>[]
): TransportRig {
  const open = new Map<Place, GrpcTransport>()
  let count = 0
  return {
    frameBytesMax: FRAME_BYTES_MAX,
    async open(at) {
      const options = each[count++ % each.length]
      const transport = await mustOpen({ ...options, listen: at?.address ?? '127.0.0.1:0' })
      const place = { transport: of(transport), address: addressOf(transport) }
      open.set(place, transport)
      return place
    },
    kill(place) {
      open.get(place)?.destroy()
      open.delete(place)
      return Promise.resolve()
    },
    until,
    close() {
      for (const transport of open.values()) transport.destroy()
      return Promise.resolve()
    },
  }
}
