/**
 * `meta` on one node: its leader proposes what should be wished next, one thing at a time, and
 * every node carries out what the wish means for itself.
 */

import type { Clock } from '../../base/env.ts'
import type { NodeId } from '../../base/ids.ts'
import { encodeMetaCommand } from '../../meta/command-codec.ts'
import type { MetaMachine } from '../../meta/machine.ts'
import { groupIn, jobIn, type MetaState } from '../../meta/state.ts'
import type { Replica } from '../replica.ts'
import { nextMetaCommand } from './duty.ts'
import { hostingDuties } from './hosting.ts'
import type { JobHost } from './job-host.ts'

export interface KeeperParts {
  readonly clock: Clock
  readonly self: { readonly node: NodeId; readonly store: string }
  /** A connection reaches it now. */
  isLiving(node: NodeId): boolean
  /** undefined: nothing runs groups of jobs here. */
  readonly jobs: JobHost | undefined
}

type MetaReplica = Pick<Replica<MetaMachine>, 'group' | 'machine' | 'roster' | 'isLeader'> & {
  readonly propose: Replica<MetaMachine>['propose']
  readonly read: Replica<MetaMachine>['read']
}

export class MetaKeeper {
  readonly #parts: KeeperParts
  /** When each node was seen last; before the first look, it is taken to have been seen then. */
  readonly #seenMs = new Map<NodeId, number>()
  #isProposing = false
  #isAsking = false
  /** Since this start the state held all that had been committed. */
  #isCurrent = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** Now and then, with the replica of `meta` that is here. */
  look(replica: MetaReplica): void {
    const { state } = replica.machine
    this.#see(state)
    if (!this.#isCurrent) this.#ask(replica)
    if (this.#mayPropose(replica)) this.#propose(replica)
    if (this.#parts.jobs !== undefined) this.#host(state, this.#parts.jobs)
  }

  #see({ nodes }: MetaState): void {
    const { clock, isLiving, self } = this.#parts
    const nowMs = clock.monotonicMs()
    for (const { id } of nodes) {
      const isHere = id === self.node || isLiving(id) || !this.#seenMs.has(id)
      if (isHere) this.#seenMs.set(id, nowMs)
    }
  }

  #ask(replica: MetaReplica): void {
    if (this.#isAsking) return
    this.#isAsking = true
    replica.read(({ kind }) => {
      this.#isAsking = false
      this.#isCurrent ||= kind === 'ready'
    })
  }

  /** A leader that has applied nothing of its own term may not know all that was said before it. */
  #mayPropose({ isLeader, machine, group }: MetaReplica): boolean {
    return isLeader && !this.#isProposing && machine.appliedTerm === group.raft.term
  }

  #propose(replica: MetaReplica): void {
    const { clock } = this.#parts
    const command = nextMetaCommand({
      roster: replica.roster.roster,
      state: replica.machine.state,
      nowMs: clock.wallMs(),
      unseenMs: node => this.#unseenMs(node),
    })
    if (command === undefined) return
    this.#isProposing = true
    replica.propose(encodeMetaCommand(command), () => {
      this.#isProposing = false
    })
  }

  #unseenMs(node: NodeId): number {
    const nowMs = this.#parts.clock.monotonicMs()
    return nowMs - (this.#seenMs.get(node) ?? nowMs)
  }

  #host(state: MetaState, jobs: JobHost): void {
    const { self } = this.#parts
    const facts = { state, self, hosted: jobs.hosted(), isCurrent: this.#isCurrent }
    for (const duty of hostingDuties(facts)) {
      if (duty.kind === 'retire') jobs.retire(duty.group, duty.replica)
      if (duty.kind !== 'create') continue
      const group = groupIn(state, duty.group)
      const job = group && jobIn(state, group.job)
      if (group === undefined || job === undefined) continue
      jobs.start({ job, group, replica: duty.replica, voters: duty.voters })
    }
  }
}
