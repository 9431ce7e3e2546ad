/**
 * Callers that no node of the cluster should believe: of another cluster, from an earlier life of a
 * peer, speaking a protocol of the future, or no language at all. Whatever they say, the node must
 * go on, and hand nothing of it to its groups.
 */

import { ByteWriter } from '../../../src/base/bytes.ts'
import type { Connection, Transport } from '../../../src/base/env.ts'
import { nodeId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { encodeHello, PROTOCOL } from '../../../src/raft/links/hello.ts'
import type { SimWire } from '../world/transport.ts'
import type { Member } from './member.ts'

/** The strangers' own machine, which is no node. */
const STRANGER_INDEX = 23
const NONSENSE_BYTES_MAX = 200

export class Strangers {
  readonly #transport: Transport<string>
  readonly #cluster: string
  readonly #names: readonly string[]
  #waiting: Connection[] = []

  constructor(wire: SimWire, cluster: string, names: readonly string[]) {
    this.#transport = wire.door(STRANGER_INDEX, 'stranger:1')
    this.#cluster = cluster
    this.#names = names
  }

  /** Calls, says something, and perhaps something more that nobody may listen to. */
  call(node: Member, prng: Prng): void {
    const listener = { onOpen: () => {}, onFrame: () => {}, onClosed: () => {} }
    const connection = this.#transport.connect(node.address, listener)
    const first = this.#greeting(node, prng)
    connection.send(first)
    for (let more = prng.below(3); more > 0; more--) connection.send(nonsense(prng))
    this.#hangUp(connection, prng)
  }

  #hangUp(connection: Connection, prng: Prng): void {
    if (prng.chance(0.5)) connection.close()
    else this.#waiting.push(connection)
  }

  /** Nobody promises them that they hear of a machine that fell. */
  leave(): void {
    for (const connection of this.#waiting) connection.close()
    this.#waiting = []
  }

  #greeting(node: Member, prng: Prng): Uint8Array {
    const name = this.#names[prng.below(this.#names.length)] ?? 'nobody'
    const hello = {
      protocol: PROTOCOL,
      cluster: this.#cluster,
      node: nodeId(name),
      store: `${name}-0`,
      boot: 1,
      opening: 'o',
      lane: 'turn' as const,
      to: node.name,
    }
    switch (prng.below(4)) {
      case 0:
        return encodeHello({ ...hello, cluster: 'another' })
      case 1:
        return encodeHello({ ...hello, protocol: { min: 1000, max: 1001 } })
      case 2:
        return encodeHello({ ...hello, to: nodeId('another') })
      default:
        return nonsense(prng)
    }
  }
}

function nonsense(prng: Prng): Uint8Array {
  const out = new ByteWriter()
  for (let left = prng.below(NONSENSE_BYTES_MAX); left >= 0; left--) out.uint8(prng.below(256))
  return out.finish()
}
