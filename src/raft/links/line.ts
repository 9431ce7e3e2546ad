/**
 * The outgoing connection of one lane to one peer, and its life: dial, say hello, hear the answer,
 * carry frames, close, dial again. A connection that was up and closed is dialled again at once,
 * an attempt that failed after a pause that grows and is drawn by chance. One connection at a time.
 */

import type { Clock, Connection, Random, Timer, Transport } from '../../base/env.ts'
import { invariant, WeirError } from '../../base/errors.ts'
import type { NodeId } from '../../base/ids.ts'
import {
  encodeHello,
  encodeRefusal,
  type Greeting,
  type Hello,
  type HelloSelf,
  type Lane,
  type LinkRefusal,
  readGreeting,
} from './hello.ts'
import { refusals, unknownProtocol, unproved } from './judgement.ts'
import type { LinkLimits } from './limits.ts'
import { RoundTrips, readProbe } from './probe.ts'

const TWO_32 = 2 ** 32
/** The pause doubles with each failure until it has reached its bound; no need to count further. */
const DOUBLINGS_MAX = 20

export interface LineParts {
  readonly transport: Transport<string>
  readonly clock: Clock
  readonly random: Random
  readonly self: HelloSelf
  readonly limits: LinkLimits
}

export interface LineListener {
  /** Whether this hello may speak for the peer; what it says is learned. */
  judge(hello: Hello, names: readonly string[] | undefined): LinkRefusal | undefined
  onUp(lane: Lane, hello: Hello): void
  /** A connection ended that was up, or an attempt did. The next attempt is not yet begun. */
  onDown(lane: Lane, wasUp: boolean, why: string): void
  /** By our own judgement, or by theirs. */
  onRefused(refusal: LinkRefusal, isTheirs: boolean): void
}

export type LineState = 'waiting' | 'connecting' | 'up' | 'closed'

export class Line {
  readonly #parts: LineParts
  readonly #node: NodeId
  readonly #lane: Lane
  readonly #listener: LineListener
  readonly #trips: RoundTrips
  #address: string
  #state: LineState = 'waiting'
  #connection: Connection | undefined
  /** Runs to the end of a pause, or of an attempt. */
  #timer: Timer | undefined
  #stuckTimer: Timer | undefined
  #failures = 0
  #upSinceMs = 0
  /** Sent on this connection. */
  #sentBytes = 0

  constructor(
    parts: LineParts,
    peer: { readonly node: NodeId; readonly address: string; readonly lane: Lane },
    listener: LineListener,
  ) {
    this.#parts = parts
    this.#node = peer.node
    this.#lane = peer.lane
    this.#address = peer.address
    this.#listener = listener
    const { clock, limits } = parts
    this.#trips = new RoundTrips({
      ...{ clock, limits },
      send: frame => this.send(frame),
      sentBytes: () => this.#sentBytes,
      takenBytes: () => this.#sentBytes - this.queuedBytes,
      onUnanswered: waitedMs => this.#down(`no echo came for ${waitedMs} ms`),
    })
  }

  get state(): LineState {
    return this.#state
  }

  get queuedBytes(): number {
    return this.#state === 'up' ? (this.#connection?.queuedBytes ?? 0) : 0
  }

  /** The way there and back on this connection; undefined: not measured (yet). */
  get rttMs(): number | undefined {
    return this.#trips.rttMs
  }

  /** Dials now, unless it is connected or about to be. */
  dial(): void {
    if (this.#state !== 'waiting') return
    const { transport, clock, self, limits } = this.#parts
    this.#timer?.cancel()
    this.#state = 'connecting'
    this.#sentBytes = 0
    const connection = transport.connect(this.#address, {
      onOpen: () => {},
      onFrame: frame => this.#onFrame(frame),
      onClosed: (why, code) => this.#onClosed(why, code),
    })
    this.#connection = connection
    connection.send(encodeHello({ ...self, lane: this.#lane, to: this.#node }))
    this.#timer = clock.after(limits.handshakeMs, () => {
      this.#down(`no hello came within ${limits.handshakeMs} ms`)
    })
  }

  /** The peer is to be found elsewhere: what is known of the old place counts for nothing. */
  moveTo(address: string): void {
    this.#address = address
    this.redial()
  }

  /** This connection is of no use any more; tells nobody. */
  redial(): void {
    if (this.#state === 'closed') return
    this.#hangUp()
    this.#failures = 0
    this.#state = 'waiting'
    this.dial()
  }

  /** False: there is no connection, or too much waits on it. */
  send(frame: Uint8Array): boolean {
    const connection = this.#connection
    if (this.#state !== 'up' || connection === undefined) return false
    if (connection.queuedBytes + frame.length > this.#parts.limits.queuedBytesMax) return false
    connection.send(frame)
    this.#sentBytes += frame.length
    if (this.#stuckTimer === undefined) this.#watch(connection)
    this.#trips.onSent()
    return true
  }

  close(): void {
    this.#hangUp()
    this.#state = 'closed'
  }

  #onClosed(why: string, code: string | undefined): void {
    this.#down(why)
    if (code !== undefined) this.#listener.onRefused({ code, message: why }, true)
  }

  /** While something waits, the system must take some of it now and then. */
  #watch(connection: Connection): void {
    const takenBytes = this.#sentBytes - connection.queuedBytes
    const { clock, limits } = this.#parts
    this.#stuckTimer = clock.after(limits.stuckMs, () => {
      this.#stuckTimer = undefined
      const { queuedBytes } = connection
      if (queuedBytes === 0) return
      if (this.#sentBytes - queuedBytes > takenBytes) this.#watch(connection)
      else this.#down(`nothing was taken for ${limits.stuckMs} ms`)
    })
  }

  #onFrame(frame: Uint8Array): void {
    const probe = this.#state === 'up' ? readProbe(frame) : undefined
    if (probe?.kind === 'echo') {
      this.#trips.onEcho(probe)
      return
    }
    const greeting = this.#read(frame)
    if (greeting === undefined) return
    if (greeting.kind === 'refusal') {
      const doubt = unproved(this.#node, this.#connection?.peerNames)
      if (doubt !== undefined) {
        this.#refuse({ code: 'not-allowed', message: doubt })
        return
      }
      this.#down(`they refused: ${greeting.refusal.code}`)
      this.#listener.onRefused(greeting.refusal, true)
    } else if (greeting.kind === 'unknown-protocol') {
      this.#refuse(unknownProtocol(greeting.protocol, this.#parts.self.protocol))
    } else if (this.#state === 'up') {
      this.#refuse(refusals.malformed('a second hello came'))
    } else {
      this.#onHello(greeting.hello)
    }
  }

  #read(frame: Uint8Array): Greeting | undefined {
    try {
      return readGreeting(frame, this.#parts.self.protocol)
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#refuse(refusals.malformed(error.message))
      return undefined
    }
  }

  #onHello(hello: Hello): void {
    const connection = this.#connection
    const refusal = this.#listener.judge(hello, connection?.peerNames)
    // Whoever learned from it may have moved or closed this line.
    if (this.#connection !== connection) return
    if (refusal !== undefined) {
      this.#refuse(refusal)
      return
    }
    this.#timer?.cancel()
    this.#state = 'up'
    this.#upSinceMs = this.#parts.clock.monotonicMs()
    this.#trips.begin()
    this.#listener.onUp(this.#lane, hello)
  }

  #refuse(refusal: LinkRefusal): void {
    this.#connection?.send(encodeRefusal(refusal))
    this.#down(`we refused: ${refusal.code}`)
    this.#listener.onRefused(refusal, false)
  }

  /** Ends what is, tells it, and sees to the next attempt. */
  #down(why: string): void {
    invariant(this.#state === 'up' || this.#state === 'connecting', 'line-ends-once', this.#state)
    const wasUp = this.#state === 'up'
    const livedMs = this.#parts.clock.monotonicMs() - this.#upSinceMs
    const wasGood = wasUp && livedMs >= this.#parts.limits.settledMs
    this.#failures = wasGood ? 0 : this.#failures + 1
    this.#hangUp()
    this.#state = 'waiting'
    this.#listener.onDown(this.#lane, wasUp, why)
    this.#dialAgain()
  }

  /** Whoever was told may have dialled, moved or closed this line already. */
  #dialAgain(): void {
    if (this.#state !== 'waiting') return
    if (this.#failures === 0) this.dial()
    else this.#timer = this.#parts.clock.after(this.#pauseMs(), () => this.dial())
  }

  #pauseMs(): number {
    const { random, limits } = this.#parts
    const doubled = limits.reconnectMinMs * 2 ** Math.min(this.#failures, DOUBLINGS_MAX)
    const longest = Math.min(limits.reconnectMaxMs, doubled)
    const share = random.uint32() / TWO_32
    return limits.reconnectMinMs + share * (longest - limits.reconnectMinMs)
  }

  #hangUp(): void {
    this.#timer?.cancel()
    this.#stuckTimer?.cancel()
    this.#trips.end()
    this.#timer = undefined
    this.#stuckTimer = undefined
    this.#connection?.close()
    this.#connection = undefined
  }
}
