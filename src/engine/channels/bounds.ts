/** Every bound of what comes into a group, by name. */

const KIB = 1024
const MIB = 1024 * KIB

/** Channels of one group: partitions of its sources, or groups of the stage before. */
export const CHANNELS_MAX = 4096

/** A frame is larger only if it is refused; it must hold all records of one offset. */
export const FRAME_BYTES_MAX = 4 * MIB

/** What a frame costs its sender besides its bytes: the objects around them. */
export const FRAME_OVERHEAD_BYTES = 256

/** What a group's readers may send together before anything of it was committed. */
export const GROUP_CREDIT_BYTES = 32 * MIB

/** One reader's share of it lies between these, however many there are. */
export const CHANNEL_CREDIT_BYTES_MIN = 64 * KIB
export const CHANNEL_CREDIT_BYTES_MAX = 4 * MIB

/** Credit is announced when so much of a reader's share came back: a quarter. */
export const CREDIT_STEPS = 4

/** A barrier is given up when no channel that lacks it moved for so long. */
export const ALIGNMENT_SILENCE_MS = 2000

/** Reports of failed epochs that nobody has fetched: the oldest gives way. */
export const FAILURES_MAX = 16

/** Frames of one channel that wait: its credit and one frame, each at the least that it costs. */
export const PARTS_MAX = (CHANNEL_CREDIT_BYTES_MAX + FRAME_BYTES_MAX) / FRAME_OVERHEAD_BYTES
