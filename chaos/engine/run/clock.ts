/** How far time has come in a group, as the engine reckons it from what its channels heard. */

import { groupWatermark } from '../../../src/engine/channels/book.ts'
import {
  afterHearing,
  type ChannelState,
  NOBODY,
  unheard,
} from '../../../src/engine/channels/state.ts'
import type { Batch, Channel } from '../../oracle/input.ts'

/** Of a group that these channels feed. */
export class GroupClock {
  readonly #states: Map<number, ChannelState>
  #watermark = Number.NEGATIVE_INFINITY

  constructor(feeding: readonly Channel[]) {
    this.#states = new Map(feeding.map(({ id }) => [id, unheard(0)]))
  }

  /** The watermark behind the batch. */
  hear(batch: Batch): number {
    for (const [channel, state] of this.#states) {
      this.#states.set(channel, heard(state, channel, batch))
    }
    this.#watermark = Math.max(this.#watermark, groupWatermark(this.#states.values()))
    return this.#watermark
  }
}

/** A frame with the channel's records, then one for each word behind them. */
function heard(state: ChannelState, id: number, { arrivals, marks, ended }: Batch): ChannelState {
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
