/** What an injection of a fault is given, and what it says of itself. */

import type { GroupId } from '../../../src/base/ids.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { Tally } from '../world/tally.ts'
import type { Trace } from '../world/trace.ts'
import type { SimWire } from '../world/transport.ts'
import type { Fleet } from './fleet.ts'
import type { FleetFaultKind } from './kinds.ts'
import type { Member } from './member.ts'
import type { FleetFault, FleetScenario } from './scenario.ts'
import type { Steward } from './steward.ts'
import type { Strangers } from './strangers.ts'
import type { Twins } from './twins.ts'

export interface FleetWorld {
  readonly scenario: FleetScenario
  readonly queue: EventQueue
  readonly trace: Trace
  readonly tally: Tally<FleetFaultKind>
  readonly wire: SimWire
  readonly fleet: Fleet
  readonly steward: Steward
  readonly strangers: Strangers
  readonly twins: Twins
}

export type Undo = () => void
/** 'missed': nothing was hit. 'later': it counts itself. Else it hit, and this undoes it. */
export type Outcome = 'missed' | 'later' | Undo
export type Injection = (world: FleetWorld, fault: FleetFault) => Outcome

/** It hit and is over. */
export const over: Undo = () => {}

export function pick<T>(from: readonly T[], at: number): T | undefined {
  return from[at % Math.max(1, from.length)]
}

export function groupAt({ fleet }: FleetWorld, at: number): GroupId {
  return pick(fleet.groups, at) as GroupId
}

/** The node that leads a group, or the n-th that has a process. */
function aimedAt(world: FleetWorld, { who, whom }: FleetFault): Member | undefined {
  const { fleet } = world
  if (who === 'leader') return fleet.leaderNode(groupAt(world, whom))
  return pick(
    fleet.members.filter(({ isUp }) => isUp),
    who,
  )
}

export function others({ fleet }: Pick<FleetWorld, 'fleet'>, node: Member): readonly Member[] {
  return fleet.members.filter(other => other !== node)
}

/** An injection that needs a node to hit. */
export function on(
  hit: (world: FleetWorld, node: Member, fault: FleetFault) => Outcome,
): Injection {
  return (world, fault) => {
    const node = aimedAt(world, fault)
    return node === undefined ? 'missed' : hit(world, node, fault)
  }
}

export function untilUs({ queue }: FleetWorld, { forMs }: FleetFault): number {
  return queue.nowUs + Math.round(forMs * US_PER_MS)
}
