/**
 * What a receiver does with a frame: a total table over where the frame begins and ends next to the
 * cursor, and who sent it.
 *
 * | it is                  | and                        |                   | taken       |
 * |------------------------|----------------------------|-------------------|-------------|
 * | of a lower reader      |                            | `older-reader`    | nothing     |
 * | `to < cursor`          |                            | `nothing`         | nothing     |
 * | `to = cursor`          |                            | `words`           | no record   |
 * | `from <= cursor < to`  | `from = cursor`            | `all`             | all records |
 * |                        | `from < cursor`            | `tail`            | from a row  |
 * | `from > cursor`        | nobody was asked to rewind | `rewind`          | nothing     |
 * |                        | its reader was, or higher  | `awaiting-rewind` | nothing     |
 *
 * Watermark, idleness and barrier are used with `words`, `all` and `tail`: then, behind the
 * frame's records, the cursor is at its end, which is where they stand.
 */

import { type Frame, readerOf, rowOf } from './frame.ts'
import { afterHearing, type ChannelState, compareReaders, type Reader } from './state.ts'

export type Verdict =
  | 'older-reader'
  | 'nothing'
  | 'words'
  | 'all'
  | 'tail'
  | 'rewind'
  | 'awaiting-rewind'

/** How far a channel was heard: by the leader, before anything of it is committed. */
export interface Received {
  readonly state: ChannelState
  /** The reader that was asked to begin anew at the cursor, and has not yet. */
  readonly rewind: Reader | undefined
}

export interface Judgement {
  readonly verdict: Verdict
  /** The first row that is taken; as many as there are records where none is. */
  readonly row: number
  readonly next: Received
}

export function judgeFrame(received: Received, frame: Frame): Judgement {
  const verdict = verdictOf(received, frame)
  const size = frame.records.size
  switch (verdict) {
    case 'older-reader':
    case 'awaiting-rewind':
      return { verdict, row: size, next: received }
    case 'rewind':
      return { verdict, row: size, next: { ...received, rewind: readerOf(frame) } }
    // Whoever sends from the cursor or before has rewound, if he was asked to.
    case 'nothing':
      return { verdict, row: size, next: { ...received, rewind: undefined } }
    default: {
      const row = verdict === 'words' ? size : rowOf(frame.records, received.state.cursor)
      const { to, watermark, idle } = frame
      const heard = { to, rows: size - row, reader: readerOf(frame), watermark, idle }
      const state = afterHearing(received.state, heard)
      return { verdict, row, next: { state, rewind: undefined } }
    }
  }
}

function verdictOf({ state, rewind }: Received, frame: Frame): Verdict {
  const { from, to } = frame
  const { cursor } = state
  const reader = readerOf(frame)
  if (compareReaders(reader, state.reader) < 0) return 'older-reader'
  if (from > cursor) {
    const isAsked = rewind !== undefined && compareReaders(reader, rewind) <= 0
    return isAsked ? 'awaiting-rewind' : 'rewind'
  }
  if (to < cursor) return 'nothing'
  if (to === cursor) return 'words'
  return from === cursor ? 'all' : 'tail'
}
