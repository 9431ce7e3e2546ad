/** What only a leader knows; made when it is elected and thrown away when it steps down. */

import type { ReplicaId } from '../../base/ids.ts'
import type { Progress } from './progress.ts'
import { ReadRounds } from './read-rounds.ts'

/** Leadership on its way to another voter. */
export interface Transfer {
  readonly to: ReplicaId
  elapsedMs: number
}

export class Leadership {
  /**
   * The index of the entry that opened the term. Until it is committed nothing is promised to
   * anybody.
   */
  readonly termStart: number
  /** Everybody else. */
  readonly peers = new Map<ReplicaId, Progress>()
  readonly rounds = new ReadRounds()
  /** Entries were appended that the peers' windows may take; they go out with the next record. */
  hasNews = false
  /** Bytes of the entries behind the commit index. */
  uncommittedBytes = 0
  heartbeatElapsedMs = 0
  /** Since the quorum was last looked at. */
  quorumElapsedMs = 0
  transfer: Transfer | undefined

  constructor(termStart: number) {
    this.termStart = termStart
  }
}
