/** `npm run bench -- cluster`: what a job on three nodes gets done, and what it costs at rest. */

import type { Bench } from './frame/bench.ts'

export const cluster: Bench = {
  name: 'cluster',
  about: 'a job on three nodes: records per CPU second, and what it costs when nothing comes',
  cases: [],
  sizeBytes: 0,
  contestants: async () => [],
  targets: [],
  trials: async () => {
    const [{ count }, { idle }] = await Promise.all([
      import('./job/count.ts'),
      import('./job/idle.ts'),
    ])
    return [count, idle]
  },
}
