/** kill -9 of whoever leads most groups, with a job under load; started again. */

import type { Drill } from '../drill.ts'
import { OPEN } from '../jobs/toll-names.ts'

export const killLeader: Drill = {
  name: 'kill-leader',
  about: 'a job under load: kill -9 of whoever leads most groups; started again',
  machine: 'job',
  nodes: 3,
  groups: 6,
  clientsPerGroup: 1,
  callMs: 0,
  faults: [{ kind: 'kill' }],
  rounds: 6,
  faultMs: 2500,
  quietMs: 1500,
  expects: { gapMsMax: 2000, okPerSecondMin: 100, toll: [OPEN] },
  overKafka: {
    groups: 2,
    expects: { gapMsMax: 5_000, okPerSecondMin: 33, toll: [OPEN] },
  },
}
