/** What befalls groups that feed each other: the one table of it. */

const faults = {
  'lead-moves': 'another node leads a group, and who led before hears of it later',
  'lead-renewed': 'the same node leads a group in another term',
  'node-dies': 'a process is killed, with all leads and streams that it has',
  'stream-reset': 'the connections between two nodes break',
  'path-cut': 'nothing gets through between two nodes for a while, and nobody is told',
  'path-slow': 'all that a node says and hears comes late for a while',
  'frame-damaged': 'a bit of what one node says to another turns over',
  'log-away': 'nobody reaches the log for a while',
  'log-denied': 'the topic may not be read for a while',
  'partition-moves': 'a partition gets another leader, which learns the end late',
  'group-stands': 'a group takes nothing for a while',
  'epoch-opened': 'an epoch is to be cut, and only some who read hear of it',
  'epoch-closed': 'it is over, cut or not',
} as const

export type FeedFaultKind = keyof typeof faults
export const feedKinds = Object.keys(faults) as readonly FeedFaultKind[]

export interface FeedFault {
  readonly kind: FeedFaultKind
  readonly atMs: number
  readonly forMs: number
  /** Which group, node or partition it befalls. */
  readonly whom: number
}

export interface FeedScenario {
  readonly seed: number
  readonly partitions: number
  readonly groups: number
  readonly faultyMs: number
  /** How many records come each time that some come, at most. */
  readonly burst: number
  /** The chance that a call to the log, or its answer, is lost or late. */
  readonly callsLost: number
  readonly faults: readonly FeedFault[]
}
