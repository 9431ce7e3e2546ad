/**
 * The simulated network between nodes. Every path (one node to one other) has its own delay, loss,
 * cuts, clog and capacity. Messages are datagrams: lost, late, doubled, overtaken, or said again
 * seconds later. Chunks of images go as a stream: in order, and a loss takes all that follows until
 * the stream is opened again; only a replay fault says an old one again.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { EventQueue, SimEvent } from './clock.ts'
import { US_PER_MS } from './clock.ts'
import type { Tally } from './tally.ts'

/** Nodes of a run, those that come later included. */
export const NODES_MAX = 24

/**
 * Datagrams between nodes: what is sent may be lost, late, doubled or overtaken, but it arrives
 * whole or not at all. No door of a real node, which reaches its peers through Transport: the cores
 * alone are tried on it, for they must bear all this.
 */
export interface Network<Address, Message> {
  send(to: Address, message: Message): void
  listen(listener: NetworkListener<Address, Message>): void
}

export interface NetworkListener<Address, Message> {
  onMessage(from: Address, message: Message): void
  /** The connection to a peer closed and could not be opened again at once: it is probably dead. */
  onPeerLost(peer: Address): void
}

export type DelayShape = 'even' | 'tailed'

/** How the network of a run behaves when no fault is on, per message. */
export interface NetworkProfile {
  readonly delayMinUs: number
  readonly delayMeanUs: number
  readonly delayShape: DelayShape
  /** Paths keep the order of messages, as one connection would. */
  readonly inOrder: boolean
  readonly loss: number
  readonly duplicate: number
  readonly reorder: number
  readonly replay: number
  /** Questions that are met by an answer to an earlier one. */
  readonly echo: number
  /** Messages under way on one path; what comes on top is dropped. */
  readonly capacity: number
}

/** A message that is said again comes so much later. */
const REPLAY_MS = [50, 8000] as const
/** A message that is overtaken is held back so many mean delays. */
const REORDER_DELAYS_MAX = 20
/** A tailed delay is at most so many means. */
const TAIL_MAX = 30
/** A broken stream is opened again after so long. */
const STREAM_REOPEN_MS = 200
/** What was held up by a clog comes within so long after it. */
const BURST_US = 500
/** The death of a process is noticed by its peers within so long. */
const LOST_PEER_MS = 10
/** Old messages of one kind that are remembered, to be said again. */
const REMEMBERED = 64

export interface Tap<M> {
  /** Messages are remembered by kind, so that the rare ones are said again as often as others. */
  kindOf(message: M): string
  /** The kind of answer that a question of this kind gets. */
  answerTo(kind: string): string
  /** This message travels as a stream. */
  isStream(message: M): boolean
  /** A message has been dropped on its way; the sender may hear of it. */
  onDrop(from: number, to: number, message: M): void
}

type Listener<M> = NetworkListener<number, M>

class Delivery<M> implements SimEvent {
  readonly #network: SimNetwork<M>
  readonly from: number
  readonly to: number
  readonly message: M

  constructor(network: SimNetwork<M>, from: number, to: number, message: M) {
    this.#network = network
    this.from = from
    this.to = to
    this.message = message
  }

  fire(): void {
    this.#network.deliver(this)
  }
}

class Notice<M> implements SimEvent {
  readonly #network: SimNetwork<M>
  readonly #to: number
  readonly #lost: number

  constructor(network: SimNetwork<M>, to: number, lost: number) {
    this.#network = network
    this.#to = to
    this.#lost = lost
  }

  fire(): void {
    this.#network.notice(this.#to, this.#lost)
  }
}

/** The last messages of one kind, the newest in place of the oldest. */
interface Memory<M> {
  readonly deliveries: Delivery<M>[]
  sent: number
}

export interface NetworkParts<M> {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly tally: Tally
  readonly tap: Tap<M>
}

export class SimNetwork<M> {
  profile: NetworkProfile
  delivered = 0
  readonly #parts: NetworkParts<M>
  readonly #listeners: (Listener<M> | undefined)[] = []
  /** Cuts on a path; several faults may cut it at once. */
  readonly #cuts = new Uint8Array(NODES_MAX * NODES_MAX)
  readonly #underWay = new Uint16Array(NODES_MAX * NODES_MAX)
  readonly #lastAtUs = new Float64Array(NODES_MAX * NODES_MAX)
  readonly #streamAtUs = new Float64Array(NODES_MAX * NODES_MAX)
  readonly #brokenUntilUs = new Float64Array(NODES_MAX * NODES_MAX)
  readonly #clogUntilUs = new Float64Array(NODES_MAX * NODES_MAX)
  /** The receiver saw the sender's connection close: nothing comes from it before it is back. */
  readonly #closed = new Uint8Array(NODES_MAX * NODES_MAX)
  readonly #isUp = new Uint8Array(NODES_MAX)
  /** Added loss and delay of a node's paths while a fault is on. */
  readonly #addedLoss = new Float64Array(NODES_MAX)
  readonly #addedDelayUs = new Float64Array(NODES_MAX)
  /** Added to the profile's while a fault is on. */
  #addedEcho = 0
  readonly #remembered = new Map<string, Memory<M>>()
  readonly #kinds: Memory<M>[] = []

  constructor(profile: NetworkProfile, parts: NetworkParts<M>) {
    this.profile = profile
    this.#parts = parts
  }

  /** The network as one node sees it. */
  door(node: number): Network<number, M> {
    invariant(node < NODES_MAX, 'node-within-network', node)
    return {
      send: (to, message) => this.send(node, to, message),
      listen: listener => {
        this.#listeners[node] = listener
        this.#isUp[node] = 1
        this.#closed.fill(0, node * NODES_MAX, (node + 1) * NODES_MAX)
      },
    }
  }

  cut(from: number, to: number, by: 1 | -1): void {
    const path = from * NODES_MAX + to
    this.#cuts[path] = (this.#cuts[path] as number) + by
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts[from * NODES_MAX + to] !== 0
  }

  clog(from: number, to: number, untilUs: number): void {
    const path = from * NODES_MAX + to
    this.#clogUntilUs[path] = Math.max(untilUs, this.#clogUntilUs[path] as number)
  }

  addLoss(node: number, loss: number): void {
    this.#addedLoss[node] = (this.#addedLoss[node] as number) + loss
  }

  addDelay(node: number, delayUs: number): void {
    this.#addedDelayUs[node] = (this.#addedDelayUs[node] as number) + delayUs
  }

  addEcho(chance: number): void {
    this.#addedEcho += chance
  }

  /** No fault is left on any path; what is under way still comes. */
  heal(): void {
    this.#cuts.fill(0)
    this.#clogUntilUs.fill(0)
    this.#addedLoss.fill(0)
    this.#addedDelayUs.fill(0)
    this.#addedEcho = 0
  }

  send(from: number, to: number, message: M): void {
    const { prng, tap, tally } = this.#parts
    const path = from * NODES_MAX + to
    const loss = this.profile.loss + (this.#addedLoss[from] as number)
    const isLost = loss > 0 && prng.chance(loss)
    if (isLost) tally.hit('loss')
    const delivery = new Delivery(this, from, to, message)
    if (tap.isStream(message)) {
      this.#sendStream(path, delivery, isLost)
      return
    }
    if (isLost || this.#cuts[path] !== 0) {
      return
    }
    this.#remember(delivery)
    if ((this.#underWay[path] as number) >= this.profile.capacity) {
      tally.hit('overflow')
      tap.onDrop(from, to, message)
      return
    }
    this.#schedule(path, delivery)
    this.#maybeRepeat(path, delivery)
    const echo = this.profile.echo + this.#addedEcho
    if (echo > 0 && prng.chance(echo)) this.#answerOld(delivery)
  }

  /** An answer to an earlier question of this kind comes again, perhaps before the true one. */
  #answerOld({ from, to, message }: Delivery<M>): void {
    const { prng, tap, tally } = this.#parts
    const answers = this.#remembered.get(tap.answerTo(tap.kindOf(message)))?.deliveries
    const old = answers?.filter(answer => answer.from === to && answer.to === from) ?? []
    if (old.length === 0 || this.isCut(to, from)) return
    tally.hit('echo')
    this.#again(prng.pick(old), this.#delayUs(to, from))
  }

  /** Says so many remembered messages again, each within `withinMs`. False: there are none. */
  replay(count: number, withinMs: number, prng: Prng): boolean {
    for (let i = 0; i < count; i++) {
      const old = this.#anyDelivery(prng)
      if (old === undefined) return false
      this.#again(old, prng.below(withinMs * US_PER_MS))
    }
    return true
  }

  /** Some message that was sent of late, to make a forgery of. */
  anyRemembered(prng: Prng): M | undefined {
    return this.#anyDelivery(prng)?.message
  }

  /** A process died: its peers see their connections close, unless a cut hides it. */
  closeConnections(node: number): void {
    const { queue, prng } = this.#parts
    this.#isUp[node] = 0
    for (let peer = 0; peer < this.#listeners.length; peer++) {
      if (peer !== node && !this.isCut(node, peer) && !this.isCut(peer, node)) {
        queue.after(prng.below(LOST_PEER_MS * US_PER_MS), new Notice(this, peer, node))
      }
    }
  }

  notice(to: number, lost: number): void {
    if (this.#isUp[lost] === 0) this.#closed[lost * NODES_MAX + to] = 1
    this.#listeners[to]?.onPeerLost(lost)
  }

  deliver(delivery: Delivery<M>): void {
    const path = delivery.from * NODES_MAX + delivery.to
    this.#underWay[path] = (this.#underWay[path] as number) - 1
    if (this.#cuts[path] === 0 && this.#closed[path] === 0) {
      this.delivered++
      this.#listeners[delivery.to]?.onMessage(delivery.from, delivery.message)
    }
  }

  #delayUs(from: number, to: number): number {
    const { delayMinUs, delayMeanUs, delayShape } = this.profile
    const { prng } = this.#parts
    const added = (this.#addedDelayUs[from] as number) + (this.#addedDelayUs[to] as number)
    const spike = added > 0 ? prng.below(added) : 0
    if (delayShape === 'even') {
      return delayMinUs + prng.below(2 * delayMeanUs) + spike
    }
    // u / (1 - u): half of the delays are below the mean, one in thirty is thirty times as long.
    const u = prng.below(1024)
    const tail = Math.min(TAIL_MAX, u / (1024 - u))
    return delayMinUs + Math.floor(delayMeanUs * tail) + spike
  }

  #schedule(path: number, delivery: Delivery<M>): void {
    const { queue, prng, tally } = this.#parts
    const { profile } = this
    let atUs = queue.nowUs + this.#delayUs(delivery.from, delivery.to)
    if (profile.reorder > 0 && prng.chance(profile.reorder)) {
      atUs += prng.below(REORDER_DELAYS_MAX * profile.delayMeanUs)
      tally.hit('reorder')
    } else if (profile.inOrder) {
      atUs = Math.max(atUs, this.#lastAtUs[path] as number)
      this.#lastAtUs[path] = atUs
    }
    this.#push(path, delivery, atUs)
  }

  #push(path: number, delivery: Delivery<M>, atUs: number): void {
    const { queue, prng } = this.#parts
    const clogUntilUs = this.#clogUntilUs[path] as number
    this.#underWay[path] = (this.#underWay[path] as number) + 1
    if (clogUntilUs <= atUs) {
      queue.at(atUs, delivery)
      return
    }
    queue.at(clogUntilUs + (this.profile.inOrder ? 0 : prng.below(BURST_US)), delivery)
  }

  #sendStream(path: number, delivery: Delivery<M>, isLost: boolean): void {
    const { queue } = this.#parts
    if (queue.nowUs < (this.#brokenUntilUs[path] as number)) {
      return
    }
    if (isLost || this.#cuts[path] !== 0) {
      this.#brokenUntilUs[path] = queue.nowUs + STREAM_REOPEN_MS * US_PER_MS
      return
    }
    this.#remember(delivery)
    const atUs = queue.nowUs + this.#delayUs(delivery.from, delivery.to)
    const inOrderUs = Math.max(
      atUs,
      (this.#streamAtUs[path] as number) + 1,
      this.#clogUntilUs[path] as number,
    )
    this.#streamAtUs[path] = inOrderUs
    this.#underWay[path] = (this.#underWay[path] as number) + 1
    queue.at(inOrderUs, delivery)
  }

  #maybeRepeat(path: number, delivery: Delivery<M>): void {
    const { prng, tally } = this.#parts
    const { duplicate, replay } = this.profile
    if (duplicate > 0 && prng.chance(duplicate)) {
      tally.hit('duplicate')
      this.#schedule(path, delivery)
    }
    if (replay > 0 && prng.chance(replay)) {
      tally.hit('replay')
      this.#again(delivery, prng.between(REPLAY_MS[0], REPLAY_MS[1]) * US_PER_MS)
    }
  }

  #again(delivery: Delivery<M>, delayUs: number): void {
    const path = delivery.from * NODES_MAX + delivery.to
    this.#underWay[path] = (this.#underWay[path] as number) + 1
    this.#parts.queue.after(delayUs, delivery)
  }

  #remember(delivery: Delivery<M>): void {
    const kind = this.#parts.tap.kindOf(delivery.message)
    let memory = this.#remembered.get(kind)
    if (memory === undefined) {
      memory = { deliveries: [], sent: 0 }
      this.#remembered.set(kind, memory)
      this.#kinds.push(memory)
    }
    memory.deliveries[memory.sent % REMEMBERED] = delivery
    memory.sent++
  }

  #anyDelivery(prng: Prng): Delivery<M> | undefined {
    return this.#kinds.length === 0 ? undefined : prng.pick(prng.pick(this.#kinds).deliveries)
  }
}
