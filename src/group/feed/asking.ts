/**
 * Streams that a group's leader opens, one for each of its channels, to whoever leads the group
 * that sends there: hello with the cursor, then what the group has to say, and frames come. What
 * ends is opened anew after a pause that is drawn by chance; a group that is led elsewhere from now
 * on is asked there at once. It ends with the leadership.
 */

import type { Clock, Random, Timer, Transport } from '../../base/env.ts'
import type { Duties } from '../../engine/channels/channels.ts'
import type { Frame } from '../../engine/channels/frame.ts'
import type { Hello, Receipt } from '../../engine/channels/reception.ts'
import type { Opening } from '../../engine/exchange/talk.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import { FEED_BOUNDS, type FeedBounds } from './bounds.ts'
import { Wire, type WireParts } from './wire.ts'

/** The leader whose channels they are. */
export interface TakingGroup {
  /** A stream of the channel begins anew: what came on the one before is forgotten. */
  hello(channel: number): Hello
  onFrame(frame: Frame, bytes: number): Receipt | undefined
  /** How far the channel is committed. */
  taken(channel: number): number
}

export interface AskingParts {
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport<string>
  readonly self: Pick<Opening, 'cluster' | 'job' | 'generation' | 'group' | 'term'>
  readonly group: TakingGroup
  readonly bounds?: FeedBounds
  /** Whom to ask for a channel, as far as is known; `onMoved` is called when it changes. */
  addressOf(channel: number): string | undefined
  schemaOf(channel: number): Schema | undefined
  /** Somebody would not serve a channel, or said what makes no sense; for people, once. */
  onRefused(channel: number, code: string, message: string): void
}

export class Asking {
  readonly #parts: WireParts
  readonly #wires = new Map<number, Wire>()
  #timer: Timer | undefined
  #isClosed = false

  constructor(parts: AskingParts) {
    const onDialled = () => this.#planTelling()
    this.#parts = { ...parts, bounds: parts.bounds ?? FEED_BOUNDS, onDialled }
  }

  /** The channels that there are from now on, besides those that there were. */
  open(channels: Iterable<number>): void {
    if (this.#isClosed) return
    for (const channel of channels) {
      if (this.#wires.has(channel)) continue
      const wire = new Wire(channel, this.#parts)
      this.#wires.set(channel, wire)
      wire.dial()
    }
  }

  /** Of the group's runtime, in each of its turns: more may be committed than was told. */
  onDuties({ rewinds, credits, wanted }: Pick<Duties, 'rewinds' | 'credits' | 'wanted'>): void {
    for (const { channel, reader, cursor } of rewinds) {
      this.#wires.get(channel)?.say({ kind: 'rewind', reader, cursor })
    }
    for (const { channel, bytes } of credits) {
      this.#wires.get(channel)?.say({ kind: 'grant', bytes })
    }
    for (const channel of wanted?.channels ?? []) {
      this.#wires.get(channel)?.onWanted(wanted?.epoch ?? 0)
    }
    this.#planTelling()
  }

  /** Of all channels. */
  onWanted(epoch: number): void {
    for (const wire of this.#wires.values()) wire.onWanted(epoch)
  }

  /** Another leads the group that sends on the channel, or what led to it broke. */
  onMoved(channel: number): void {
    this.#wires.get(channel)?.redial()
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    for (const wire of this.#wires.values()) wire.close()
    this.#wires.clear()
  }

  /** Who has nothing to tell is not woken: there are many groups on a node. */
  #planTelling(): void {
    const isPlanned = this.#timer !== undefined || this.#isClosed
    if (isPlanned || ![...this.#wires.values()].some(wire => wire.isBehind)) return
    this.#timer = this.#parts.clock.after(this.#parts.bounds.takenMs, () => {
      this.#timer = undefined
      for (const wire of this.#wires.values()) wire.tellTaken()
      this.#planTelling()
    })
  }
}
