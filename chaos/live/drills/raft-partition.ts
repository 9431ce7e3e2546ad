/** One node's network breaks, falls silent both ways or one way, is slow, or narrow. */

import type { Drill } from '../drill.ts'
import { partitions } from '../faults/plan.ts'

export const raftPartition: Drill = {
  name: 'raft-partition',
  about: 'the network of whoever leads most groups: cut, silent, one-way, slow, narrow',
  machine: 'kv',
  nodes: 3,
  groups: 4,
  clientsPerGroup: 3,
  // Twice the way there and back over the slow network: less, and the clients measure themselves.
  callMs: 1000,
  faults: partitions,
  rounds: partitions.length,
  faultMs: 5000,
  quietMs: 2000,
  expects: { gapMsMax: 3000, okPerSecondMin: 50 },
}
