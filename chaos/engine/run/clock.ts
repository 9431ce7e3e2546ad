/** How far time has come in a group, as the engine reckons it from what its channels heard. */

import { groupWatermark } from '../../../src/engine/channels/book.ts'
import {
  afterHearing,
  type ChannelState,
  NOBODY,
  unheard,
} from '../../../src/engine/channels/state.ts'
import type { Batch, Channel, Input } from '../../oracle/input.ts'

/** The watermark behind each batch, in a group that these sources feed. */
export function watermarksOf(
  { channels, batches }: Input,
  sources: ReadonlySet<string>,
): readonly number[] {
  const feeding = channels.filter(({ source }) => sources.has(source))
  const states = new Map(feeding.map(({ id }) => [id, unheard(0)]))
  let watermark = Number.NEGATIVE_INFINITY
  return batches.map(batch => {
    for (const channel of feeding) {
      states.set(channel.id, heard(states.get(channel.id) as ChannelState, channel, batch))
    }
    watermark = Math.max(watermark, groupWatermark(states.values()))
    return watermark
  })
}

/** A frame with the channel's records, then one for each word behind them. */
function heard(
  state: ChannelState,
  { id }: Channel,
  { arrivals, marks, ended }: Batch,
): ChannelState {
  const rows = arrivals.filter(({ channel }) => channel === id).length
  let next = afterHearing(state, { to: state.cursor + rows, rows, reader: NOBODY })
  for (const { channel, watermark, idle } of marks) {
    if (channel !== id) continue
    next = afterHearing(next, { to: next.cursor, rows: 0, reader: NOBODY, watermark, idle })
  }
  if (!ended) return next
  const watermark = Number.POSITIVE_INFINITY
  return afterHearing(next, { to: next.cursor, rows: 0, reader: NOBODY, watermark })
}
