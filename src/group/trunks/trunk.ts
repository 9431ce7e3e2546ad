/**
 * One connection that carries many streams: those that this side opened, where it dialled, or those
 * that the other side opened. When it breaks, all of them have.
 */

import { ByteReader, malformed } from '../../base/bytes.ts'
import type { Clock, Connection, ConnectionListener, Timer } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import type { TrunkBounds } from './bounds.ts'
import { Freight } from './freight.ts'
import type { OnConnection } from './loop.ts'
import { type Item, readItem } from './parcel.ts'
import { type Carriage, Stream } from './stream.ts'

export interface TrunkParts {
  readonly clock: Clock
  readonly bounds: TrunkBounds
  /** Who takes streams that the other side opens; missing: they are opened here. */
  readonly accepts?: () => OnConnection | undefined
  /** It carries nothing any more: told once. */
  onGone(): void
}

interface Held {
  readonly stream: Stream
  readonly listener: ConnectionListener
}

const CLOSED = 'the other side closed the stream'

export class Trunk implements Carriage, ConnectionListener {
  readonly #parts: TrunkParts
  readonly #carrier: Connection
  readonly #freight: Freight
  readonly #streams = new Map<number, Held>()
  /** The highest number that a stream had. */
  #last = 0
  /** Since when an answer is due, and nothing was heard. */
  #askedMs: number | undefined
  /** Runs while there are no streams. */
  #idle: Timer | undefined
  #isGone = false

  /** `connect` is called once; what it is told comes later. */
  constructor(parts: TrunkParts, connect: (listener: ConnectionListener) => Connection) {
    this.#parts = parts
    this.#carrier = connect(this)
    const { clock, bounds } = parts
    const { parcelBytes } = bounds
    this.#freight = new Freight({ clock, carrier: this.#carrier, parcelBytes })
  }

  get peerNames(): readonly string[] | undefined {
    return this.#carrier.peerNames
  }

  /** Whoever was called may be gone, without anybody having been told. */
  get isDoubtful(): boolean {
    const { clock, bounds } = this.#parts
    return clock.monotonicMs() - (this.#askedMs ?? Infinity) >= bounds.doubtMs
  }

  open(listener: ConnectionListener): Connection {
    this.#idle?.cancel()
    this.#askedMs ??= this.#parts.clock.monotonicMs()
    const stream = new Stream(++this.#last, this)
    this.#streams.set(stream.number, { stream, listener })
    this.#freight.push({ kind: 'open', stream: stream.number }, undefined)
    return stream
  }

  send(stream: Stream, bytes: Uint8Array): void {
    const { number } = stream
    if (bytes.length <= this.#parts.bounds.frameBytesMax) {
      this.#freight.push({ kind: 'frame', stream: number, bytes }, stream)
      return
    }
    this.#freight.push({ kind: 'oversize', stream: number }, undefined)
    // Whoever sends does not expect to hear of it before he is through.
    this.#parts.clock.after(0, () => this.#onOversize(number, bytes.length))
  }

  settle(): void {
    this.#freight.settle()
  }

  close({ number }: Stream): void {
    this.#streams.delete(number)
    this.#freight.push({ kind: 'closed', stream: number }, undefined)
    this.#maybeRest()
  }

  /** With all its streams: nobody here is told; what was sent may still arrive. */
  end(): void {
    this.#freight.flush()
    this.#leave()
    this.#carrier.close()
  }

  onOpen(): void {}

  onFrame(parcel: Uint8Array): void {
    this.#askedMs = undefined
    const input = new ByteReader(parcel)
    try {
      while (input.left > 0 && !this.#isGone) this.#onItem(readItem(input))
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const held = this.#leave()
      this.#carrier.close()
      for (const { listener } of held) listener.onClosed(error.message)
    }
  }

  onClosed(why: string, code?: 'frame-oversize'): void {
    for (const { listener } of this.#leave()) listener.onClosed(why, code)
  }

  #onItem(item: Item): void {
    if (item.kind === 'open') {
      this.#onCall(item.stream)
      return
    }
    // Of what was closed here the other side may not know yet.
    const held = this.#streams.get(item.stream)
    if (held === undefined) return
    if (item.kind === 'opened') held.listener.onOpen()
    else if (item.kind === 'frame') held.listener.onFrame(item.bytes)
    else if (item.kind === 'closed') this.#over(held, CLOSED)
    else this.#over(held, oversized('what the other side sent'), 'frame-oversize')
  }

  #onCall(number: number): void {
    const { accepts } = this.#parts
    const isNext = accepts !== undefined && number > this.#last
    if (!isNext) throw malformed(`stream ${number} is not opened in its order`)
    this.#last = number
    const onConnection = accepts()
    if (onConnection === undefined) {
      this.#freight.push({ kind: 'closed', stream: number }, undefined)
      return
    }
    this.#freight.push({ kind: 'opened', stream: number }, undefined)
    const stream = new Stream(number, this)
    const listener = onConnection(stream)
    if (!stream.isClosed) this.#streams.set(number, { stream, listener })
  }

  #onOversize(number: number, size: number): void {
    const held = this.#streams.get(number)
    if (held !== undefined) this.#over(held, oversized(`${size} bytes`), 'frame-oversize')
  }

  #over({ stream, listener }: Held, why: string, code?: 'frame-oversize'): void {
    stream.isClosed = true
    this.#streams.delete(stream.number)
    this.#maybeRest()
    listener.onClosed(why, code)
  }

  /** Whoever dialled hangs up when there was nothing to carry for long enough. */
  #maybeRest(): void {
    const { clock, bounds, accepts } = this.#parts
    if (accepts !== undefined || this.#streams.size > 0 || this.#isGone) return
    this.#idle?.cancel()
    this.#idle = clock.after(bounds.idleMs, () => this.end())
  }

  /** Who was there to be told. */
  #leave(): readonly Held[] {
    if (this.#isGone) return []
    this.#isGone = true
    this.#idle?.cancel()
    this.#freight.drop()
    const held = [...this.#streams.values()]
    this.#streams.clear()
    for (const { stream } of held) stream.isClosed = true
    this.#parts.onGone()
    return held
  }
}

function oversized(what: string): string {
  return `a frame is above the bound of all nodes (${what}); set the same bound on all nodes`
}
