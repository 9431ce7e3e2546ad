/** All known bugs of the consensus core. */

import type { Mutant } from './mutant.ts'
import { raftBlind } from './raft-blind.ts'
import { elections } from './raft-elections.ts'
import { membership } from './raft-members.ts'
import { reads } from './raft-reads.ts'
import { replication } from './raft-replication.ts'
import { snapshots } from './raft-snapshots.ts'

export const raftMutants: readonly Mutant[] = [
  ...elections,
  ...replication,
  ...membership,
  ...reads,
  ...snapshots,
  ...raftBlind,
]
