/**
 * What all groups of one process share: its door to the log, and that to the streams, which are
 * served by whichever replica here sends on the channel. Who leads what, it hears a little late.
 */

import type { Clock, Transport } from '../../../src/base/env.ts'
import type { Opening } from '../../../src/engine/exchange/talk.ts'
import { type Look, Serving } from '../../../src/group/feed/serving.ts'
import type { StageRef } from '../../../src/group/wiring.ts'
import type { Budget } from '../../../src/journal/budget.ts'
import type { SimLogClient } from '../world/log/client.ts'
import type { Job } from './job.ts'
import { CLUSTER } from './names.ts'
import type { Replica } from './replica.ts'

export interface NodeParts {
  readonly job: Job
  readonly clock: Clock
  readonly client: SimLogClient
  readonly budget: Budget
  readonly transport: Transport<string>
}

export class ClusterNode {
  readonly client: SimLogClient
  readonly budget: Budget
  readonly transport: Transport<string>
  readonly #job: Job
  /** By group. */
  readonly #replicas = new Map<number, Replica>()
  readonly #known = new Map<number, string>()

  constructor({ job, clock, client, budget, transport }: NodeParts) {
    this.client = client
    this.budget = budget
    this.transport = transport
    this.#job = job
    new Serving({ clock, transport, look: opening => this.#look(opening) })
  }

  attend(replica: Replica): void {
    this.#replicas.set(replica.group, replica)
  }

  leave(replica: Replica): void {
    this.#replicas.delete(replica.group)
  }

  addressOf(ref: StageRef): string | undefined {
    return this.#known.get(this.#job.groupAt(ref))
  }

  /** Who leads the group, as is heard here. */
  hear(group: number, address: string): void {
    if (this.#known.get(group) === address) return
    this.#known.set(group, address)
    for (const { work } of this.#replicas.values()) work.onMoved(this.#job.refOf(group))
  }

  #look(opening: Opening): Look {
    const way = this.#job.wiring.way(opening.channel)
    const replica = way && this.#replicas.get(this.#job.groupAt(way.by))
    if (replica !== undefined) return replica.work.look(opening)
    const known = { cluster: CLUSTER, generation: undefined, groups: undefined }
    return { ...known, isSender: false, place: undefined }
  }
}
