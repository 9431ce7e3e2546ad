/** Kill -9 of two nodes of three at once; both started again, with a job under load. */

import type { Drill } from '../drill.ts'

export const killTwo: Drill = {
  name: 'kill-two',
  about: 'a job under load: kill -9 of two nodes of three at once; both started again',
  machine: 'job',
  nodes: 3,
  groups: 6,
  clientsPerGroup: 1,
  callMs: 0,
  faults: [{ kind: 'kill-two' }],
  rounds: 3,
  faultMs: 2500,
  quietMs: 1500,
  expects: { gapMsMax: 15000, okPerSecondMin: 50 },
  overKafka: {
    groups: 2,
    expects: { gapMsMax: 15_000, okPerSecondMin: 17 },
  },
}
