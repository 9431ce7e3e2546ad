/**
 * Where frames come in: each channel's line of what waits, its sender's credit, and the requests to
 * rewind. The leader's memory: of what is committed it is told, channel by channel, when a stream
 * begins.
 */

import { invariant } from '../../base/errors.ts'
import type { Alignment } from './barrier.ts'
import { costOf, type Grant, Ledger } from './credit.ts'
import { type Frame, readerOf } from './frame.ts'
import { Line, type Part, rowsFrom, type Stretch } from './line.ts'
import { type ChannelState, compareReaders, type Input, type Reader } from './state.ts'
import { judgeFrame, type Verdict } from './table.ts'

/** What became of a frame. */
export type Receipt =
  | Verdict
  /** No hello was said for its channel. */
  | 'no-stream'
  /** Its sender had no credit left. */
  | 'overspent'

/** Begins a stream: the reader goes on from the cursor, and may send so much. */
export interface Hello extends Grant {
  readonly cursor: number
}

/** The reader is to begin anew at the cursor. */
export interface Rewind {
  readonly channel: number
  readonly reader: Reader
  readonly cursor: number
}

/** How much of what waits is taken at once; a first part is, however large it is. */
export interface Limits {
  readonly rowsMax: number
  readonly bytesMax: number
}

/** All that waits and may be taken. */
export interface Waiting {
  readonly rows: number
  readonly bytes: number
  /** When the oldest of it came; Infinity when nothing waits. */
  readonly sinceMs: number
}

export class Reception {
  /** Lower readers than those of the group's own generation are not heard. */
  readonly #floor: Reader
  readonly #alignment: Alignment
  readonly #lines = new Map<number, Line>()
  /** Channels where something waits, whose turn is next first. */
  readonly #busy = new Set<number>()
  readonly #ledger = new Ledger()
  readonly #rewinds = new Map<number, Rewind>()

  constructor(generation: number, alignment: Alignment) {
    this.#floor = { generation, term: 0 }
    this.#alignment = alignment
  }

  get heldBytes(): number {
    return this.#ledger.heldBytes
  }

  onChannels(count: number): void {
    this.#ledger.onChannels(count)
  }

  /** A stream begins: what waits of the channel is forgotten. */
  hello(channel: number, state: ChannelState): Hello {
    this.restart(channel, state)
    const grant = this.#ledger.restart(channel, !this.#alignment.holds(channel))
    return { ...grant, cursor: state.cursor }
  }

  restart(channel: number, state: ChannelState): void {
    const reader = compareReaders(this.#floor, state.reader) > 0 ? this.#floor : state.reader
    const received = { state: { ...state, reader }, rewind: undefined }
    const line = this.#lines.get(channel)
    if (line === undefined) this.#lines.set(channel, new Line(received))
    else this.#ledger.giveBack(channel, line.drop(received))
    this.#busy.delete(channel)
    this.#rewinds.delete(channel)
  }

  /** `bytes`: that the frame had on its way. */
  onFrame(frame: Frame, bytes: number, atMs: number): Receipt {
    const line = this.#lines.get(frame.channel)
    if (line === undefined) return 'no-stream'
    const { verdict, row, next } = judgeFrame(line.received, frame)
    // It came in another stream, whose credit is none of this one's.
    if (verdict === 'older-reader') return verdict
    const cost = costOf(bytes)
    if (!this.#ledger.charge(frame.channel, cost)) {
      this.#onOverspent(line, frame)
      return 'overspent'
    }
    const before = line.received.state
    line.received = next
    // Answered before it was said: it is not said any more.
    if (next.rewind === undefined) this.#rewinds.delete(frame.channel)
    if (verdict === 'rewind') this.#askRewind(line, frame)
    if (verdict === 'nothing') this.#onKnown(line, frame)
    if (isOfUse(verdict, frame, before)) {
      const { from, to, watermark, idle, barrier } = frame
      const rest = { reader: readerOf(frame), watermark, idle, barrier, cost, atMs }
      const records = rowsFrom(frame.records, row)
      line.push({ from: Math.max(from, before.cursor), to, records, ...rest })
      this.#busy.add(frame.channel)
    } else {
      this.#ledger.giveBack(frame.channel, cost)
    }
    return verdict
  }

  /** The frame is lost, and whatever comes behind it will have to be sent again. */
  #onOverspent(line: Line, frame: Frame): void {
    const { rewind, state } = line.received
    const reader = readerOf(frame)
    if (rewind !== undefined && compareReaders(reader, rewind) <= 0) return
    line.received = { state, rewind: reader }
    this.#askRewind(line, frame)
  }

  #askRewind(line: Line, frame: Frame): void {
    const { channel } = frame
    const { cursor } = line.received.state
    this.#rewinds.set(channel, { channel, reader: readerOf(frame), cursor })
  }

  /** A barrier that is repeated waits here, or is held; any other stands too far back. */
  #onKnown(line: Line, { channel, barrier }: Frame): void {
    if (barrier === undefined || line.waitsFor(barrier)) return
    if (this.#alignment.epoch === barrier && this.#alignment.holds(channel)) return
    this.#alignment.onPassed(barrier)
  }

  get waiting(): Waiting {
    let rows = 0
    let bytes = 0
    let sinceMs = Infinity
    for (const channel of this.#busy) {
      if (this.#alignment.holds(channel)) continue
      const line = this.#line(channel)
      rows += line.rows
      bytes += line.cost
      sinceMs = Math.min(sinceMs, line.peek()?.atMs ?? Infinity)
    }
    return { rows, bytes, sinceMs }
  }

  #line(channel: number): Line {
    const line = this.#lines.get(channel)
    invariant(line !== undefined, 'a-channel-has-a-line', channel)
    return line
  }

  /**
   * Takes what waits, a part of each channel in turn, until the next part would not fit. A channel
   * whose barrier came has none, and `visit` may be what makes one come.
   */
  take({ rowsMax, bytesMax }: Limits, visit: (channel: number, part: Part) => void): void {
    let parts = 0
    let rows = 0
    let bytes = 0
    // A set goes on to what is added meanwhile: so each channel has its turn, again and again.
    for (const channel of this.#busy) {
      if (this.#alignment.holds(channel)) continue
      const line = this.#line(channel)
      const part = line.peek()
      invariant(part !== undefined, 'a-busy-channel-has-a-part', channel)
      rows += part.records.size
      bytes += part.cost
      if (parts++ > 0 && (rows > rowsMax || bytes > bytesMax)) break
      line.shift()
      this.#busy.delete(channel)
      if (!line.isEmpty) this.#busy.add(channel)
      visit(channel, part)
    }
  }

  /** Whether all of an input waits here, for a replay that has come to `cursor`. */
  has({ channel, from, to }: Input, cursor: number | undefined): boolean {
    const heard = this.#lines.get(channel)?.received.state.cursor
    return heard !== undefined && heard >= to && cursor === from
  }

  /** What a replay takes: only where `has` says so. */
  read({ channel, to }: Input): Stretch {
    const line = this.#line(channel)
    const stretch = line.takeTo(to)
    if (line.isEmpty) this.#busy.delete(channel)
    for (const epoch of stretch.passed) {
      this.#alignment.onPassed(epoch)
    }
    return stretch
  }

  /** A batch took the channel so far; a replay maybe from elsewhere, or with other words. */
  onMoved(channel: number, state: ChannelState): void {
    const line = this.#lines.get(channel)
    if (line === undefined) return
    const { received } = line
    if (received.state.cursor < state.cursor) {
      this.restart(channel, state)
    } else if (line.isEmpty) {
      const { reader } = received.state
      line.received = { ...received, state: { ...state, reader } }
    }
  }

  giveBack(costs: ReadonlyMap<number, number>): void {
    for (const [channel, cost] of costs) {
      this.#ledger.giveBack(channel, cost)
    }
  }

  takeRewinds(): readonly Rewind[] {
    const rewinds = [...this.#rewinds.values()]
    this.#rewinds.clear()
    return rewinds
  }

  grants(): readonly Grant[] {
    return this.#ledger.grants(channel => !this.#alignment.holds(channel))
  }
}

function isOfUse(verdict: Verdict, frame: Frame, before: ChannelState): boolean {
  if (verdict === 'all' || verdict === 'tail') return true
  if (verdict !== 'words') return false
  const { watermark = -Infinity, idle, barrier } = frame
  if (barrier !== undefined || watermark > before.watermark) return true
  return idle !== undefined && idle !== before.idle
}
