/** Every bound and every time of trunks, by name. */

import { FRAME_BYTES_MAX } from '../../engine/channels/bounds.ts'

const KIB = 1024

export interface TrunkBounds {
  /** What a frame may have; one that is larger ends its stream. */
  readonly frameBytesMax: number
  /** A parcel that has so much is sent before the turn ends. */
  readonly parcelBytes: number
  /** Who was called and has said nothing for so long may be gone: others are dialled for anew. */
  readonly doubtMs: number
  /** A trunk without streams is kept for so long. */
  readonly idleMs: number
}

export const TRUNK_BOUNDS: TrunkBounds = {
  // With what the talk says besides a frame.
  frameBytesMax: FRAME_BYTES_MAX + KIB,
  parcelBytes: 256 * KIB,
  doubtMs: 300,
  idleMs: 10_000,
}
