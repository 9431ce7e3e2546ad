/**
 * Alignment: a group that has the barrier of an epoch on one channel takes no more from it, and
 * asks the readers of the others for theirs; when it has all, the epoch can be cut. Facts in,
 * verdicts out; all of it is the leader's memory, and a new leader begins anew: the readers repeat
 * their barriers until the epoch is closed.
 */

import { ALIGNMENT_SILENCE_MS, FAILURES_MAX } from './bounds.ts'
import type { ChannelState } from './state.ts'

/** An epoch cuts the group's input at these offsets, one for each of its channels. */
export interface Barrier {
  readonly epoch: number
  /** By ascending channel. */
  readonly offsets: readonly { readonly channel: number; readonly offset: number }[]
}

/** What a Barrier comes to when it is applied; only one that counts cuts anything. */
export type Counting =
  | 'counts'
  /** The epoch, or a later one, is cut already. */
  | 'again'
  /** The group has taken more of a channel: the epoch has failed. */
  | 'past'
  /** The group has not come so far. */
  | 'short'
  /** It is not of the group's channels. */
  | 'other-channels'

interface Standing {
  readonly epoch: number
  readonly channels: ReadonlyMap<number, ChannelState>
}

export function judgeBarrier({ epoch, channels }: Standing, barrier: Barrier): Counting {
  if (barrier.epoch <= epoch) return 'again'
  const { offsets } = barrier
  const named = new Set(offsets.map(({ channel }) => channel))
  const areAll = named.size === channels.size && offsets.length === channels.size
  if (!(areAll && offsets.every(({ channel }) => channels.has(channel)))) return 'other-channels'
  const ways = offsets.map(({ channel, offset }) => {
    return (channels.get(channel)?.cursor ?? 0) - offset
  })
  if (ways.some(way => way > 0)) return 'past'
  return ways.some(way => way < 0) ? 'short' : 'counts'
}

/** To be told to whoever opened the epoch. */
export interface Failure {
  readonly epoch: number
  readonly why: 'past' | 'silence'
}

interface Open {
  readonly epoch: number
  readonly offsets: Map<number, number>
  /** When a channel that lacks the barrier last moved; at first, when the first barrier came. */
  movedMs: number
}

export class Alignment {
  #open: Open | undefined
  /** This epoch and all before are cut, given up or closed. */
  #settled: number
  #failures: Failure[] = []

  constructor(settled: number) {
    this.#settled = settled
  }

  /** The epoch that is being aligned. */
  get epoch(): number | undefined {
    return this.#open?.epoch
  }

  /** The channel's barrier came: no record is taken from it, and no credit given to it. */
  holds(channel: number): boolean {
    return this.#open?.offsets.has(channel) === true
  }

  /** The cursor of the channel is at the barrier. Epochs are opened one at a time: a higher one
   * means that the one before is over, and a lower one is over itself. */
  onBarrier(epoch: number, { channel, offset }: { channel: number; offset: number }, atMs: number) {
    if (epoch <= this.#settled || epoch < (this.#open?.epoch ?? 0)) return
    if (this.#open?.epoch !== epoch) this.#open = { epoch, offsets: new Map(), movedMs: atMs }
    this.#open.offsets.set(channel, offset)
  }

  /** The barrier stands where more was taken already. */
  onPassed(epoch: number): void {
    if (epoch > this.#settled) this.#fail(epoch, 'past')
  }

  onCursor(channel: number, atMs: number): void {
    const open = this.#open
    if (open !== undefined && !open.offsets.has(channel)) open.movedMs = atMs
  }

  onTick(channels: Iterable<number>, atMs: number): void {
    const open = this.#open
    if (open === undefined || this.missing(channels).length === 0) return
    if (atMs - open.movedMs >= ALIGNMENT_SILENCE_MS) this.#fail(open.epoch, 'silence')
  }

  /** The epoch has its place in the log, or it is over: whatever waited for it goes on. */
  onSettled(epoch: number): void {
    this.#settled = Math.max(this.#settled, epoch)
    if (this.#open !== undefined && this.#open.epoch <= epoch) this.#open = undefined
  }

  #fail(epoch: number, why: Failure['why']): void {
    this.onSettled(epoch)
    this.#failures.push({ epoch, why })
    if (this.#failures.length > FAILURES_MAX) this.#failures.shift()
  }

  /** Those whose readers are to be asked for the barrier of the epoch. */
  missing(channels: Iterable<number>): readonly number[] {
    const open = this.#open
    if (open === undefined) return []
    return [...channels].filter(channel => !open.offsets.has(channel))
  }

  /** To be proposed, once every channel has its barrier. */
  aligned(channels: Iterable<number>): Barrier | undefined {
    const open = this.#open
    if (open === undefined || this.missing(channels).length > 0) return undefined
    const offsets = [...open.offsets].map(([channel, offset]) => ({ channel, offset }))
    offsets.sort((one, other) => one.channel - other.channel)
    return { epoch: open.epoch, offsets }
  }

  /** Each is told once. */
  takeFailures(): readonly Failure[] {
    const failures = this.#failures
    this.#failures = []
    return failures
  }
}
