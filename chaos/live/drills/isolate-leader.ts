/** The network of whoever leads most groups: cut, silent, one-way, with a job under load. */

import type { Drill } from '../drill.ts'
import { isolations } from '../faults/plan.ts'

export const isolateLeader: Drill = {
  name: 'isolate-leader',
  about: 'a job under load: the network of whoever leads most groups: cut, silent, one-way',
  machine: 'job',
  nodes: 3,
  groups: 6,
  clientsPerGroup: 1,
  callMs: 0,
  faults: isolations,
  rounds: isolations.length,
  faultMs: 5000,
  quietMs: 1500,
  expects: { gapMsMax: 8000, okPerSecondMin: 50 },
}
