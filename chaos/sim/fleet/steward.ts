/**
 * Moves replicas as an operator would, one group at a time and step by step: where a disk was lost
 * an heir takes the place of each replica that it held; and now and then a replica moves to another
 * node.
 */

import type { GroupId, ReplicaId } from '../../../src/base/ids.ts'
import { replacement } from '../run/churn.ts'
import { type EventQueue, type SimEvent, US_PER_MS } from '../world/clock.ts'
import type { Fleet } from './fleet.ts'

/** How often an operator looks. */
const PERIOD_MS = 150

/** A replica that is gone or on its way out; the fleet knows who takes its place. */
interface Swap {
  readonly group: GroupId
  readonly old: ReplicaId
}

export class Steward implements SimEvent {
  readonly #queue: EventQueue
  readonly #fleet: Fleet
  #swaps: Swap[] = []

  constructor(queue: EventQueue, fleet: Fleet) {
    this.#queue = queue
    this.#fleet = fleet
    queue.after(PERIOD_MS * US_PER_MS, this)
  }

  get isBusy(): boolean {
    return this.#swaps.length > 0
  }

  /** Already has as much to do in this group as may be done at once. */
  isMending(group: GroupId): boolean {
    return this.#swaps.some(swap => swap.group === group)
  }

  swap(group: GroupId, old: ReplicaId): void {
    this.#swaps.push({ group, old })
  }

  fire(): void {
    this.#swaps = this.#swaps.filter(swap => !this.#pursue(swap))
    this.#fleet.dismiss()
    this.#queue.after(PERIOD_MS * US_PER_MS, this)
  }

  /** One step; true when there is nothing left to do. */
  #pursue({ group, old }: Swap): boolean {
    const seat = this.#fleet.leader(group)
    if (seat === undefined || seat.life.isPaused) return false
    const { members, membersIndex, commit } = seat.group.raft.log
    if (membersIndex > commit) return false
    const wish = replacement(members, old, this.#fleet.heirOf(group, old))
    if (wish === 'done') return true
    if (wish === 'wait') return false
    if (!this.#fleet.isSound(group, wish.voters)) return false
    seat.group.changeMembers(wish, membersIndex, () => {})
    return false
  }
}
