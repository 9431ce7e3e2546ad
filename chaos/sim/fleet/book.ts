/**
 * What the disk answers for, kept apart from what the core believes: stands between host and store,
 * and tells the checkers of a group what became durable before the core hears of it.
 */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Write } from '../../../src/raft/ready.ts'
import type { Stored } from '../../../src/raft/types.ts'
import { Remnant } from '../host/remnant.ts'

export class Book {
  readonly #remnants = new Map<GroupId, Remnant>()
  /** Handed to the store and not yet known to be durable, oldest first. */
  readonly #open = new Map<GroupId, Write[]>()

  begin(group: GroupId, stored: Stored): Remnant {
    const remnant = new Remnant(stored)
    this.#remnants.set(group, remnant)
    this.#open.set(group, [])
    return remnant
  }

  wrote(group: GroupId, write: Write): void {
    this.#open.get(group)?.push(write)
  }

  /**
   * Everything up to `number` is said to be done. What asked for no sync is durable only behind
   * something that did. True: more is durable than before.
   */
  done(group: GroupId, number: number): boolean {
    const open = this.#open.get(group)
    const remnant = this.#remnants.get(group)
    if (open === undefined || remnant === undefined) return false
    const last = open.findLastIndex(write => write.number <= number && write.sync)
    for (const write of open.splice(0, last + 1)) remnant.take(write)
    return last >= 0
  }
}
