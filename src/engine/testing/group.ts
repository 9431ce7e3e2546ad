/** Test support: the channels of a group whose streams began, fed and taken from by hand. */

import { Book } from '../channels/book.ts'
import { Channels, type Collected } from '../channels/channels.ts'
import { type Frame, offsetsOf } from '../channels/frame.ts'
import type { Receipt } from '../channels/reception.ts'
import { bytesOf } from './readers.ts'
import { frameOf } from './traffic.ts'

export const ALL = { rowsMax: 1e6, bytesMax: 1e9 }

/** With these channels, each at 10 times its number, of generation 1, and streams that began. */
export function opened(...ids: readonly number[]): Channels {
  const channels = new Channels(new Book(), 1)
  for (const channel of ids) {
    channels.open(channel, 10 * channel)
  }
  taken(channels)
  applied(channels)
  channels.hello()
  return channels
}

export const pending = new WeakMap<Channels, { seq: number; collected: Collected }[]>()

/** The next batch, as an intake takes it. */
export function taken(channels: Channels, limits = ALL, atMs = 0): Collected {
  const collected = channels.collect(limits, atMs)
  const { inputs, changes } = collected
  const seq = channels.ahead.seq + 1
  channels.move({ seq, now: 0, inputs, changes })
  pending.set(channels, [...(pending.get(channels) ?? []), { seq, collected }])
  return collected
}

/** All batches are committed and applied. */
export function applied(channels: Channels): void {
  for (const { seq, collected } of pending.get(channels) ?? []) {
    const { inputs, changes, costs } = collected
    channels.onApplied({ seq, now: 0, inputs, changes }, costs)
  }
  pending.delete(channels)
}

export function send(channels: Channels, frame: Frame, atMs = 0): Receipt {
  return channels.onFrame(frame, bytesOf(frame), atMs)
}

/** With a record at each offset. */
export function full(channel: number, from: number, to: number, words: Partial<Frame> = {}): Frame {
  const offsets = Array.from({ length: to - from }, (_, at) => from + at)
  return frameOf(channel, [from, to], { offsets, ...words })
}

export const shown = ({ inputs }: Collected) =>
  inputs.map(({ channel, from, to, records }) => {
    return [channel, from, to, records.flatMap(piece => [...offsetsOf(piece)])]
  })
