/** Brokers that coordinate transactions of a group, or lead its journal, end or are killed. */

import type { Drill } from '../drill.ts'
import { UNANSWERED } from '../publishing/toll-names.ts'

export const publishBroker: Drill = {
  name: 'publish-broker',
  about: 'a broker that coordinates transactions, or leads a journal: asked to end, and kill -9',
  machine: 'publish',
  nodes: 3,
  groups: 3,
  clientsPerGroup: 12,
  callMs: 3000,
  faults: [
    { kind: 'broker', how: 'stop', whose: 'coordinator' },
    { kind: 'broker', how: 'kill', whose: 'coordinator' },
    { kind: 'broker', how: 'stop', whose: 'leader' },
    { kind: 'broker', how: 'kill', whose: 'leader' },
  ],
  rounds: 4,
  faultMs: 6000,
  quietMs: 1500,
  expects: { gapMsMax: 30_000, okPerSecondMin: 10, toll: [UNANSWERED] },
}
