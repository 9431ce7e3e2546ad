/** Every bound of what a sender keeps and says, by name. */

import { FRAME_BYTES_MAX } from '../channels/bounds.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** What a sender keeps of its source in memory, for all groups together, by weight. */
const SENDER_BYTES = 16 * MIB

/** One group's share of it lies between these, however many there are. */
const BRANCH_BYTES_MIN = 128 * KIB
const BRANCH_BYTES_MAX = 4 * MIB

/** What a frame says besides its records. */
const FRAME_WORDS_BYTES = 128
/** The records of one offset for one group, as written. */
export const OFFSET_BYTES_MAX = FRAME_BYTES_MAX - FRAME_WORDS_BYTES

export interface SenderBounds {
  /** What is kept for one group; a group that is further behind is detached. */
  readonly branchBytes: number
  /** Stretches that are kept, however little is in them. */
  readonly stretchesMax: number
  /** Records of one frame, by weight; those of one offset are not split. */
  readonly frameBytes: number
  /** What one call of `duties` encodes before it says that there is more. */
  readonly turnBytes: number
  /** What is said without records waits so long behind what was sent last. */
  readonly wordsMs: number
  /** So long after the first hello the head begins, whoever is still silent. */
  readonly gatherMs: number
  /** A cursor that is so far behind the foremost does not hold up where the head begins. */
  readonly reachOffsets: number
}

export function senderBounds(branches: number): SenderBounds {
  const even = Math.floor(SENDER_BYTES / Math.max(branches, 1))
  return {
    branchBytes: Math.min(Math.max(even, BRANCH_BYTES_MIN), BRANCH_BYTES_MAX),
    stretchesMax: 4096,
    frameBytes: 256 * KIB,
    turnBytes: MIB,
    wordsMs: 20,
    gatherMs: 50,
    reachOffsets: 65_536,
  }
}
