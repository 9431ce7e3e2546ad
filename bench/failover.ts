/** `npm run bench -- failover`: how long the outputs of a job stand still when a node is lost. */

import type { Bench } from './frame/bench.ts'

export const failover: Bench = {
  name: 'failover',
  about: 'a job on three nodes: for how long it says nothing when one is killed, stopped, silent',
  cases: [],
  sizeBytes: 0,
  contestants: async () => [],
  targets: [],
  trials: async () => (await import('./job/takeovers.ts')).takeoverTrials,
}
