/**
 * One channel into a group, with the reader at its other end: it keeps all that it ever had to say
 * and says it in frames of any size, which may be lost, said twice, or said by a reader whose time
 * is over.
 */

import { ByteWriter } from '../../../src/base/bytes.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { Channels } from '../../../src/engine/channels/channels.ts'
import {
  decodeFrame,
  type Frame,
  noRecords,
  writeFrame,
} from '../../../src/engine/channels/frame.ts'
import { concat } from '../../../src/engine/columns/concat.ts'
import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import type { Schema } from '../../../src/engine/schema/schema.ts'

/** What is said of time, behind all records so far. */
export interface Word {
  readonly watermark?: number | undefined
  readonly idle?: boolean | undefined
  readonly barrier?: number | undefined
}

/** Where an epoch cuts what the reader says; without an offset, not yet for so many passes. */
interface Mark {
  readonly epoch: number
  readonly offset: number | undefined
  readonly passes: number
}

/** How often something goes wrong, of 1. */
export interface Trouble {
  readonly lost: number
  readonly repeated: number
  readonly deposed: number
}

/** How a reader says what it has to say. */
export interface Manner {
  readonly prng: Prng
  readonly trouble: Trouble
  /** The barrier at the end stands before the last words, or behind them; missing: as drawn. */
  readonly isBarrierFirst?: boolean | undefined
}

export const NO_TROUBLE: Trouble = { lost: 0, repeated: 0, deposed: 0 }

const REPEATED_MAX = 4
const STRETCH_MAX = 6

export class Wire {
  readonly channel: number
  readonly schema: Schema
  #term = 1
  #records: Records
  #end = 0
  /** Said last, and to be said again whenever the stream begins anew. */
  #words: readonly Word[] = []
  /** Of the epoch that is open. */
  #mark: Mark | undefined

  constructor(channel: number, schema: Schema) {
    this.channel = channel
    this.schema = schema
    this.#records = noRecords(schema, channel)
  }

  get end(): number {
    return this.#end
  }

  /** Records of this channel, with offsets from the end so far up to the new one. */
  add(parts: readonly Records[], end: number, words: readonly Word[]): void {
    const own = parts.filter(({ size }) => size > 0).map(part => inOrder(part, this.channel))
    if (own.length > 0) {
      const known = this.#records.size > 0 ? [this.#records, ...own] : own
      this.#records = inOrder(concat(this.schema, known), this.channel)
    }
    this.#end = end
    this.#words = words
    const { epoch, offset, passes } = this.#mark ?? {}
    if (epoch !== undefined && offset === undefined) this.open(epoch, (passes ?? 0) - 1)
  }

  /** The barrier of the epoch will stand behind all that there is, so many passes from now. */
  open(epoch: number, passes: number): void {
    this.#mark = { epoch, passes, offset: passes > 0 ? undefined : this.#end }
  }

  /** Nobody waits for its barrier any more. */
  close(): void {
    this.#mark = undefined
  }

  get isOpen(): boolean {
    return this.#mark !== undefined
  }

  /** Where the barrier stands; missing: nowhere yet. */
  get barrierAt(): number | undefined {
    return this.#mark?.offset
  }

  /** The reader was asked for the barrier: it stands where it stands, be that too far back. */
  repeat(channels: Channels): void {
    const { epoch, offset } = this.#mark ?? {}
    if (epoch === undefined || offset === undefined) return
    this.#frame(channels, offset, offset, { barrier: epoch })
  }

  /** All that is behind the cursor, until the group has heard it. */
  tell(channels: Channels, manner: Manner): void {
    const { prng, trouble } = manner
    let [hello] = channels.hello([this.channel])
    if (hello === undefined || hello.bytes === 0) return
    if (prng.chance(trouble.deposed)) this.#depose(channels, hello.cursor)
    for (let calm = false; ; calm = true) {
      this.#send(channels, hello.cursor, calm ? { ...manner, trouble: NO_TROUBLE } : manner)
      const asked = channels.duties(0).rewinds.find(({ channel }) => channel === this.channel)
      if (asked === undefined && !this.#isBehind(channels)) return
      if (calm) throw new Error(`channel ${this.channel} is not heard to its end`)
      // Nobody asks again for what was lost at the end: the stream times out and begins anew.
      if (asked === undefined) [hello] = channels.hello([this.channel])
      else hello = { ...hello, cursor: asked.cursor }
      if (hello === undefined) return
    }
  }

  /** What lies between: for a replay that reads the source again, in pieces of any size. */
  between(from: number, to: number, prng: Prng): readonly Records[] {
    const pieces: Records[] = []
    for (let at = from; at < to; ) {
      const next = Math.min(to, at + 1 + prng.below(STRETCH_MAX))
      pieces.push(this.#stretch(at, next))
      at = next
    }
    return pieces
  }

  #isBehind(channels: Channels): boolean {
    const input = { channel: this.channel, from: 0, to: this.#end }
    const cursor = channels.ahead.channels.get(this.channel)?.cursor ?? 0
    return this.#end > cursor && !channels.has({ ...input, from: cursor })
  }

  #send(channels: Channels, from: number, { prng, trouble, isBarrierFirst }: Manner): void {
    if (this.barrierAt === from && from < this.#end) this.repeat(channels)
    for (let at = from; at < this.#end; ) {
      const to = this.#until(at, at + 1 + prng.below(STRETCH_MAX))
      const begin = prng.chance(trouble.repeated) ? at - prng.below(REPEATED_MAX) : at
      const mayBeLast = isBarrierFirst !== false && prng.chance(0.5)
      const isMarked = this.barrierAt === to && (to < this.#end || mayBeLast)
      const word = isMarked ? { barrier: this.#mark?.epoch } : {}
      if (!prng.chance(trouble.lost)) this.#frame(channels, Math.max(0, begin), to, word)
      at = to
    }
    const isFirst = isBarrierFirst ?? prng.chance(0.5)
    if (isFirst && this.barrierAt === this.#end) this.repeat(channels)
    for (const word of this.#words) this.#frame(channels, this.#end, this.#end, word)
    if (!isFirst && this.barrierAt === this.#end) this.repeat(channels)
  }

  /** No frame goes over a barrier, or over the end. */
  #until(at: number, to: number): number {
    const offset = this.barrierAt ?? this.#end
    return Math.min(this.#end, to, offset > at ? offset : this.#end)
  }

  /** A new reader begins; what the old one still had on its way comes behind. */
  #depose(channels: Channels, cursor: number): void {
    this.#term++
    this.#frame(channels, cursor, cursor, {})
    const old = this.#encoded({ from: cursor, to: this.#end, word: { watermark: -1e12 } })
    channels.onFrame({ ...old.frame, readerTerm: this.#term - 1 }, old.bytes, 0)
  }

  #frame(channels: Channels, from: number, to: number, word: Word): void {
    const { frame, bytes } = this.#encoded({ from, to, word })
    channels.onFrame(frame, bytes, 0)
  }

  /** As it comes out at the other end. */
  #encoded({ from, to, word }: { from: number; to: number; word: Word }) {
    const { channel } = this
    const records = this.#stretch(from, to)
    const frame = { channel, generation: 1, readerTerm: this.#term, from, to, records, ...word }
    const out = new ByteWriter()
    writeFrame(out, frame)
    const bytes = out.finish()
    const read: Frame = decodeFrame(bytes, () => this.schema)
    return { frame: read, bytes: bytes.length }
  }

  #stretch(from: number, to: number): Records {
    const offsets = this.#records.origin?.offsets ?? new Float64Array(0)
    const rows: number[] = []
    offsets.forEach((offset, row) => {
      if (offset >= from && offset < to) rows.push(row)
    })
    if (rows.length === 0) return noRecords(this.schema, this.channel)
    return gatherRecords(this.#records, Int32Array.from(rows))
  }
}

/** A union in a front sends records of one offset by several ways. */
function inOrder(records: Records, channel: number): Records {
  const offsets = records.origin?.offsets
  if (offsets === undefined) throw new Error('records of a channel have offsets')
  const rows = Array.from(offsets.keys()).sort(
    (one, other) => (offsets[one] as number) - (offsets[other] as number) || one - other,
  )
  const sorted = gatherRecords(records, Int32Array.from(rows))
  return { ...sorted, origin: { channel, offsets: sorted.origin?.offsets ?? offsets } }
}
