/** Every bound of the log store, by name. */

export interface StoreLimits {
  /** A segment that has grown so far is followed by a new one. */
  readonly segmentBytes: number
  /**
   * Beyond it, groups that pin the oldest segment must take an image. What stands in the log stands
   * in memory too, with some 450 bytes of bookkeeping for each entry.
   */
  readonly logBytesMax: number
  /** The same, in segments: each opening begins one, however short the last one is. */
  readonly segmentsMax: number
  /** A frame takes no further write beyond it; one write always goes. */
  readonly frameBytesMax: number
  /** An image on its way to a file is synced as often, lest the log wait behind all of it. */
  readonly imageSyncBytes: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const defaultStoreLimits: StoreLimits = {
  segmentBytes: 64 * MIB,
  logBytesMax: 320 * MIB,
  segmentsMax: 64,
  frameBytesMax: 4 * MIB,
  imageSyncBytes: 8 * MIB,
}

/** An image's file is sealed in blocks of so many bytes, so that every part of it can be judged. */
export const IMAGE_BLOCK_BYTES = 64 * KIB

/** Blocks that are read at once while an image is loaded. */
export const IMAGE_BLOCKS_READ = 4

/**
 * Entries found at opening are views on copies of so much of a segment: one that lives long keeps
 * this much alive, not the segment.
 */
export const REPLAY_COPY_BYTES = 256 * KIB
