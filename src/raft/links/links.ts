/**
 * The connections of a node with its peers: to each peer one outgoing connection a lane, and what
 * the peers say comes on theirs. Frames are bytes here; what they mean is for the host. Frames may
 * be lost, but only with the connection that carried them or because a queue was full; what arrives
 * is whole and in order for each lane of each connection.
 */

import type { Connection, ConnectionListener } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { NodeId } from '../../base/ids.ts'
import { Accepted, type AcceptedListener } from './accepted.ts'
import type { Hello, Lane, LinkRefusal } from './hello.ts'
import { judgeHello, refusals } from './judgement.ts'
import type { LineParts } from './line.ts'
import { type Incarnation, isSame, learn, type PeerMemory } from './memory.ts'
import { Peer, type PeerLinkStatus, type PeerListener } from './peer.ts'

export interface LinksParts extends LineParts {
  readonly memory: PeerMemory
}

export interface LinksListener {
  /**
   * May throw WeirError('malformed-bytes') before it has believed anything (as readPacket does):
   * the connection is then refused. The bytes are the listener's to keep, nobody changes them.
   */
  onFrame(from: NodeId, bytes: Uint8Array): void
  /** Told once for a loss, behind every frame that had come from that life of the peer. */
  onPeerLost(node: NodeId): void
  /** Frames can be sent; told again after each reconnection. */
  onPeerUp(node: NodeId, hello: Hello): void
  /** We refused them, or they us; `node` is who they say they are. The code has its sentence. */
  onRefused(node: NodeId | undefined, code: string, message: string, isTheirs: boolean): void
}

/** How often it happened since the start, by code. */
export interface LinkCounters {
  readonly refused: Readonly<Record<string, number>>
  readonly refusedByPeers: Readonly<Record<string, number>>
  /** Connections that others have opened and that are open now. */
  readonly accepted: number
}

/** Codes of refusals come from the wire as well: no more different ones than this are counted. */
const CODES_MAX = 32
const OTHER_CODE = 'other'

export class Links {
  readonly #parts: LinksParts
  readonly #peers = new Map<NodeId, Peer>()
  /** In the order of coming. */
  readonly #accepted = new Set<Accepted>()
  readonly #refused = new Map<string, number>()
  readonly #refusedByPeers = new Map<string, number>()
  #listener: LinksListener | undefined
  #isStopped = false

  constructor(parts: LinksParts) {
    const { queuedBytesMax, frameBytesMax } = parts.limits
    invariant(queuedBytesMax >= frameBytesMax, 'a-frame-fits-its-queue', queuedBytesMax)
    this.#parts = parts
  }

  /** Once, before the first peer is set: from now on others may call. */
  listen(listener: LinksListener): void {
    invariant(this.#listener === undefined, 'links-have-one-listener')
    this.#listener = listener
    this.#parts.transport.accept(connection => this.#onConnection(connection))
  }

  /** Keeps a connection with this node, at this address, from now on. */
  setPeer(node: NodeId, address: string): void {
    invariant(node !== this.#parts.self.node, 'a-node-is-no-peer-of-itself', node)
    invariant(address !== '', 'a-peer-has-an-address', node)
    if (this.#isStopped) return
    const known = this.#peers.get(node)
    if (known === undefined) {
      const peer = new Peer(this.#parts, { node, address }, this.#peerListener)
      this.#peers.set(node, peer)
      this.#adopt(peer)
      peer.start()
    } else if (known.address !== address) {
      known.moveTo(address)
    }
  }

  /** Nothing is kept of it but what the memory holds. */
  removePeer(node: NodeId): void {
    this.#peers.get(node)?.close()
    this.#peers.delete(node)
    this.#closeAccepted(hello => hello.node === node)
  }

  /** False: dropped, for there is no connection or its queue is full. */
  send(to: NodeId, lane: Lane, bytes: Uint8Array): boolean {
    const { frameBytesMax } = this.#parts.limits
    invariant(bytes.length <= frameBytesMax, 'a-frame-is-within-its-bound', bytes.length)
    return this.#peers.get(to)?.send(lane, bytes) ?? false
  }

  status(): readonly PeerLinkStatus[] {
    return [...this.#peers.values()].map(peer => peer.status())
  }

  /** The life of a node that a connection reaches now; undefined: none does. */
  living(node: NodeId): Incarnation | undefined {
    return this.#peers.get(node)?.living
  }

  counters(): LinkCounters {
    return {
      refused: Object.fromEntries(this.#refused),
      refusedByPeers: Object.fromEntries(this.#refusedByPeers),
      accepted: this.#accepted.size,
    }
  }

  /** Closes everything; nothing is told afterwards. */
  stop(): void {
    this.#isStopped = true
    for (const peer of this.#peers.values()) peer.close()
    for (const accepted of this.#accepted) accepted.close()
    this.#peers.clear()
    this.#accepted.clear()
  }

  readonly #peerListener: PeerListener = {
    judge: (called, hello, names) => this.#judge(hello, { names, called }),
    onPeerUp: (node, hello) => this.#tell(to => to.onPeerUp(node, hello)),
    onPeerLost: node => this.#tell(to => to.onPeerLost(node)),
    onRefused: (node, refusal, isTheirs) => this.#onRefused(node, refusal, isTheirs),
    isHeard: node => this.#isHeard(node),
  }

  readonly #acceptedListener: AcceptedListener = {
    judge: (hello, names) => this.#judge(hello, { names, called: undefined }),
    onHello: (accepted, hello) => this.#onHello(accepted, hello),
    onFrame: (hello, frame) => this.#onFrame(hello, frame),
    onRefused: ({ claimed }, refusal, isTheirs) =>
      this.#onRefused(claimed?.node, refusal, isTheirs),
    onGone: accepted => this.#onGone(accepted),
  }

  #onConnection(connection: Connection): ConnectionListener {
    const accepted = new Accepted(this.#parts, connection, this.#acceptedListener)
    if (this.#isStopped) {
      accepted.close()
      return accepted
    }
    const { acceptedMax } = this.#parts.limits
    this.#accepted.add(accepted)
    if (this.#accepted.size > acceptedMax) accepted.refuse(refusals.crowded(acceptedMax))
    return accepted
  }

  /**
   * A hello that is believed is remembered, and puts an end to every older life of its node. Nobody
   * is believed in the name of a node of which another life is connected, be it of the same store:
   * one word of a namesake, or of a copy that counts further, would have that node taken for an old
   * one, here and after each of its starts. A life that answers no probe is connected no more.
   */
  #judge(
    hello: Hello,
    { names, called }: { names: readonly string[] | undefined; called: NodeId | undefined },
  ): LinkRefusal | undefined {
    const { self, memory } = this.#parts
    const remembered = memory.peers.get(hello.node)
    const living = this.living(hello.node)
    const refusal = judgeHello(hello, { self, called, names, remembered, living })
    // Strangers are judged but not remembered, or their number would have no bound.
    if (refusal !== undefined || !this.#peers.has(hello.node)) return refusal
    if (learn(memory, hello.node, hello)) {
      this.#closeAccepted(other => other.node === hello.node && !isSame(other, hello))
    }
    return undefined
  }

  /** It may have been let in as a stranger before: what it said of itself counts from now on. */
  #adopt(peer: Peer): void {
    for (const accepted of [...this.#accepted]) {
      const { hello } = accepted
      if (hello?.node !== peer.node) continue
      // Its name was proved when it was let in.
      const refusal = this.#judge(hello, { names: undefined, called: undefined })
      if (refusal !== undefined) accepted.refuse(refusal)
      else if (hello.lane === 'turn') peer.onHeard(hello)
    }
  }

  #onHello(accepted: Accepted, hello: Hello): void {
    for (const other of this.#accepted) {
      if (other !== accepted && isSuccessor(hello, other.hello)) this.#drop(other)
    }
    if (hello.lane === 'turn') this.#peers.get(hello.node)?.onHeard(hello)
  }

  #onFrame(hello: Hello, frame: Uint8Array): void {
    const peer = this.#peers.get(hello.node)
    if (peer !== undefined) peer.receivedBytes += frame.length
    this.#listener?.onFrame(hello.node, frame)
  }

  #onRefused(node: NodeId | undefined, refusal: LinkRefusal, isTheirs: boolean): void {
    const peer = node === undefined ? undefined : this.#peers.get(node)
    if (peer !== undefined) peer.lastRefusal = refusal
    const { code, message } = refusal
    const counts = isTheirs ? this.#refusedByPeers : this.#refused
    const isCounted = counts.has(code) || counts.size < CODES_MAX
    const name = isCounted ? code : OTHER_CODE
    counts.set(name, (counts.get(name) ?? 0) + 1)
    // What a stranger says of us is counted, and nothing follows from it.
    this.#tell(to => to.onRefused(node, code, message, isTheirs && peer !== undefined))
  }

  #onGone(accepted: Accepted): void {
    this.#accepted.delete(accepted)
    const { hello } = accepted
    if (hello?.lane === 'turn' && !this.#isHeard(hello.node)) {
      this.#peers.get(hello.node)?.onUnheard()
    }
  }

  #isHeard(node: NodeId): boolean {
    for (const { hello } of this.#accepted) {
      if (hello?.node === node && hello.lane === 'turn') return true
    }
    return false
  }

  #closeAccepted(matches: (hello: Hello) => boolean): void {
    for (const accepted of this.#accepted) {
      if (accepted.hello !== undefined && matches(accepted.hello)) this.#drop(accepted)
    }
  }

  #drop(accepted: Accepted): void {
    accepted.close()
    this.#accepted.delete(accepted)
  }

  #tell(what: (listener: LinksListener) => void): void {
    if (!this.#isStopped && this.#listener !== undefined) what(this.#listener)
  }
}

/** The same node called again on the same lane: its earlier connection is of no use any more. */
function isSuccessor(hello: Hello, earlier: Hello | undefined): boolean {
  return earlier !== undefined && earlier.node === hello.node && earlier.lane === hello.lane
}
