/** What all groups of a host share, as a group sees it. */

import type { Clock, Random } from '../../base/env.ts'
import type { GroupId } from '../../base/ids.ts'
import type { RaftLimits, RaftTimes } from '../options.ts'
import type { Write } from '../ready.ts'
import type { Applier } from './applier.ts'
import type { HostBounds } from './bounds.ts'
import type { Images } from './images.ts'
import type { Outgoing } from './outgoing.ts'
import type { FatalCode, HostStore } from './ports.ts'
import type { Spreads } from './stats.ts'
import type { Ticker } from './ticker.ts'

/** Whoever has duties in the next turn. */
export interface Woken {
  isWoken: boolean
  readonly isClosed: boolean
  settle(nowMs: number): void
}

export interface Works {
  readonly clock: Clock
  readonly random: Random
  readonly times: RaftTimes
  readonly limits: RaftLimits
  readonly bounds: HostBounds
  readonly store: HostStore
  readonly ticker: Ticker
  readonly applier: Applier
  readonly outgoing: Outgoing
  readonly images: Images
  readonly spreads: Spreads
  wake(woken: Woken): void
  /** Handed to the store when the packets of this turn have been sent. */
  write(group: GroupId, write: Write): void
  /** Given when no core is on the stack. */
  answer(give: () => void): void
  onLeader(group: GroupId): void
  fatal(code: FatalCode, message: string): void
}
