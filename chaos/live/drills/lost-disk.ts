/** Kill -9, and the data folder is gone when the node starts again, with a job under load. */

import type { Drill } from '../drill.ts'

export const lostDisk: Drill = {
  name: 'lost-disk',
  about: 'a job under load: kill -9, and the data folder is gone when the node starts again',
  machine: 'job',
  nodes: 3,
  groups: 6,
  clientsPerGroup: 1,
  callMs: 0,
  faults: [{ kind: 'lose-disk' }],
  rounds: 3,
  faultMs: 2500,
  quietMs: 1500,
  expects: { gapMsMax: 5000, okPerSecondMin: 100 },
}
