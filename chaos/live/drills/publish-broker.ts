/** Brokers that coordinate transactions of a group, or lead its journal, end or stand still. */

import type { Drill } from '../drill.ts'
import { OPEN, UNANSWERED } from '../publishing/toll-names.ts'

export const publishBroker: Drill = {
  name: 'publish-broker',
  about:
    'a broker that coordinates transactions, or leads a journal: asked to end, kill -9, SIGSTOP',
  machine: 'publish',
  nodes: 3,
  groups: 3,
  clientsPerGroup: 12,
  callMs: 3000,
  faults: [
    { kind: 'broker', how: 'stop', whose: 'coordinator' },
    { kind: 'broker', how: 'kill', whose: 'coordinator' },
    { kind: 'broker', how: 'pause', whose: 'coordinator' },
    { kind: 'broker', how: 'stop', whose: 'leader' },
    { kind: 'broker', how: 'kill', whose: 'leader' },
    { kind: 'broker', how: 'pause', whose: 'leader' },
  ],
  rounds: 6,
  // Others take over for a broker after 3 s; a node waits for an answer for 2 s.
  faultMs: 6000,
  quietMs: 1500,
  expects: { gapMsMax: 30_000, okPerSecondMin: 10, toll: [OPEN, UNANSWERED] },
}
