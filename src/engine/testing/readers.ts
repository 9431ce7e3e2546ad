/**
 * Test support: readers of a made-up source, each with its purse and a wire to the group on which
 * frames wait, come in order, or are lost with all that are behind them.
 */

import type { Channels, Duties } from '../channels/channels.ts'
import { Purse } from '../channels/credit.ts'
import type { Frame } from '../channels/frame.ts'
import type { Hello, Receipt } from '../channels/reception.ts'
import { frameOf } from './traffic.ts'

/** What the source holds at an offset: no record, one or two. */
function countAt(channel: number, offset: number): number {
  if ((3 * offset + channel) % 4 === 0) return 2
  return (offset + channel) % 3 === 0 ? 0 : 1
}

/** The offsets of all its records from one to before the other. */
export function offsetsWithin(channel: number, from: number, to: number): readonly number[] {
  const offsets: number[] = []
  for (let offset = from; offset < to; offset++) {
    for (let nth = countAt(channel, offset); nth > 0; nth--) {
      offsets.push(offset)
    }
  }
  return offsets
}

export const bytesOf = (frame: Frame) => 40 + 20 * frame.records.size

type Words = Pick<Frame, 'watermark' | 'idle' | 'barrier'>

export class TestReader {
  readonly channel: number
  readonly term: number
  position = 0
  #purse = new Purse(0)
  #wire: Frame[] = []

  constructor(channel: number, term = 1) {
    this.channel = channel
    this.term = term
  }

  get onWire(): number {
    return this.#wire.length
  }

  /** A stream begins: nothing of the last one arrives any more. */
  onHello({ cursor, bytes }: Hello): void {
    this.#wire = []
    this.position = cursor
    this.#purse = new Purse(bytes)
  }

  onGrant(bytes: number): void {
    this.#purse.onGrant(bytes)
  }

  /** Goes on from elsewhere, unasked. */
  jump(by: number): void {
    this.position = Math.max(this.position + by, 0)
  }

  /** Goes on with so many offsets, if there is credit. */
  send(size: number, words: Words = {}): void {
    if (!this.#purse.maySend) return
    const to = this.position + size
    const offsets = offsetsWithin(this.channel, this.position, to)
    const stretch = [this.position, to] as const
    const frame = frameOf(this.channel, stretch, { ...words, offsets, readerTerm: this.term })
    this.#purse.onSent(bytesOf(frame))
    this.position = to
    this.#wire.push(frame)
  }

  deliver(channels: Channels, atMs: number): Receipt | undefined {
    const frame = this.#wire.shift()
    return frame && channels.onFrame(frame, bytesOf(frame), atMs)
  }
}

/** Duties to readers are done. */
export function tell({ rewinds, credits }: Duties, readers: readonly TestReader[]): void {
  const byChannel = new Map(readers.map(reader => [reader.channel, reader]))
  for (const { channel, cursor, reader } of rewinds) {
    const asked = byChannel.get(channel)
    if (asked !== undefined && asked.term === reader.term) asked.position = cursor
  }
  for (const { channel, bytes } of credits) {
    byChannel.get(channel)?.onGrant(bytes)
  }
}

export function greet(channels: Channels, readers: readonly TestReader[]): void {
  for (const reader of readers) {
    for (const hello of channels.hello([reader.channel])) {
      reader.onHello(hello)
    }
  }
}
