/**
 * Takes this node's seats, whenever it may lack one: at its start, and when somebody speaks of a
 * group that is not here. At most one seating runs at a time, until every group has confirmed this
 * node's replica: before that nobody knows that no seat is missing.
 */

import { bare, WeirError } from '../../base/errors.ts'
import type { GroupId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import type { MembersClient } from '../../io/members/client.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import { isDialable } from '../address.ts'
import type { Directory } from '../directory.ts'
import { isPlaced } from '../jobs/placing.ts'
import type { Member } from '../member.ts'
import type { SeatFacts } from '../readiness.ts'
import { type Introduction, isEnrolled } from '../roster/roster.ts'
import type { Seeds } from '../seeds.ts'
import type { NodeSettings } from '../settings.ts'
import { Seating } from './seating.ts'

/** Not an error: a node that was looking for a cluster, or opening what it has, is to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

export interface SeatsParts<M extends GroupMachine> {
  readonly settings: Pick<NodeSettings, 'join'>
  readonly logger: Logger
  readonly cluster: string
  readonly self: Introduction
  readonly directory: Directory
  /** All groups of its log are open, or one of them would be made a second time. */
  readonly member: Member<M>
  readonly client: Pick<MembersClient, 'join'>
  readonly seeds: Pick<Seeds, 'isNamesake'>
  /** Resolves when it is time to ask again; rejects with Stopped when the node is to stop. */
  pause(): Promise<void>
  onFatal(code: string, message: string): void
}

export class Seats<M extends GroupMachine> {
  readonly #parts: SeatsParts<M>
  /** The one that runs. */
  #seating: Seating | undefined
  #areConfirmed = false

  constructor(parts: SeatsParts<M>) {
    this.#parts = parts
  }

  facts(): SeatFacts {
    return { areConfirmed: this.#areConfirmed, missing: this.#seating?.missing ?? 0 }
  }

  /** Somebody spoke of this group, and it is not here. */
  onUnknownGroup(group: GroupId): void {
    // Who is in a group of a job says the wish, and nobody asks for a seat.
    if (isPlaced(group)) return
    this.take()
    this.#seating?.name(group)
  }

  take(): void {
    if (this.#seating !== undefined) return
    this.#areConfirmed = false
    const seating = this.#makeSeating()
    for (const group of this.#parts.member.seated.keys()) seating.name(group)
    this.#seating = seating
    void this.#run(seating)
  }

  async #run(seating: Seating): Promise<void> {
    const { logger, onFatal } = this.#parts
    try {
      await seating.run()
      this.#areConfirmed = true
      logger.log('info', 'every group has confirmed its replica here')
    } catch (error) {
      if (error instanceof WeirError) onFatal(error.code, bare(error))
      else if (!(error instanceof Stopped)) throw error
    } finally {
      this.#seating = undefined
    }
  }

  #makeSeating(): Seating {
    const { logger, self, cluster, member, client, seeds, pause } = this.#parts
    return new Seating({
      ...{ logger, self },
      isNamesake: address => seeds.isNamesake(address),
      addresses: () => this.#addresses(),
      join: address => client.join(address, { cluster, who: { ...self, replica: 0 } }),
      replicaHere: group => member.replicas.get(group)?.group.replica,
      leadsHere: group => this.#leadsHere(group),
      create: (group, replica) =>
        new Promise(resolve => {
          if (!member.isStopping) member.join(group, replica, resolve)
        }),
      tell: (group, places) => member.tell(group, places),
      pause: () => pause(),
    })
  }

  #leadsHere(group: GroupId): boolean {
    const { member, self } = this.#parts
    const replica = member.replicas.get(group)
    if (replica?.isLeader !== true) return false
    return isEnrolled(replica.roster.roster, self)?.replica === replica.group.replica
  }

  #addresses(): readonly string[] {
    const { settings, directory, self } = this.#parts
    const others = directory.others().flatMap(({ address }) => (isDialable(address) ? address : []))
    return [...new Set([...settings.join, ...others])].filter(one => one !== self.address)
  }
}
