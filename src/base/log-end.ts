/**
 * How far the log of a node reaches: two logs of one store can be told apart by it, the shorter one
 * having lost something.
 */

export interface LogEnd {
  /** The number of the newest segment. */
  readonly segment: number
  /** How much of that there is. */
  readonly bytes: number
}

/** A log that is open. */
export interface OpenLog {
  /** Where it ended when it was opened. */
  readonly foundEnd: LogEnd
  /** Behind all that was written to it. */
  readonly end: LogEnd
}

export function endsBefore(one: LogEnd, other: LogEnd): boolean {
  return one.segment < other.segment || (one.segment === other.segment && one.bytes < other.bytes)
}
