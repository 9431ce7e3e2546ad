/** The desks of a node: one for each replica here, found by its machine when that first applies. */

import type { Clock, Random } from '../../src/base/env.ts'
import { type GroupId, groupId } from '../../src/base/ids.ts'
import type { Logger } from '../../src/base/log.ts'
import type { StreamLog } from '../../src/base/stream-log.ts'
import { Budget } from '../../src/journal/budget.ts'
import type { NodeFace } from '../../src/node/face.ts'
import type { ServedGroup } from '../../src/node/group.ts'
import { Desk } from './desk.ts'
import type { StoredMachine } from './machine.ts'
import { boundsOf, type JobPlan } from './plan.ts'

/** As far as this wants to know it. */
export interface Node {
  readonly face: NodeFace | undefined
  find(group: GroupId): ServedGroup<StoredMachine> | undefined
}

export interface DesksParts {
  readonly plan: JobPlan
  readonly groups: number
  readonly clock: Clock
  readonly random: Random
  readonly log: StreamLog
  readonly logger: Logger
  node(): Node
}

export class Desks {
  readonly #parts: DesksParts
  readonly #budgets: Readonly<Record<'home' | 'away', Budget>>
  readonly #desks = new Map<GroupId, Desk>()

  constructor(parts: DesksParts) {
    const { transactionsMax } = boundsOf(parts.plan)
    this.#parts = parts
    this.#budgets = { home: new Budget(transactionsMax), away: new Budget(transactionsMax) }
  }

  of(group: GroupId): Desk | undefined {
    return this.#desks.get(group)
  }

  onApplied(machine: StoredMachine): void {
    const group = this.#groupOf(machine)
    if (group !== undefined) this.#deskOf(group).onApplied()
  }

  #groupOf(machine: StoredMachine): ServedGroup<StoredMachine> | undefined {
    const node = this.#parts.node()
    for (let id = 1; id <= this.#parts.groups; id++) {
      const group = node.find(groupId(id))
      if (group?.machine === machine) return group
    }
    return undefined
  }

  /** A group that came back with another machine has another desk. */
  #deskOf(group: ServedGroup<StoredMachine>): Desk {
    const known = this.#desks.get(group.id)
    if (known?.machine === group.machine) return known
    known?.close()
    const desk = this.#made(group)
    this.#desks.set(group.id, desk)
    return desk
  }

  #made(group: ServedGroup<StoredMachine>): Desk {
    const { plan, groups, clock, random, log, logger, node } = this.#parts
    return new Desk({
      ...{ group, groups, plan, clock, random, log, budgets: this.#budgets },
      leads: () => {
        const report = node().face?.report(String(group.id))
        return report?.role === 'leader' ? report.term : 0
      },
      tell: (what, code, why) => logger.log('warn', what, { group: group.id, code, why }),
    })
  }
}
