/**
 * What this node says to others in one turn: the messages of all groups in one packet for each node
 * and lane. A packet that could not be sent is told to the cores whose appends it held.
 */

import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import { PacketWriter } from '../wire/packet.ts'
import type { HostLane, HostLinks } from './ports.ts'

/** Who is told that its messages were dropped. */
export interface Sender {
  readonly id: GroupId
  onDropped(to: ReplicaId): void
}

export interface OutgoingStats {
  readonly packets: number
  readonly packetsDropped: number
  readonly messages: number
  readonly bytes: number
}

interface Parcel {
  readonly node: NodeId
  readonly lane: HostLane
  readonly writer: PacketWriter
  /** Appends that are in it. */
  readonly senders: Sender[]
  readonly receivers: ReplicaId[]
}

export class Outgoing {
  readonly #links: HostLinks
  readonly #parcels: Readonly<Record<HostLane, Map<NodeId, Parcel>>> = {
    turn: new Map(),
    image: new Map(),
  }
  /** Those that hold something. */
  #full: Parcel[] = []
  #packets = 0
  #dropped = 0
  #messages = 0
  #bytes = 0

  constructor(links: HostLinks) {
    this.#links = links
  }

  add(sender: Sender, node: NodeId, message: Message): void {
    const parcel = this.#parcelFor(node, message.type === 'snapshot' ? 'image' : 'turn')
    if (parcel.writer.count === 0) this.#full.push(parcel)
    parcel.writer.add(sender.id, message)
    this.#messages++
    if (message.type === 'append') {
      parcel.senders.push(sender)
      parcel.receivers.push(message.to)
    }
    if (parcel.writer.isFull) {
      this.#full.splice(this.#full.indexOf(parcel), 1)
      this.#send(parcel)
    }
  }

  /** The turn is over. */
  flush(): void {
    const parcels = this.#full
    if (parcels.length === 0) return
    this.#full = []
    for (const parcel of parcels) this.#send(parcel)
  }

  /** The node is gone for good. */
  forget(node: NodeId): void {
    this.#parcels.turn.delete(node)
    this.#parcels.image.delete(node)
    this.#full = this.#full.filter(parcel => parcel.node !== node)
  }

  stats(): OutgoingStats {
    return {
      packets: this.#packets,
      packetsDropped: this.#dropped,
      messages: this.#messages,
      bytes: this.#bytes,
    }
  }

  #parcelFor(node: NodeId, lane: HostLane): Parcel {
    const parcels = this.#parcels[lane]
    let parcel = parcels.get(node)
    if (parcel === undefined) {
      parcel = { node, lane, writer: new PacketWriter(), senders: [], receivers: [] }
      parcels.set(node, parcel)
    }
    return parcel
  }

  #send({ node, lane, writer, senders, receivers }: Parcel): void {
    const bytes = writer.finish()
    this.#packets++
    this.#bytes += bytes.length
    const taken = this.#links.send(node, lane, bytes)
    const lost = taken ? [] : senders.map((sender, i) => [sender, receivers[i]] as const)
    senders.length = 0
    receivers.length = 0
    if (taken) return
    this.#dropped++
    for (const [sender, to] of lost) sender.onDropped(to as ReplicaId)
  }
}
