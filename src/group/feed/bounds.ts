/** Every bound and every time of what feeds groups, by name. */

import { CHANNEL_CREDIT_BYTES_MAX, FRAME_BYTES_MAX } from '../../engine/channels/bounds.ts'

const KIB = 1024
const MIB = 1024 * KIB

export interface FeedBounds {
  /** Of one answer of the log, as it came; two of them are held for each partition. */
  readonly fetchBytes: number
  /** How long the log may wait for a record where there is none yet. */
  readonly waitMs: number
  /** The pause behind an answer without records. */
  readonly emptyMs: number
  /** What is decoded at once, before the clock is looked at. */
  readonly pieceRows: number
  readonly pieceBytes: number
  /** What one turn of a reader takes, but for its last piece. */
  readonly sliceMs: number
  /** What failed is tried again within these, drawn by chance and growing. */
  readonly retryMinMs: number
  readonly retryMaxMs: number
  /** Trouble that ought to pass is told when it has lasted so long. */
  readonly silenceMs: number
  /** A barrier that was refused its place is placed anew so much later. */
  readonly refusedMs: number
  /** From somebody's call to his hello, and from ours to its answer. */
  readonly handshakeMs: number
  /** A stream that lived so long was a good one: the next attempt follows it soon. */
  readonly settledMs: number
  /** How often a group says what it has committed of its channels. */
  readonly takenMs: number
  /** Sent on one stream and not yet taken by the system; more was never granted. */
  readonly queuedBytesMax: number
  /** Streams that others may have opened to this node at one time. */
  readonly streamsMax: number
}

export const FEED_BOUNDS: FeedBounds = {
  ...{ fetchBytes: MIB, waitMs: 250, emptyMs: 5 },
  ...{ pieceRows: 1024, pieceBytes: 64 * KIB, sliceMs: 6 },
  ...{ retryMinMs: 20, retryMaxMs: 1000, silenceMs: 1000, refusedMs: 20 },
  ...{ handshakeMs: 2000, settledMs: 1000, takenMs: 100 },
  queuedBytesMax: CHANNEL_CREDIT_BYTES_MAX + 2 * FRAME_BYTES_MAX,
  streamsMax: 16_384,
}
