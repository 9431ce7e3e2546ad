/** SIGSTOP of whoever leads most groups, SIGCONT later. */

import type { Drill } from '../drill.ts'

export const raftPause: Drill = {
  name: 'raft-pause',
  about: 'SIGSTOP of whoever leads most groups, SIGCONT later',
  machine: 'kv',
  nodes: 3,
  groups: 4,
  clientsPerGroup: 3,
  callMs: 500,
  faults: [{ kind: 'pause' }],
  rounds: 6,
  faultMs: 4000,
  quietMs: 1500,
  expects: { gapMsMax: 3000, okPerSecondMin: 50 },
}
