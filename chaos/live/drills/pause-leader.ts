/** SIGSTOP of whoever leads most groups, SIGCONT later, with a job under load. */

import type { Drill } from '../drill.ts'

export const pauseLeader: Drill = {
  name: 'pause-leader',
  about: 'a job under load: SIGSTOP of whoever leads most groups, SIGCONT later',
  machine: 'job',
  nodes: 3,
  groups: 6,
  clientsPerGroup: 1,
  callMs: 0,
  faults: [{ kind: 'pause' }],
  rounds: 4,
  faultMs: 4000,
  quietMs: 1500,
  expects: { gapMsMax: 5000, okPerSecondMin: 100 },
  overKafka: {
    groups: 2,
    expects: { gapMsMax: 8_000, okPerSecondMin: 33 },
  },
}
