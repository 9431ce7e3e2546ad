/** kill -9 of whoever leads most groups; started again. */

import type { Drill } from '../drill.ts'

export const raftKill: Drill = {
  name: 'raft-kill',
  about: 'kill -9 of whoever leads most groups; started again',
  machine: 'kv',
  nodes: 3,
  groups: 4,
  clientsPerGroup: 3,
  callMs: 500,
  faults: [{ kind: 'kill' }],
  rounds: 8,
  faultMs: 1500,
  quietMs: 1500,
  expects: { gapMsMax: 1000, okPerSecondMin: 50 },
}
