/** kill -9 of whoever leads most groups that read, with a job under load; started again. */

import type { Drill } from '../drill.ts'

export const killReader: Drill = {
  name: 'kill-reader',
  about:
    'a job under load: kill -9 of whoever leads most groups that read the input; started again',
  machine: 'job',
  nodes: 3,
  groups: 6,
  clientsPerGroup: 1,
  callMs: 0,
  faults: [{ kind: 'kill', whose: 'readers' }],
  rounds: 4,
  faultMs: 2500,
  quietMs: 1500,
  expects: { gapMsMax: 2000, okPerSecondMin: 100 },
  overKafka: {
    groups: 2,
    expects: { gapMsMax: 5_000, okPerSecondMin: 33 },
  },
}
