/** Every bound and every time of the host, by name. */

export interface HostBounds {
  /** Time is told to the cores in steps of so much. */
  readonly gridMs: number
  /** The same while a group tries quick campaigns. */
  readonly fineMs: number
  /**
   * A wake that comes later than this is counted as a stall of the event loop; the next one is
   * never farther away, or than a step of the grid.
   */
  readonly stallMs: number
  /** The state machines of all groups together work so long before the cores have their turn. */
  readonly sliceMs: number
  /** Entries in one call of a machine. */
  readonly applyEntriesMax: number
  /** Committed and not yet applied in one group: beyond it its leader takes no proposals. */
  readonly unappliedBytesMax: number
  /** Proposals and changes of members of one group that wait for their answer. */
  readonly proposalsMax: number
  /** A proposal of a leader deposed is unknown after so long without news of its fate. */
  readonly fateMs: number
  /** An image is taken when the log behind the last one holds more than either of these. */
  readonly imageEntriesMax: number
  readonly imageBytesMax: number
  /** Images that are written at once, in all groups. */
  readonly imagesAtOnceMax: number
  /** A graceful stop waits so long for others to take over. */
  readonly handoverMs: number
}

const MIB = 1024 * 1024

export const defaultBounds: HostBounds = {
  gridMs: 10,
  fineMs: 1,
  stallMs: 50,
  sliceMs: 8,
  applyEntriesMax: 512,
  unappliedBytesMax: 64 * MIB,
  proposalsMax: 65_536,
  fateMs: 1000,
  imageEntriesMax: 250_000,
  imageBytesMax: 64 * MIB,
  imagesAtOnceMax: 2,
  handoverMs: 2000,
}

/** Rounds of duties in one turn: what is left then waits until the world was heard again. */
export const ROUNDS_MAX = 8
