/** SIGSTOP of whoever leads most groups that publish, past the transaction's time; then SIGCONT. */

import type { Drill } from '../drill.ts'
import { FENCED, OPEN } from '../publishing/toll-names.ts'

export const publishPause: Drill = {
  name: 'publish-pause',
  about: 'SIGSTOP of whoever leads most groups that publish, past the time of its transactions',
  machine: 'publish',
  nodes: 3,
  groups: 3,
  clientsPerGroup: 12,
  callMs: 3000,
  faults: [{ kind: 'pause' }],
  rounds: 6,
  // Brokers end a transaction after 3 s, and look for such every half second.
  faultMs: 5000,
  quietMs: 1500,
  expects: { gapMsMax: 8000, okPerSecondMin: 10, toll: [OPEN, FENCED] },
}
