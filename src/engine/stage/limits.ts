/**
 * What a batch may come to. Records are small when they come in, and expressions, unnest and
 * windows make much of them: what is beyond these bounds goes to the dead letters, each time the
 * same, because a batch is the same in every replay.
 */

const MIB = 2 ** 20

/** For each operator in each batch; and for all that leaves the site with it. */
export interface Limits {
  readonly rows: number
  readonly bytes: number
  /**
   * Of records for all sinks and other stages together: so much of an entry is outputs, besides
   * what takes back, which was said within these bounds, and letters, which have bounds of their
   * own (dead-letters.ts). A record for two of them counts twice.
   */
  readonly leavingBytes: number
  /** One evaluation of an expression, with all that is made on the way. */
  readonly evaluationBytes: number
}

/** Of a stage. Its batches take 16 thousand records at most, of a megabyte together. */
export const STAGE_LIMITS: Limits = {
  ...{ rows: 262_144, bytes: 32 * MIB, leavingBytes: 64 * MIB, evaluationBytes: 32 * MIB },
}

/**
 * Of a source's reader, where no batches are: what it takes at a time comes to no more than this,
 * and at last it takes a single record, all of which has to find room in a frame. Frames for
 * different stages are apart.
 */
export const FRONT_LIMITS: Limits = {
  ...{ rows: 65_536, bytes: 3 * MIB, leavingBytes: 48 * MIB, evaluationBytes: 16 * MIB },
}

export const BATCH_TOO_LARGE = 'batch-too-large'
export const TOO_LARGE =
  'more came of the records of its batch than there is room for: let each make less, shorter ' +
  'texts or fewer elements'
