/** What an injection may touch, and what it answers. */

import type { Message } from '../../../src/raft/messages.ts'
import type { SimNode } from '../host/node.ts'
import type { Answer } from '../run/bad-input.ts'
import type { Churn } from '../run/churn.ts'
import type { Cluster } from '../run/cluster.ts'
import type { Fault, Scenario, Target } from '../run/scenario.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { SimNetwork } from '../world/network.ts'
import type { Tally } from '../world/tally.ts'
import type { Trace } from '../world/trace.ts'

export interface Surroundings {
  readonly scenario: Scenario
  readonly queue: EventQueue
  readonly trace: Trace
  readonly tally: Tally
  readonly network: SimNetwork<Message>
  readonly cluster: Cluster
  readonly churn: Churn
  onBadInput(answer: Answer): void
}

/** Takes the fault away again; not called when healing comes first. */
export type Undo = () => void

/**
 * 'missed': there was nothing to hit. 'later': the fault counts itself if and when it takes effect.
 * Else it hit, and this undoes it.
 */
export type Outcome = 'missed' | 'later' | Undo

export type Injection = (world: Surroundings, fault: Fault) => Outcome

/** It hit and is over. */
export const over: Undo = () => {}

export function pick<T>(from: readonly T[], at: Target): T | undefined {
  return from[at === 'leader' ? 0 : at % Math.max(1, from.length)]
}

/** The node that the fault is aimed at: the leader's, or the n-th that has a process. */
export function aimedAt({ cluster }: Surroundings, target: Target): SimNode | undefined {
  return target === 'leader' ? cluster.leader() : pick(cluster.up, target)
}

export function untilUs({ queue }: Surroundings, fault: Fault): number {
  return queue.nowUs + Math.round(fault.forMs * US_PER_MS)
}
