/** `npm run bench -- latency`: how old a record is when its result is seen. */

import type { Bench } from './frame/bench.ts'

export const latency: Bench = {
  name: 'latency',
  about: 'a job on three nodes: from a record put into the embedded log to its result read from it',
  cases: [],
  sizeBytes: 0,
  contestants: async () => [],
  targets: [],
  trials: async () => (await import('./job/latency.ts')).latencyTrials,
}
