/**
 * Seats for a store that does not exist yet, on a node whose log was called old. Each group's
 * leader enrols it by an entry that a majority has taken while this node took part in nothing:
 * when all have done so, no group needs the old log. Nothing is made here; the node that opens
 * next asks for the very same seats, and is given them.
 */

import { type GroupId, groupId, type ReplicaId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import type { MembersClient } from '../../io/members/client.ts'
import type { Introduction } from '../roster/roster.ts'
import type { Seeds } from '../seeds.ts'
import { Seating } from './seating.ts'

export interface SeatAnewParts {
  readonly logger: Logger
  readonly cluster: string
  /** As the node will introduce itself once its new log is open, which was opened never yet. */
  readonly self: Omit<Introduction, 'boot' | 'opening'>
  /** Those that the old log holds: whatever else others name, none of these is to need it. */
  readonly groups: readonly number[]
  /** Addresses that were named by --join. */
  readonly join: readonly string[]
  readonly client: Pick<MembersClient, 'join'>
  readonly seeds: Pick<Seeds, 'isNamesake'>
  pause(): Promise<void>
}

/** Resolves when every group has given a seat, however long that takes. */
export async function seatAnew(parts: SeatAnewParts): Promise<void> {
  const { logger, cluster, groups, join, client, seeds, pause } = parts
  // The same words in each life of the process; any opening of that store is a later one.
  const self: Introduction = { ...parts.self, boot: 0, opening: parts.self.store }
  const given = new Map<GroupId, ReplicaId>()
  const places = new Set(join)
  const seating = new Seating({
    ...{ logger, self, pause },
    addresses: () => [...places].filter(one => one !== self.address),
    isNamesake: address => seeds.isNamesake(address),
    join: address => client.join(address, { cluster, who: { ...self, replica: 0 } }),
    replicaHere: group => given.get(group),
    leadsHere: () => false,
    create: (group, replica) => {
      given.set(group, replica)
      return Promise.resolve()
    },
    tell: (_group, told) => {
      for (const { node, address } of told) if (node !== self.node) places.add(address)
    },
  })
  for (const group of groups) seating.name(groupId(group))
  await seating.run()
}
