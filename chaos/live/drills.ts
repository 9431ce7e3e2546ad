/** Every drill there is. */

import type { Drill } from './drill.ts'
import { isolateLeader } from './drills/isolate-leader.ts'
import { killLeader } from './drills/kill-leader.ts'
import { killReader } from './drills/kill-reader.ts'
import { killTwo } from './drills/kill-two.ts'
import { lostDisk } from './drills/lost-disk.ts'
import { pauseLeader } from './drills/pause-leader.ts'
import { publishBroker } from './drills/publish-broker.ts'
import { publishKill } from './drills/publish-kill.ts'
import { publishLostAnswer } from './drills/publish-lost-answer.ts'
import { publishPause } from './drills/publish-pause.ts'
import { raftKill } from './drills/raft-kill.ts'
import { raftLostDisk } from './drills/raft-lost-disk.ts'
import { raftPartition } from './drills/raft-partition.ts'
import { raftPause } from './drills/raft-pause.ts'
import { rollingRestart } from './drills/rolling-restart.ts'

export const drills: readonly Drill[] = [
  raftKill,
  raftPause,
  raftPartition,
  raftLostDisk,
  publishKill,
  publishPause,
  publishBroker,
  publishLostAnswer,
  killLeader,
  killReader,
  killTwo,
  pauseLeader,
  isolateLeader,
  rollingRestart,
  lostDisk,
]
