/**
 * What is on its way out of a trunk: items are gathered until the turn ends and go as one message,
 * and of each stream it is known how much of what it sent the system has not taken.
 */

import { ByteWriter } from '../../base/bytes.ts'
import type { Clock, Connection, Timer } from '../../base/env.ts'
import { type Item, writeItem } from './parcel.ts'
import type { Stream } from './stream.ts'

export interface FreightParts {
  readonly clock: Clock
  readonly carrier: Connection
  readonly parcelBytes: number
}

/** What one stream has in one parcel, and where that ends in all that was ever sent. */
interface Load {
  readonly end: number
  readonly stream: Stream
  readonly bytes: number
}

export class Freight {
  readonly #parts: FreightParts
  readonly #out = new ByteWriter()
  readonly #gathered = new Map<Stream, number>()
  readonly #loads: Load[] = []
  #sentBytes = 0
  #timer: Timer | undefined

  constructor(parts: FreightParts) {
    this.#parts = parts
  }

  push(item: Item, stream: Stream | undefined): void {
    const size = item.kind === 'frame' ? item.bytes.length : 0
    if (this.#out.size > 0 && this.#out.size + size > this.#parts.parcelBytes) this.flush()
    writeItem(this.#out, item)
    if (stream !== undefined && size > 0) {
      stream.untakenBytes += size
      this.#gathered.set(stream, (this.#gathered.get(stream) ?? 0) + size)
    }
    this.#timer ??= this.#parts.clock.after(0, () => this.flush())
  }

  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#out.size === 0) return
    const parcel = this.#out.finish()
    this.#sentBytes += parcel.length
    for (const [stream, bytes] of this.#gathered) {
      this.#loads.push({ end: this.#sentBytes, stream, bytes })
    }
    this.#gathered.clear()
    this.#parts.carrier.send(parcel)
    this.settle()
  }

  /** What the system has taken is counted no more. */
  settle(): void {
    const takenBytes = this.#sentBytes - this.#parts.carrier.queuedBytes
    const first = this.#loads.findIndex(({ end }) => end > takenBytes)
    const count = first < 0 ? this.#loads.length : first
    for (const { stream, bytes } of this.#loads.splice(0, count)) stream.untakenBytes -= bytes
  }

  /** Nothing more is sent. */
  drop(): void {
    this.#timer?.cancel()
    this.#out.clear()
    for (const { stream } of this.#loads) stream.untakenBytes = 0
    for (const stream of this.#gathered.keys()) stream.untakenBytes = 0
    this.#loads.length = 0
    this.#gathered.clear()
  }
}
