/**
 * Who sends the outputs of an exchange to the next stage, as long as its group is led here: reads
 * them from the outbox, where they are held until all who take them have committed them, and splits
 * them by their keys. Offsets are their numbers, less one. It sends only what is released, and with
 * it what the leader says of time behind it; barriers stand where the group's own log has them.
 */

import { ByteReader } from '../../base/bytes.ts'
import type { Clock } from '../../base/env.ts'
import { Splitter } from '../../engine/channels/slots.ts'
import type { Reader } from '../../engine/channels/state.ts'
import { concat } from '../../engine/columns/concat.ts'
import { gatherRecords } from '../../engine/columns/gather.ts'
import { allRows, type Records } from '../../engine/columns/records.ts'
import { readRecords } from '../../engine/columns/records-codec.ts'
import { type SenderBounds, senderBounds } from '../../engine/exchange/bounds.ts'
import { Sender } from '../../engine/exchange/sender.ts'
import type { Stretch } from '../../engine/exchange/stretch.ts'
import type { Refusal } from '../../engine/exchange/talk.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import type { Slotting } from '../../engine/stage/slotting.ts'
import type { HeldRun, Outbox } from '../../journal/outbox.ts'
import type { Said } from '../leader.ts'
import type { OutboxPlace } from '../places.ts'
import { Alarm } from './alarm.ts'
import { FEED_BOUNDS, type FeedBounds } from './bounds.ts'
import { Desk, type Sending } from './desk.ts'
import type { Destination } from './shaping.ts'

export interface OutboxReaderParts {
  readonly clock: Clock
  /** The job's generation, and the term in which the group is led. */
  readonly reader: Reader
  /** Of the exchange, among the outputs. */
  readonly name: string
  readonly channel: number
  /** Of the stage that takes. */
  readonly groups: number
  readonly schema: Schema
  readonly slotting: Slotting
  readonly outbox: Outbox
  readonly listener: OutboxListener
  readonly bounds?: FeedBounds
  readonly senderBounds?: SenderBounds
}

/** The group whose outputs they are. */
export interface OutboxListener {
  /** Of the newest batch whose outputs may leave. */
  released(): number
  said(seq: number): Said | undefined
  /** Where the newest epoch that was cut stands; missing: none was. */
  place(): OutboxPlace | undefined
  /** All who take have committed outputs up to this number. */
  onTaken(upTo: number): void
  /** Somebody waits for a barrier. */
  onWanted(epoch: number): void
}

const EMPTY: Stretch['parts'] = new Map()

export class OutboxReader implements Sending {
  readonly branches: readonly Destination[]
  readonly desk: Desk
  readonly #parts: OutboxReaderParts
  readonly #bounds: FeedBounds
  readonly #sender: Sender
  /** Words of the sender's that wait. */
  readonly #words: Alarm
  readonly #senderBounds: SenderBounds
  readonly #splitter: Splitter
  /** Told to the sender last. */
  #said: Said | undefined
  #epoch = 0
  #floor = 0
  #isWoken = false
  #isGathering = false
  #isClosed = false

  constructor(parts: OutboxReaderParts) {
    const { reader, channel, groups, schema, clock, bounds = FEED_BOUNDS } = parts
    this.#parts = parts
    this.#bounds = bounds
    this.#senderBounds = parts.senderBounds ?? senderBounds(groups)
    this.#splitter = new Splitter(groups)
    this.branches = Array.from({ length: groups }, (_, group) => ({ channel, group, schema }))
    const { branches } = this
    const sender = new Sender({ reader, branches, isOutbox: true, bounds: this.#senderBounds })
    this.#sender = sender
    this.#words = new Alarm(clock, () => this.#wake())
    this.desk = new Desk({
      ...{ clock, sender, branches: groups },
      refusal: cursor => this.#refusal(cursor),
      onAsked: ask => {
        if (ask === 'hello') this.#gather()
        else if (ask.kind === 'wanted') parts.listener.onWanted(ask.epoch)
        else if (ask.kind === 'taken') this.#tellTaken()
        this.#wake()
      },
    })
  }

  onAdvanced(): void {
    this.#wake()
  }

  onEpochOpened(): void {}

  onEpochClosed(epoch: number): void {
    this.#sender.onEpochClosed(epoch)
    this.#wake()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#words.set(Infinity)
    this.desk.end()
  }

  /** The number of the last output that is not held any more. */
  get #trimmed(): number {
    const { outbox, name } = this.#parts
    const first = outbox.runs(name)?.at(0)
    return first === undefined ? outbox.lastOf(name) : first.first - 1
  }

  /** Only a leader of old asks for what all have committed. */
  #refusal(cursor: number): Refusal | undefined {
    const trimmed = this.#trimmed
    if (cursor >= trimmed) return undefined
    const what = `outputs up to ${trimmed} were committed by all who take them`
    return { code: 'not-held', message: `${what}: ask from your committed cursor` }
  }

  #tellTaken(): void {
    const { outbox, name, listener } = this.#parts
    // What others say must not lead beyond what was ever sent.
    const floor = Math.min(this.#sender.floor, this.#end, outbox.lastOf(name))
    if (floor <= this.#floor) return
    this.#floor = floor
    listener.onTaken(floor)
  }

  /** The last output that is released; what is not held any more was. */
  get #end(): number {
    const { outbox, name, listener } = this.#parts
    const runs = outbox.runs(name)
    const released = listener.released()
    let end = this.#trimmed
    let low = 0
    let high = runs?.size ?? 0
    while (low < high) {
      const middle = (low + high) >>> 1
      const run = runs?.at(middle) as HeldRun
      if (run.seq <= released) {
        end = lastOf(run)
        low = middle + 1
      } else high = middle
    }
    return end
  }

  /** The head begins without those who are silent for so long. */
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.#parts.clock.after(this.#senderBounds.gatherMs, () => this.#wake())
  }

  #wake(): void {
    if (this.#isWoken || this.#isClosed) return
    this.#isWoken = true
    this.#parts.clock.after(0, () => {
      this.#isWoken = false
      if (!this.#isClosed) this.#slice()
    })
  }

  #slice(): void {
    const { clock } = this.#parts
    const endMs = clock.monotonicMs() + this.#bounds.sliceMs
    let isMore = this.#step()
    while (isMore && clock.monotonicMs() < endMs) isMore = this.#step()
    if (isMore) this.#wake()
  }

  /** Says what is to be said, and reads on by a piece; false: there is nothing to do. */
  #step(): boolean {
    this.#maybeMark()
    const duties = this.#sender.duties(this.#parts.clock.monotonicMs())
    const { frames, isMore, dueAtMs, head, behind } = duties
    this.#words.set(dueAtMs)
    for (const { branch, bytes } of frames) this.desk.send(branch, bytes)
    const isRead = head !== undefined && this.#readHead(head)
    const isBehind = behind !== undefined && this.#readBehind(behind)
    return isMore || isRead || isBehind
  }

  /** The barrier leaves when all that stands before it may. */
  #maybeMark(): void {
    const { listener } = this.#parts
    const place = listener.place()
    if (place === undefined || place.epoch <= this.#epoch) return
    if (place.seq > listener.released()) return
    this.#epoch = place.epoch
    this.#sender.onBarrierCommitted(place)
  }

  #readHead(from: number): boolean {
    const end = this.#end
    const said = this.#parts.listener.said(this.#parts.listener.released())
    const piece = this.#piece(from, end)
    const isLast = (piece?.to ?? from) >= end
    const isNews = isLast && said !== undefined && said !== this.#said
    if (piece === undefined && !isNews) return false
    const known = isLast ? said : undefined
    if (known !== undefined) this.#said = known
    const { watermark = -Infinity, idle = false } = known ?? {}
    this.#sender.onHead({ ...(piece ?? nothingAt(from)), watermark }, idle)
    return true
  }

  #readBehind(from: number): boolean {
    const piece = this.#piece(from, this.#end)
    if (piece === undefined) {
      // A group has said less than it has committed: it is asked to say it again.
      this.desk.end({ code: 'not-held', message: 'outputs from there are not held: ask again' })
      return false
    }
    this.#sender.onBehind({ ...piece, watermark: -Infinity })
    return true
  }

  /** Outputs behind the number, as many as are decoded at once; missing: there are none. */
  #piece(from: number, end: number): Omit<Stretch, 'watermark'> | undefined {
    const { outbox, name, schema } = this.#parts
    const runs = outbox.runs(name)
    if (runs === undefined || from >= end || from < this.#trimmed) return undefined
    const { pieceRows, pieceBytes } = this.#bounds
    const pieces: Records[] = []
    let to = from
    for (let index = runs.firstBehind(from), rows = 0, bytes = 0; ; index++) {
      const run = runs.at(index)
      if (run === undefined || lastOf(run) > end || rows >= pieceRows || bytes >= pieceBytes) break
      pieces.push(rowsBehind(readRecords(new ByteReader(run.bytes), schema), to + 1 - run.first))
      to = lastOf(run)
      rows += run.count
      bytes += run.bytes.length
    }
    return { from, to, parts: this.#split(from, concat(schema, pieces)) }
  }

  #split(from: number, records: Records): Stretch['parts'] {
    const { slotting, channel } = this.#parts
    const offsets = Float64Array.from(allRows(records.size), row => from + row)
    const own = { ...records, origin: { channel, offsets } }
    return this.#splitter.split(own, slotting.ofSound(own))
  }
}

function lastOf({ first, count }: HeldRun): number {
  return first + count - 1
}

function nothingAt(from: number): Omit<Stretch, 'watermark'> {
  return { from, to: from, parts: EMPTY }
}

function rowsBehind(records: Records, skipped: number): Records {
  if (skipped === 0) return records
  return gatherRecords(records, allRows(records.size).subarray(skipped))
}
