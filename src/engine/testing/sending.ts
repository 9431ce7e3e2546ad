/** Test support: a source by offset for senders, and what they send, in short. */

import { decodeFrame, offsetsOf } from '../channels/frame.ts'
import type { Records } from '../columns/records.ts'
import { senderBounds } from '../exchange/bounds.ts'
import { type Duties, Sender, type SenderPlan } from '../exchange/sender.ts'
import type { Stretch } from '../exchange/stretch.ts'
import { recordsAt, SCHEMA } from './traffic.ts'

const CHANNEL = 7

/** A record at each of these offsets for each branch that is named. */
export function stretchOf(
  from: number,
  to: number,
  parts: Readonly<Record<number, readonly number[]>> = {},
  watermark = -Infinity,
): Stretch {
  const records = Object.entries(parts).map(([branch, offsets]): [number, Records] => {
    return [Number(branch), recordsAt(CHANNEL, offsets)]
  })
  return { from, to, watermark, parts: new Map(records) }
}

export function senderOf(branches: number, plan: Partial<SenderPlan> = {}): Sender {
  return new Sender({
    reader: { generation: 1, term: 3 },
    branches: Array.from({ length: branches }, () => ({ channel: CHANNEL, schema: SCHEMA })),
    bounds: { ...senderBounds(branches), wordsMs: 0 },
    ...plan,
  })
}

/** Whose groups all said hello at these cursors, with plenty of credit. */
export function begun(cursors: readonly number[], plan: Partial<SenderPlan> = {}): Sender {
  const sender = senderOf(cursors.length, plan)
  for (const [branch, cursor] of cursors.entries()) {
    sender.onHello(branch, { cursor, bytes: 1e6 }, 0)
  }
  return sender
}

export const SMALL = {
  ...{ ...senderBounds(1), branchBytes: 100, stretchesMax: 4, frameBytes: 100 },
  wordsMs: 0,
}

/** `0: 10-14 [11 12] w50 idle b3` */
export function shownFrames({ frames }: Duties): readonly string[] {
  return frames.map(({ branch, bytes }) => {
    const frame = decodeFrame(bytes, channel => (channel === CHANNEL ? SCHEMA : undefined))
    const { from, to, records, watermark, idle, barrier } = frame
    const words = [
      watermark === undefined ? [] : [`w${watermark}`],
      idle === undefined ? [] : [idle ? 'idle' : 'awake'],
      barrier === undefined ? [] : [`b${barrier}`],
    ]
    const offsets = records.size === 0 ? [] : [`[${[...offsetsOf(records)].join(' ')}]`]
    return [`${branch}: ${from}-${to}`, ...offsets, ...words.flat()].join(' ')
  })
}
