/** Every drill there is. */

import type { Drill } from './drill.ts'
import { publishBroker } from './drills/publish-broker.ts'
import { publishKill } from './drills/publish-kill.ts'
import { publishLostAnswer } from './drills/publish-lost-answer.ts'
import { publishPause } from './drills/publish-pause.ts'
import { raftKill } from './drills/raft-kill.ts'
import { raftLostDisk } from './drills/raft-lost-disk.ts'
import { raftPartition } from './drills/raft-partition.ts'
import { raftPause } from './drills/raft-pause.ts'

export const drills: readonly Drill[] = [
  raftKill,
  raftPause,
  raftPartition,
  raftLostDisk,
  publishKill,
  publishPause,
  publishBroker,
  publishLostAnswer,
]
