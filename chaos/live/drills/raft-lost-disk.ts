/** kill -9, and the data folder is gone when the node starts again. */

import type { Drill } from '../drill.ts'

export const raftLostDisk: Drill = {
  name: 'raft-lost-disk',
  about: 'kill -9, and the data folder is gone when the node starts again',
  machine: 'kv',
  nodes: 3,
  groups: 4,
  clientsPerGroup: 3,
  callMs: 500,
  faults: [{ kind: 'lose-disk' }],
  rounds: 4,
  faultMs: 1500,
  quietMs: 1500,
  expects: { gapMsMax: 5000, okPerSecondMin: 50 },
}
