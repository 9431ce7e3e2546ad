/** kill -9 of whoever leads most groups that publish; started again. */

import type { Drill } from '../drill.ts'
import { OPEN } from '../publishing/toll-names.ts'

export const publishKill: Drill = {
  name: 'publish-kill',
  about: 'kill -9 of whoever leads most groups that publish to Kafka; started again',
  machine: 'publish',
  nodes: 3,
  groups: 3,
  clientsPerGroup: 12,
  callMs: 5000,
  faults: [{ kind: 'kill' }],
  rounds: 8,
  faultMs: 2500,
  quietMs: 1500,
  expects: { gapMsMax: 5000, okPerSecondMin: 10, toll: [OPEN] },
}
