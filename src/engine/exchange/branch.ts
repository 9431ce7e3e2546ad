/**
 * One channel's way to one group: the stream that the group's hello began, what was sent in it, and
 * the next frame. Words are told once in a stream; whatever makes it go back makes them be told
 * again, because words count only where the cursor stands.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { FRAME_BYTES_MAX } from '../channels/bounds.ts'
import { Purse } from '../channels/credit.ts'
import { type Frame, noRecords, writeFrame } from '../channels/frame.ts'
import type { Reader } from '../channels/state.ts'
import type { Records } from '../columns/records.ts'
import type { Schema } from '../schema/schema.ts'
import { cutOf, type Stretch } from './stretch.ts'

export interface BranchPlan {
  /** As the group knows it. */
  readonly channel: number
  readonly schema: Schema
}

/** What a branch may see of the sender, for its next frame. */
export interface View {
  /** Of the source around an offset, if it is in memory. */
  at(branch: number, offset: number): Stretch | undefined
  /** How far the head has read, and what holds there; missing: it has not begun. */
  readonly head: Head | undefined
  /** Where the barrier of the open epoch stands. */
  readonly mark:
    | { readonly epoch: number; readonly offset: number; isCommitted: boolean }
    | undefined
  readonly frameBytes: number
  readonly wordsMs: number
  readonly atMs: number
}

export interface Head {
  readonly position: number
  readonly watermark: number
  readonly idle: boolean
}

/** What a frame will say, before it is one. */
interface Draft {
  readonly from: number
  readonly to: number
  readonly records: Records | undefined
  readonly watermark: number
}

interface Stream {
  readonly purse: Purse
  position: number
  watermark: number
  idle: boolean | undefined
  /** Told in this stream; 0: none. */
  barrier: number
  /** When something was told last. */
  sentMs: number
}

const SILENT = { watermark: -Infinity, idle: undefined, barrier: 0, sentMs: -Infinity }

/** Written to and finished within one call. */
const out = new ByteWriter()

export class Branch {
  readonly #number: number
  readonly #plan: BranchPlan
  readonly #reader: Reader
  #stream: Stream | undefined
  #heldUntilMs = Infinity

  constructor(number: number, plan: BranchPlan, reader: Reader) {
    this.#number = number
    this.#plan = plan
    this.#reader = reader
  }

  /** Where its next frame begins; missing: there is no stream. */
  get position(): number | undefined {
    return this.#stream?.position
  }

  /** It knows of all up to there that is for the group, though it may not have told all of it. */
  hasReached(end: number): boolean {
    return this.#heldUntilMs < Infinity || (this.position ?? -1) >= end
  }

  /** When words that wait are to be told; Infinity: none do. */
  get heldUntilMs(): number {
    return this.#heldUntilMs
  }

  get maySend(): boolean {
    return this.#stream?.purse.maySend === true
  }

  onHello({ cursor, bytes }: { readonly cursor: number; readonly bytes: number }): void {
    this.#stream = { purse: new Purse(bytes), position: cursor, ...SILENT }
  }

  onClosed(): void {
    this.#stream = undefined
    this.#heldUntilMs = Infinity
  }

  onGrant(bytes: number): void {
    this.#stream?.purse.onGrant(bytes)
  }

  onRewind(cursor: number): void {
    if (this.#stream !== undefined) Object.assign(this.#stream, SILENT, { position: cursor })
  }

  /** It has credit for what lies ahead, and memory does not have that. */
  lacks(view: View): boolean {
    const stream = this.#stream
    if (stream === undefined || !stream.purse.maySend) return false
    const { position } = stream
    if (position >= (view.head?.position ?? 0) || position >= this.#limit(stream, view))
      return false
    return view.at(this.#number, position) === undefined
  }

  /** The next frame in bytes; missing: there is nothing to say, or no credit to say it. */
  next(view: View): Uint8Array | undefined {
    const stream = this.#stream
    this.#heldUntilMs = Infinity
    if (stream === undefined || view.head === undefined || !stream.purse.maySend) return undefined
    const frame = this.#passed(stream, view) ?? this.#following(stream, view)
    if (frame === undefined) return undefined
    stream.sentMs = view.atMs
    writeFrame(out, frame)
    const bytes = out.finish()
    invariant(bytes.length <= FRAME_BYTES_MAX, 'a-frame-is-within-its-bound', bytes.length)
    stream.purse.onSent(bytes.length)
    return bytes
  }

  /**
   * The group has taken more than stands before the barrier. Either it has cut the epoch, and
   * knows; or it never can, and nobody but the group can say so.
   */
  #passed(stream: Stream, { mark }: View): Frame | undefined {
    if (mark?.isCommitted !== true) return undefined
    const { epoch, offset } = mark
    if (stream.barrier === epoch || offset >= stream.position) return undefined
    stream.barrier = epoch
    return { ...this.#frame(offset, offset, undefined), barrier: epoch }
  }

  /** Nothing goes over a barrier that was not told. */
  #limit({ barrier, position }: Stream, { mark }: View): number {
    const isAhead = mark !== undefined && mark.epoch !== barrier && mark.offset >= position
    return isAhead ? mark.offset : Infinity
  }

  #following(stream: Stream, view: View): Frame | undefined {
    const { from, to, records, watermark } = this.#draft(stream, view)
    const { head, mark } = view
    const idle = to === head?.position && head.idle
    const isMarked = mark?.isCommitted === true && to === this.#limit(stream, view)
    // Records end idleness: it is told behind them, though it was told before.
    const isTold = idle === stream.idle && !(idle && records !== undefined)
    const isSaid = watermark <= stream.watermark && isTold && !isMarked
    if (from === to && isSaid) return undefined
    const dueMs = stream.sentMs + view.wordsMs
    if (records === undefined && !isMarked && to === head?.position && dueMs > view.atMs) {
      this.#heldUntilMs = dueMs
      return undefined
    }
    const frame = {
      ...this.#frame(from, to, records),
      ...(watermark > stream.watermark ? { watermark } : {}),
      ...(isTold ? {} : { idle }),
      ...(isMarked ? { barrier: mark.epoch } : {}),
    }
    stream.position = to
    stream.watermark = Math.max(stream.watermark, watermark)
    stream.idle = idle
    if (isMarked) stream.barrier = mark.epoch
    return frame
  }

  /** From the position on: over what holds nothing for the group, up to the first that does. */
  #draft(stream: Stream, view: View): Draft {
    const limit = this.#limit(stream, view)
    const from = stream.position
    let to = from
    let watermark = -Infinity
    let records: Records | undefined
    while (to < limit && records === undefined) {
      const stretch = view.at(this.#number, to)
      if (stretch === undefined) break
      const part = stretch.parts.get(this.#number)
      const cut = cutOf(stretch, part, { from: to, limit, weightMax: view.frameBytes })
      to = cut.to
      records = cut.records
      if (to === stretch.to) watermark = Math.max(watermark, stretch.watermark)
    }
    const { head } = view
    if (to === head?.position) watermark = Math.max(watermark, head.watermark)
    return { from, to, records, watermark }
  }

  #frame(from: number, to: number, records: Records | undefined): Frame {
    const { channel, schema } = this.#plan
    const { generation, term } = this.#reader
    const own = records ?? noRecords(schema, channel)
    return { channel, generation, readerTerm: term, from, to, records: own }
  }
}
