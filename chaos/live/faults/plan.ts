/** What is done to a cluster in a drill, as data: drawn from a seed before anything runs. */

import type { Random } from '../../../src/base/env.ts'
import type { Trouble } from '../cluster/net.ts'
import type { KafkaApi, KafkaFate } from './kafka-proxy.ts'

export type FaultPlan = NodeFaultPlan | LogFaultPlan

export type NodeFaultPlan =
  /** kill -9, and started again when the fault is over. Of readers: who leads most that read. */
  | { readonly kind: 'kill'; readonly whose?: 'readers' }
  /** The same with two at once. */
  | { readonly kind: 'kill-two' }
  /** SIGSTOP, then SIGCONT. */
  | { readonly kind: 'pause' }
  /** Asked to end, and started again when the fault is over. */
  | { readonly kind: 'stop' }
  /** All nodes, one after the other: asked to end and started again. */
  | { readonly kind: 'roll' }
  /** kill -9, the data folder is gone when it starts again. */
  | { readonly kind: 'lose-disk' }
  /** The ways between one node and all others: what it says, what it hears, or both. */
  | { readonly kind: 'ways'; readonly which: 'out' | 'in' | 'both'; readonly trouble: Trouble }

export type LogFaultPlan =
  /**
   * The broker that coordinates transactions of a group, or leads its journal: asked to end,
   * kill -9, or SIGSTOP; there again when the fault is over.
   */
  | { readonly kind: 'broker'; readonly how: 'stop' | 'kill' | 'pause'; readonly whose: BrokerRole }
  /** What befalls the next call of a kind that any node makes. */
  | { readonly kind: 'call'; readonly api: KafkaApi; readonly fate: KafkaFate }

export type BrokerRole = 'coordinator' | 'leader'

const DELAY_MS = 200
const JITTER_MS = 50
const KILOBYTES_PER_SECOND = 20

/** A node hears nobody, or nobody hears it. */
export const isolations: readonly FaultPlan[] = [
  { kind: 'ways', which: 'both', trouble: { kind: 'refuse' } },
  { kind: 'ways', which: 'both', trouble: { kind: 'silence', isBothWays: true } },
  { kind: 'ways', which: 'out', trouble: { kind: 'silence', isBothWays: false } },
  { kind: 'ways', which: 'in', trouble: { kind: 'silence', isBothWays: false } },
]

/** Each kind of partition and trouble there is. */
export const partitions: readonly FaultPlan[] = [
  ...isolations,
  { kind: 'ways', which: 'both', trouble: { kind: 'delay', ms: DELAY_MS, jitterMs: JITTER_MS } },
  {
    kind: 'ways',
    which: 'both',
    trouble: { kind: 'bandwidth', kilobytesPerSecond: KILOBYTES_PER_SECOND },
  },
]

/** Every plan before any comes again, each time in another order. */
export function drawn(
  plans: readonly FaultPlan[],
  rounds: number,
  random: Random,
): readonly FaultPlan[] {
  const all: FaultPlan[] = []
  while (all.length < rounds) all.push(...shuffled(plans, random))
  return all.slice(0, rounds)
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const left = [...items]
  const out: T[] = []
  while (left.length > 0) out.push(...left.splice(random.uint32() % left.length, 1))
  return out
}

export function told(plan: FaultPlan): string {
  if (plan.kind === 'broker') return `${plan.how} the ${plan.whose}`
  if (plan.kind === 'call') return `${plan.fate} of ${plan.api}`
  if (plan.kind === 'kill' && plan.whose !== undefined) return `kill of ${plan.whose}`
  if (plan.kind !== 'ways') return plan.kind
  const { which, trouble } = plan
  const way = which === 'both' ? 'out and in' : which
  if (trouble.kind === 'delay') return `delay ${trouble.ms} ms, ${way}`
  if (trouble.kind === 'bandwidth') return `${trouble.kilobytesPerSecond} kB/s, ${way}`
  return `${trouble.kind}, ${way}`
}

/** Whom a fault hits: who leads most; among equals the seed decides. */
export function victimOf(
  leaderships: ReadonlyMap<string, readonly number[]>,
  random: Random,
): string | undefined {
  const most = Math.max(...[...leaderships.values()].map(groups => groups.length))
  const candidates = [...leaderships].filter(([, groups]) => groups.length === most)
  return candidates[random.uint32() % Math.max(1, candidates.length)]?.[0]
}
