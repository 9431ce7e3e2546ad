/**
 * Takes this node's seats, whenever it may lack one: at its start, and when somebody speaks of a
 * group that is not here. At most one seating runs at a time, until every group has confirmed this
 * node's replica.
 */

import { WeirError } from '../../base/errors.ts'
import type { Logger } from '../../base/log.ts'
import type { MembersClient } from '../../io/members/client.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import { isDialable } from '../address.ts'
import type { Directory } from '../directory.ts'
import type { Member } from '../member.ts'
import type { Introduction } from '../roster/roster.ts'
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
  readonly client: MembersClient
  readonly seeds: Seeds
  /** Resolves when it is time to ask again; rejects with Stopped when the node is to stop. */
  pause(): Promise<void>
  onFatal(code: string, message: string): void
}

export class Seats<M extends GroupMachine> {
  readonly #parts: SeatsParts<M>
  #seating: Seating | undefined
  #isSeating = false

  constructor(parts: SeatsParts<M>) {
    this.#parts = parts
  }

  /** Groups that were named and of which there is no replica here yet. */
  get missing(): number {
    return this.#seating?.missing ?? 0
  }

  maybeTake(): void {
    if (this.#isSeating) return
    this.#isSeating = true
    this.#seating = this.#makeSeating()
    void this.#take(this.#seating)
  }

  async #take(seating: Seating): Promise<void> {
    const { logger, onFatal } = this.#parts
    try {
      await seating.run()
      logger.log('info', 'every group has confirmed its replica here')
    } catch (error) {
      if (error instanceof WeirError) onFatal(error.code, bare(error))
      else if (!(error instanceof Stopped)) throw error
    } finally {
      this.#isSeating = false
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
      leadsHere: group => member.replicas.get(group)?.isLeader === true,
      create: (group, replica) =>
        new Promise(resolve => {
          if (!member.isStopping) member.join(group, replica, resolve)
        }),
      tell: (group, places) => member.tell(group, places),
      pause: () => pause(),
    })
  }

  #addresses(): readonly string[] {
    const { settings, directory, self } = this.#parts
    const others = directory.others().flatMap(({ address }) => (isDialable(address) ? address : []))
    return [...new Set([...settings.join, ...others])].filter(one => one !== self.address)
  }
}

/** A WeirError says its code itself. */
export function bare({ code, message }: { readonly code: string; readonly message: string }) {
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message
}
