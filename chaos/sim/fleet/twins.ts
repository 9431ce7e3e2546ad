/**
 * Copies of a node's folder that count further than the node does, started beside it: real links
 * with the node's store, its next boot and an opening of their own, which call all other nodes.
 * Whoever is connected with the node must not believe them; and the node itself, which nothing
 * ails, must not be called old by such a one. What a copy would say as a replica is not played.
 */

import type { NodeId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import { isOldCode } from '../../../src/raft/host/loss.ts'
import type { HelloSelf } from '../../../src/raft/links/hello.ts'
import { Links } from '../../../src/raft/links/links.ts'
import type { Incarnation } from '../../../src/raft/links/memory.ts'
import { Violation } from '../checkers/checker.ts'
import { type EventQueue, SimClock } from '../world/clock.ts'
import type { SimWire } from '../world/transport.ts'
import type { Member } from './member.ts'
import type { FleetProfile } from './scenario.ts'

const NAMES = 'HOST-9 nobody takes the name of a node that is connected'

/** The machine on which a copy is started: no node's. */
const TWIN_INDEX = 22
const TWIN_ADDRESS = 'twin:7170'
const OPENING = 'twin-'

export class Twins {
  readonly #queue: EventQueue
  readonly #wire: SimWire
  readonly #profile: FleetProfile
  #links: Links | undefined
  #started = 0
  /** Somebody who was not connected with the node has believed the copy. */
  #isBelieved = false

  constructor(queue: EventQueue, wire: SimWire, profile: FleetProfile) {
    this.#queue = queue
    this.#wire = wire
    this.#profile = profile
  }

  get isUp(): boolean {
    return this.#links !== undefined
  }

  start(self: HelloSelf, others: readonly Member[], salt: number): void {
    const links = new Links({
      transport: this.#wire.door(TWIN_INDEX, TWIN_ADDRESS),
      clock: new SimClock(this.#queue),
      random: new Prng(salt),
      self: { ...self, boot: self.boot + 1, opening: `${OPENING}${++this.#started}` },
      memory: { peers: new Map(), onLearned: () => {} },
      limits: this.#profile.links,
    })
    this.#links = links
    this.#isBelieved = false
    links.listen({
      onFrame: () => {},
      onPeerLost: () => {},
      onPeerUp: () => {},
      // Whoever is told that it is old ends.
      onRefused: (_node, code, _message, isTheirs) => {
        if (isTheirs && isOldCode(code)) links.stop()
      },
    })
    for (const { name, address } of others) links.setPeer(name, address)
  }

  /** True: nobody has believed it. */
  end(): boolean {
    this.#links?.stop()
    if (this.isUp) this.#wire.kill(TWIN_INDEX)
    this.#links = undefined
    return !this.#isBelieved
  }

  /**
   * A node has learned who another is. By what it says of its connections it may be wrong, so that
   * the process at their other end must be there, and the one that they name.
   */
  onLearned(by: Member, node: Member | undefined, { opening }: Incarnation): void {
    if (!opening.startsWith(OPENING)) return
    this.#isBelieved = true
    const boot = node?.running?.self.boot
    if (boot === undefined || boot !== bootUp(by, node?.name)) return
    throw new Violation(NAMES, `${by.name} takes a copy for ${node?.name}, with which it speaks`)
  }
}

/** Which boot of a node a connection reaches, as people are shown it. */
function bootUp({ running }: Member, name: NodeId | undefined): number | undefined {
  const peer = running?.links.status().find(({ node }) => node === name)
  return peer?.state === 'up' ? peer.boot : undefined
}
