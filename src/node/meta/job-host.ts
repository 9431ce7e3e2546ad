/**
 * The door between the wish and whatever runs groups of jobs. Nothing behind it yet: it waits for
 * the exchange between groups. Without a body nothing is hosted, and nobody says that it were.
 */

import type { GroupId, ReplicaId } from '../../base/ids.ts'
import type { MetaGroup, MetaJob } from '../../meta/state.ts'
import type { Hosted } from './hosting.ts'

export interface Hosting {
  readonly job: MetaJob
  readonly group: MetaGroup
  readonly replica: ReplicaId
  /** The group is begun with these as voters; none: it is joined, and its leader tells. */
  readonly voters: readonly ReplicaId[]
}

export interface JobHost {
  /** What it has begun, and what it found in its log; what is being retired stays until it is. */
  hosted(): ReadonlyMap<GroupId, Hosted>
  /** Hosted as soon as this returns. */
  start(hosting: Hosting): void
  /** For good: what the replica holds may go. Asked again until it is hosted no more. */
  retire(group: GroupId, replica: ReplicaId): void
}
