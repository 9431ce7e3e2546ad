/** Test support: a node's links over the real transport, and what they told. */

import { type NodeId, nodeId } from '../../../base/ids.ts'
import { Prng } from '../../../base/prng.ts'
import { PROTOCOL } from '../../../raft/links/hello.ts'
import { defaultLinkLimits, type LinkLimits } from '../../../raft/links/limits.ts'
import { Links } from '../../../raft/links/links.ts'
import type { Remembered } from '../../../raft/links/memory.ts'
import { readPacket } from '../../../raft/wire/packet.ts'
import { realClock } from '../../clock.ts'
import type { GrpcTransport } from '../transport.ts'

export interface NodeOptions {
  readonly boot?: number
  readonly limits?: Partial<LinkLimits>
}

export class TestNode {
  readonly links: Links
  readonly told: string[] = []
  /** Codes of refusals, by whomever. */
  readonly refusals: string[] = []
  messages = 0

  constructor(name: string, transport: GrpcTransport, { boot = 1, limits }: NodeOptions = {}) {
    this.links = new Links({
      transport,
      clock: realClock,
      random: new Prng(1),
      self: {
        ...{ protocol: PROTOCOL, cluster: 'c', node: nodeId(name), store: `s-${name}`, boot },
        opening: 'o',
      },
      memory: { peers: new Map<NodeId, Remembered>(), onLearned: () => {} },
      limits: { ...defaultLinkLimits, ...limits },
    })
    this.links.listen({
      onFrame: (_, frame) => readPacket(frame, () => this.messages++),
      onPeerUp: (node, hello) => void this.told.push(`up ${node}/${hello.boot}`),
      onPeerLost: node => void this.told.push(`lost ${node}`),
      onRefused: (_, code, message) => {
        if (!message.includes('; ')) throw new Error(`${code} does not say what to do: ${message}`)
        this.refusals.push(code)
      },
    })
  }
}
