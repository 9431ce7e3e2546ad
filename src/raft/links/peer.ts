/**
 * One peer node, seen from here: its two lines, and whether it lives. Fast suspicion: when a
 * connection with it closes, it is dialled at once. Answered with the same boot, nothing happened;
 * refused, silent for a moment or answered with another boot, it is lost, and that is told once.
 */

import type { Timer } from '../../base/env.ts'
import type { NodeId } from '../../base/ids.ts'
import type { Hello, Lane, LinkRefusal } from './hello.ts'
import { ImageQueue } from './image-queue.ts'
import { Line, type LineListener, type LineParts, type LineState } from './line.ts'
import { type Incarnation, isSame } from './memory.ts'

/** What the links know of one peer, for people and metrics. */
export interface PeerLinkStatus {
  readonly node: NodeId
  readonly address: string
  /** Of the line that carries turns. */
  readonly state: LineState
  /** Which boot of it lives, as far as is known. */
  readonly boot: number | undefined
  readonly queuedBytes: number
  /** Frames that found no connection or a full queue. */
  readonly dropped: number
  readonly sentBytes: number
  readonly receivedBytes: number
  readonly losses: number
  /** The way there and back, of the line that carries turns; undefined: not measured (yet). */
  readonly rttMs: number | undefined
  readonly lastRefusal: LinkRefusal | undefined
  /**
   * Why the line that carries turns, or an attempt at it, ended; for people, until it has been told
   * that it is up again.
   */
  readonly lastClosed: string | undefined
}

export interface PeerListener {
  /** A hello that this peer, whom we called, answered with. */
  judge(node: NodeId, hello: Hello, names: readonly string[] | undefined): LinkRefusal | undefined
  onPeerUp(node: NodeId, hello: Hello): void
  onPeerLost(node: NodeId): void
  onRefused(node: NodeId, refusal: LinkRefusal, isTheirs: boolean): void
  /** It still has a connection open to us, from which frames may come. */
  isHeard(node: NodeId): boolean
}

export class Peer implements LineListener {
  readonly node: NodeId
  address: string
  receivedBytes = 0
  /** On a connection of ours, or on one by which it, as it says, called us. */
  lastRefusal: LinkRefusal | undefined
  readonly #parts: LineParts
  readonly #listener: PeerListener
  readonly #turn: Line
  readonly #image: Line
  readonly #imageQueue: ImageQueue
  /** Who lives there, as far as we know: its connections closed and nothing else was heard. */
  #living: Incarnation | undefined
  /** Runs while the peer is suspected. */
  #suspicion: Timer | undefined
  /** While it is suspected: an attempt to reach it failed. */
  #isRefused = false
  #dropped = 0
  #sentBytes = 0
  #losses = 0
  #lastClosed: string | undefined

  constructor(
    parts: LineParts,
    place: { readonly node: NodeId; readonly address: string },
    listener: PeerListener,
  ) {
    this.node = place.node
    this.address = place.address
    this.#parts = parts
    this.#listener = listener
    this.#turn = new Line(parts, { ...place, lane: 'turn' }, this)
    this.#image = new Line(parts, { ...place, lane: 'image' }, this)
    this.#imageQueue = new ImageQueue(parts.clock, parts.limits, frame => this.#image.send(frame))
  }

  /** The life that a connection of ours reaches now. */
  get living(): Incarnation | undefined {
    return this.#turn.state === 'up' ? this.#living : undefined
  }

  start(): void {
    this.#turn.dial()
    this.#image.dial()
  }

  moveTo(address: string): void {
    this.address = address
    this.#dropImages()
    this.#turn.moveTo(address)
    this.#image.moveTo(address)
    this.#suspect()
  }

  send(lane: Lane, frame: Uint8Array): boolean {
    const isTaken = lane === 'turn' ? this.#turn.send(frame) : this.#sendImage(frame)
    if (isTaken) this.#sentBytes += frame.length
    else this.#dropped++
    return isTaken
  }

  close(): void {
    this.#suspicion?.cancel()
    this.#suspicion = undefined
    this.#dropImages()
    this.#turn.close()
    this.#image.close()
  }

  status(): PeerLinkStatus {
    const { node, address, receivedBytes, lastRefusal } = this
    const waiting = this.#turn.queuedBytes + this.#image.queuedBytes
    return {
      node,
      address,
      state: this.#turn.state,
      boot: this.#living?.boot,
      queuedBytes: waiting + this.#imageQueue.queuedBytes,
      dropped: this.#dropped,
      sentBytes: this.#sentBytes,
      receivedBytes,
      losses: this.#losses,
      rttMs: this.#turn.rttMs,
      lastRefusal,
      lastClosed: this.#lastClosed,
    }
  }

  judge(hello: Hello, names: readonly string[] | undefined): LinkRefusal | undefined {
    return this.#listener.judge(this.node, hello, names)
  }

  onUp(lane: Lane, hello: Hello): void {
    if (lane === 'image') return
    this.#sees(hello)
    this.#calm()
    // Whoever was told of a loss may have removed this peer.
    if (this.#turn.state === 'up') this.#listener.onPeerUp(this.node, hello)
    this.#lastClosed = undefined
  }

  onDown(lane: Lane, wasUp: boolean, why: string): void {
    if (lane === 'image') {
      this.#dropImages()
      return
    }
    this.#lastClosed = why
    if (wasUp) {
      this.#suspect()
    } else if (this.#suspicion !== undefined) {
      this.#isRefused = true
      this.maybeLost()
    }
  }

  onRefused(refusal: LinkRefusal, isTheirs: boolean): void {
    this.#listener.onRefused(this.node, refusal, isTheirs)
  }

  /** It called us and was let in. */
  onHeard(seen: Incarnation): void {
    const isReborn = this.#living !== undefined && !isSame(this.#living, seen)
    this.#sees(seen)
    // Its former life may have left a connection that nobody will ever read from.
    if (isReborn) {
      this.#turn.redial()
      this.#image.redial()
    }
  }

  /** Its connection to us closed. Ours to it tells more, if there is one. */
  onUnheard(): void {
    if (this.#turn.state !== 'up') {
      this.#suspect()
      this.#turn.dial()
    }
    this.maybeLost()
  }

  /** Refused, and nothing more can come from it: no need to wait for the end of the time. */
  maybeLost(): void {
    if (this.#suspicion === undefined || !this.#isRefused) return
    if (!this.#listener.isHeard(this.node)) this.#lose()
  }

  #sees({ store, boot, opening }: Incarnation): void {
    const seen = { store, boot, opening }
    const isReborn = this.#living !== undefined && !isSame(this.#living, seen)
    if (isReborn) this.#lose()
    this.#living = seen
  }

  #suspect(): void {
    if (this.#living === undefined || this.#suspicion !== undefined) return
    this.#isRefused = false
    const { clock, limits } = this.#parts
    this.#suspicion = clock.after(limits.suspectMs, () => this.#lose())
  }

  #calm(): void {
    this.#suspicion?.cancel()
    this.#suspicion = undefined
  }

  #lose(): void {
    this.#calm()
    this.#living = undefined
    this.#losses++
    // Nobody may ever read again from what carries images; unused, it would not be found out.
    this.#dropImages()
    this.#image.redial()
    this.#listener.onPeerLost(this.node)
  }

  #sendImage(frame: Uint8Array): boolean {
    return this.#image.state === 'up' && this.#imageQueue.push(frame)
  }

  #dropImages(): void {
    this.#dropped += this.#imageQueue.clear()
  }
}
