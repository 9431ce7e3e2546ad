/** What metrics may know of a host: counts that only grow, lengths of queues, spreads. */

import type { CallRefusalCode } from './calls.ts'
import type { OutgoingStats } from './outgoing.ts'
import { Spread, type SpreadView } from './spread.ts'
import type { StallStats } from './ticker.ts'

export interface GroupStats {
  readonly proposalsOpen: number
  readonly readsOpen: number
  readonly writesOpen: number
  readonly unapplied: number
  readonly unappliedBytes: number
  /** Applied since the last image, which the next one will hold. */
  readonly imageEntries: number
  readonly imageBytes: number
  readonly imagesTaken: number
  /** Calls refused, by code. */
  readonly refused: Readonly<Partial<Record<CallRefusalCode, number>>>
}

export interface HostStats {
  readonly groups: number
  readonly leading: number
  readonly turns: number
  readonly stalls: StallStats
  readonly sent: OutgoingStats
  readonly received: ReceivedStats
  /** From a write's being handed out to its being durable. */
  readonly persistMs: SpreadView
  /** From entries' being handed out to their being applied. */
  readonly applyMs: SpreadView
  /** What a turn of the cores and machines takes. */
  readonly turnMs: SpreadView
  readonly imagesRunning: number
  readonly imagesWaiting: number
}

export interface ReceivedStats {
  readonly frames: number
  readonly messages: number
  /** Frames that no node of this version sends. */
  readonly malformed: number
  /** Messages to a group that is not here. */
  readonly unknownGroup: number
  /** Messages in the name of a replica that lives on another node. */
  readonly wrongSender: number
}

export interface Spreads {
  readonly persistMs: Spread
  readonly applyMs: Spread
  readonly turnMs: Spread
}

export function newSpreads(): Spreads {
  return { persistMs: new Spread(), applyMs: new Spread(), turnMs: new Spread() }
}
