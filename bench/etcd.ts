/** `npm run bench -- etcd`: the peer alone, to know what this machine gives it. */

import type { Bench } from './frame/bench.ts'

export const etcd: Bench = {
  name: 'etcd',
  about: 'three members of etcd under puts of 256 bytes',
  cases: [1, 64, 1000].map(outstanding => ({ outstanding, groups: 1 })),
  sizeBytes: 256,
  contestants: async workshop => {
    const { Etcd } = await import('./peers/etcd/contestant.ts')
    return [new Etcd(workshop)]
  },
  targets: [],
  trials: () => Promise.resolve([]),
}
