/** All nodes asked to end, one after the other, and started again, with a job under load. */

import type { Drill } from '../drill.ts'

export const rollingRestart: Drill = {
  name: 'rolling-restart',
  about: 'a job under load: all nodes asked to end, one after the other, and started again',
  machine: 'job',
  nodes: 3,
  groups: 6,
  clientsPerGroup: 1,
  callMs: 0,
  faults: [{ kind: 'roll' }],
  rounds: 2,
  faultMs: 500,
  quietMs: 1500,
  expects: { gapMsMax: 5000, okPerSecondMin: 100 },
}
