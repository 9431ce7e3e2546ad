/** `npm run bench -- raft`: Weir next to etcd, and what only Weir has to show. */

import type { Bench } from './frame/bench.ts'
import { type Case, perCpuSecond, perSecond } from './frame/contestant.ts'
import type { Figure, Results } from './frame/results.ts'
import type { Target } from './frame/target.ts'

const OUTSTANDING = [1, 64, 1000]
const GROUPS = [1, 16, 100]
const pair = ['weir', 'etcd'] as const

const many = (groups: number): Case => ({ outstanding: 1000, groups })

const ratio = (at: Case, figure: Figure) => (results: Results) => results.ratio(pair, at, figure)

const atLeast = (least: number) => (value: number) => value >= least
const atMost = (most: number) => (value: number) => value <= most

const targets: readonly Target[] = [
  ...GROUPS.map(groups => ({
    name: `throughput, 1000 outstanding, ${groups} groups`,
    wanted: 'at least 2 x etcd',
    unit: 'x',
    measure: ratio(many(groups), perSecond),
    isMet: atLeast(2),
  })),
  ...GROUPS.map(groups => ({
    name: `per cpu second, 1000 outstanding, ${groups} groups`,
    wanted: 'at least 1 x etcd',
    unit: 'x',
    measure: ratio(many(groups), perCpuSecond),
    isMet: atLeast(1),
  })),
  ...GROUPS.map(groups => ({
    name: `p50, 1 outstanding, ${groups} groups`,
    wanted: 'at most 1.5 x etcd',
    unit: 'x',
    measure: ratio({ outstanding: 1, groups }, ({ p50Ms }) => p50Ms),
    isMet: atMost(1.5),
  })),
]

export const raft: Bench = {
  name: 'raft',
  about: 'three nodes of Weir next to three of etcd, 256 bytes, 1 to 100 groups',
  cases: GROUPS.flatMap(groups => OUTSTANDING.map(outstanding => ({ outstanding, groups }))),
  sizeBytes: 256,
  contestants: async workshop => {
    const { Weir } = await import('./raft/contestant.ts')
    const { WeirInside } = await import('./raft/inside.ts')
    const { Etcd } = await import('./peers/etcd/contestant.ts')
    return [new Weir(workshop), new Etcd(workshop), new WeirInside(workshop)]
  },
  targets,
  trials: async () => {
    const { idle } = await import('./raft/trials/idle.ts')
    const { failover } = await import('./raft/trials/failover.ts')
    const { restart } = await import('./raft/trials/restart.ts')
    const { cutOff } = await import('./raft/trials/cut-off.ts')
    return [idle, failover, restart, cutOff]
  },
}
