/**
 * What a group's leader takes for its next batch, and when; and the same again from a schedule. It
 * goes ahead of what is committed by a few batches: each has the seq after the one before, and
 * either they are applied in that order or all of them are thrown away, and this with them.
 */

import { invariant } from '../../base/errors.ts'
import { BoundedQueue } from '../../base/queue.ts'
import type { Following, StateRow } from '../channels/book.ts'
import type { Channels, Collected, TakenInput } from '../channels/channels.ts'
import { offsetsOf } from '../channels/frame.ts'
import type { Limits } from '../channels/reception.ts'
import type { Input, Movement } from '../channels/state.ts'
import type { Records } from '../columns/records.ts'
import { PIPELINE_MAX } from '../state/overlay.ts'
import type { Schedule } from './schedule.ts'

export interface TakingBounds extends Limits {
  /** A record waits so long for others to be taken with. */
  readonly lingerMs: number
  /** While a batch is on its way the next waits for its end, unless it has so much: */
  readonly eagerRows: number
  readonly eagerBytes: number
}

export const TAKING_BOUNDS: TakingBounds = {
  rowsMax: 16_384,
  bytesMax: 1024 * 1024,
  lingerMs: 2,
  eagerRows: 1024,
  eagerBytes: 64 * 1024,
}

export interface Moment {
  /** Since 1970; may jump either way. */
  readonly wallMs: number
  /** Never goes back. */
  readonly atMs: number
}

/** A batch in the making. */
export interface Taken extends Movement {
  readonly inputs: readonly TakenInput[]
  /** What it writes besides what operators write. */
  readonly rows: readonly StateRow[]
  /** Of the group, before this batch and with it. */
  readonly watermarkBefore: number
  readonly watermark: number
}

/** Where a replay reads again what was taken once. */
export interface Source {
  /** All of it is here. */
  has(input: Input): boolean
  /** Its records, in order and in pieces of any size, and what their frames cost. */
  read(input: Input): { readonly records: readonly Records[]; readonly cost: number }
}

export type Replayed =
  | { readonly verdict: 'taken'; readonly taken: Taken }
  /** These are not here yet. */
  | { readonly verdict: 'waiting'; readonly missing: readonly Input[] }
  /** So many batches are taken and not applied. */
  | { readonly verdict: 'full' }
  | { readonly verdict: Exclude<Following, 'follows'> }

interface Pending {
  readonly movement: Movement
  readonly costs: ReadonlyMap<number, number>
}

export class Intake {
  readonly #channels: Channels
  readonly #bounds: TakingBounds
  readonly #pending = new BoundedQueue<Pending>(PIPELINE_MAX)

  constructor(channels: Channels, bounds = TAKING_BOUNDS) {
    this.#channels = channels
    this.#bounds = bounds
  }

  /** Batches that are taken and not applied. */
  get depth(): number {
    return this.#pending.size
  }

  get isFull(): boolean {
    return this.#pending.size === PIPELINE_MAX
  }

  /** When, by `atMs`, what waits is to be taken; Infinity when nothing waits. */
  get dueAtMs(): number {
    const { rows, bytes, sinceMs } = this.#channels.waiting
    const isEnough = rows >= this.#bounds.rowsMax || bytes >= this.#bounds.bytesMax
    if (isEnough || this.#channels.isOpening) return -Infinity
    const isEager = rows >= this.#bounds.eagerRows || bytes >= this.#bounds.eagerBytes
    return this.depth > 0 && !isEager ? Infinity : sinceMs + this.#bounds.lingerMs
  }

  /**
   * The next batch, if there is reason for one: enough waits, or has waited long enough, or the
   * time has come at which the group's operators want to be called (`wakeMs`, by processing time).
   */
  take({ wallMs, atMs }: Moment, wakeMs = Infinity): Taken | undefined {
    if (this.isFull) return undefined
    const now = this.#nowAt(wallMs)
    const isAwake = wakeMs <= now
    if (!isAwake && this.dueAtMs > atMs) return undefined
    const collected = this.#channels.collect(this.#bounds, atMs)
    const isEmpty = collected.inputs.length === 0 && collected.changes.length === 0
    if (isEmpty && !isAwake) {
      this.#channels.giveBack(collected.costs)
      return undefined
    }
    return this.#taken(collected, this.#channels.ahead.seq + 1, now)
  }

  /** The next batch without inputs: its operators still owe what was due in the one before. */
  settle({ wallMs }: Moment): Taken | undefined {
    if (this.isFull) return undefined
    const nothing = { inputs: [], changes: [], costs: new Map<number, number>() }
    return this.#taken(nothing, this.#channels.ahead.seq + 1, this.#nowAt(wallMs))
  }

  #nowAt(wallMs: number): number {
    return Math.max(this.#channels.ahead.now, Math.floor(wallMs))
  }

  #taken({ inputs, changes, costs }: Collected, seq: number, now: number): Taken {
    const watermarkBefore = this.#channels.ahead.watermark
    const movement = { seq, now, inputs: inputs.map(bare), changes }
    const rows = this.#channels.move(movement)
    invariant(this.#pending.push({ movement, costs }), 'the-pipeline-has-room')
    const { watermark } = this.#channels.ahead
    return { seq, now, inputs, changes, rows, watermarkBefore, watermark }
  }

  /** The batch of this schedule again: the very same records, time and changes. */
  replay(schedule: Schedule, source: Source = this.#channels): Replayed {
    const following = this.#channels.ahead.judge(schedule)
    if (following !== 'follows') return { verdict: following }
    if (this.isFull) return { verdict: 'full' }
    const missing = schedule.inputs.filter(input => !source.has(input))
    if (missing.length > 0) return { verdict: 'waiting', missing }
    const costs = new Map<number, number>()
    const inputs = schedule.inputs.map(input => {
      const { records, cost } = source.read(input)
      mustBeOf(input, records)
      if (cost > 0) costs.set(input.channel, cost)
      return { ...input, records }
    })
    const collected = { inputs, changes: schedule.changes, costs }
    return { verdict: 'taken', taken: this.#taken(collected, schedule.seq, schedule.now) }
  }

  /** The oldest batch is committed and applied: what its frames cost goes back. */
  onApplied(seq: number): void {
    const oldest = this.#pending.shift()
    invariant(oldest?.movement.seq === seq, 'batches-are-applied-in-order', seq)
    this.#channels.onApplied(oldest.movement, oldest.costs)
  }
}

function bare({ channel, from, to }: Input): Input {
  return { channel, from, to }
}

/** Offsets ascend within the input, from piece to piece; within a piece, its frame saw to that. */
function mustBeOf({ channel, from, to }: Input, pieces: readonly Records[]): void {
  let before = from - 1
  for (const piece of pieces) {
    if (piece.size === 0) continue
    const offsets = offsetsOf(piece)
    const [first = Number.NaN] = offsets
    const last = offsets[piece.size - 1] ?? Number.NaN
    const isOf = piece.origin?.channel === channel && first > before && last < to
    invariant(isOf, 'a-source-reads-what-was-asked', channel)
    before = last
  }
}
