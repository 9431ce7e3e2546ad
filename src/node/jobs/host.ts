/**
 * The groups of jobs on this node: begun, opened again, given their place and retired as the wish
 * has it, each with a body that runs it. What it found in its log it opens when the wish, as far as
 * it is known here, says what that is: a group's job, stage and number never change. A job that
 * this node cannot run, having no log or not understanding it, waits, and says why: the others of
 * its groups go on without this one.
 */

import type { Clock } from '../../base/env.ts'
import { bare, WeirError } from '../../base/errors.ts'
import type { GroupId, ReplicaId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import { groupIn, jobIn, type MetaState, nameOfGroup } from '../../meta/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import type { Member } from '../member.ts'
import type { Hosted } from '../meta/hosting.ts'
import type { Hosting, JobHost } from '../meta/job-host.ts'
import type { Replica } from '../replica.ts'
import { encodeInner } from '../roster/codec.ts'
import type { JobBodies, JobBody, JobGroupFacts, JobReplica, Trouble } from './body.ts'
import { isPlaced } from './placing.ts'

/** What it asks of the member that carries its replicas. */
export type Carrier = Pick<
  Member<GroupMachine>,
  'replicas' | 'unopened' | 'isStopping' | 'begin' | 'openPlaced' | 'retire'
>

/** What could not be made is tried again so much later: the job may say something else by then. */
export const WAIT_MS = 10_000
/** Bodies are told what changes; should something be missed, they look each so many times. */
const LOOKS_EACH = 4

export interface JobsHostParts {
  readonly clock: Clock
  readonly bodies: JobBodies
  readonly logger: Logger
  member(): Carrier | undefined
}

interface Waiting extends Trouble {
  readonly job: string
  readonly sinceMs: number
}

export class JobsHost implements JobHost {
  readonly #parts: JobsHostParts
  readonly #bodies = new Map<GroupId, JobBody>()
  /** Being begun, with its replica. */
  readonly #beginning = new Map<GroupId, ReplicaId>()
  readonly #retiring = new Map<GroupId, ReplicaId>()
  /** Groups without a body that should have one: why. */
  readonly #waiting = new Map<GroupId, Waiting>()
  #looks = 0

  constructor(parts: JobsHostParts) {
    this.#parts = parts
  }

  get facts(): ReadonlyMap<GroupId, JobGroupFacts> {
    return new Map([...this.#bodies].map(([group, body]) => [group, body.facts()]))
  }

  hosted(): ReadonlyMap<GroupId, Hosted> {
    const member = this.#parts.member()
    const sure = [...(member?.unopened ?? []), ...this.#beginning, ...this.#retiring]
    const all = new Map(sure.map(([group, replica]) => [group, { replica, isMember: true }]))
    for (const [group, { group: raft }] of member?.replicas ?? []) {
      if (!isPlaced(group)) continue
      const { voters, outgoing, learners } = raft.raft.log.members
      const isMember = [...voters, ...outgoing, ...learners].includes(raft.replica)
      all.set(group, { replica: raft.replica, isMember })
    }
    return all
  }

  /** Why groups of the job that should be here do not run here, each reason once. */
  troublesOf(job: string): readonly Trouble[] {
    const own = [...this.#waiting.values()].filter(one => one.job === job)
    const told = own.map(({ code, message }) => ({ code, message }))
    return [...new Map(told.map(one => [`${one.code} ${one.message}`, one])).values()]
  }

  start({ job, group, replica, voters }: Hosting): void {
    const member = this.#parts.member()
    if (member === undefined || member.isStopping || !this.#maybeMake({ job, group })) return
    this.#parts.logger.log('info', 'beginning a group of a job', { group: group.id, replica })
    this.#beginning.set(group.id, replica)
    member.begin(group.id, replica, voters, () => {
      this.#beginning.delete(group.id)
      this.#take(group.id)
    })
  }

  retire(group: GroupId, replica: ReplicaId): void {
    const member = this.#parts.member()
    const isBusy = this.#beginning.has(group) || this.#retiring.has(group)
    if (member === undefined || member.isStopping || isBusy) return
    this.#parts.logger.log('info', 'retiring a replica of a job', { group, replica })
    this.#retiring.set(group, replica)
    this.#bodies.get(group)?.close()
    this.#bodies.delete(group)
    member.retire(group, () => this.#retiring.delete(group))
  }

  /** As often as leaders look at their groups. */
  look(state: MetaState, isLead: boolean): void {
    const member = this.#parts.member()
    if (member === undefined || member.isStopping) return
    for (const id of [...member.unopened.keys()]) {
      const group = groupIn(state, id)
      const job = group && jobIn(state, group.job)
      if (group === undefined || job === undefined) continue
      if (!this.#maybeMake({ job, group })) continue
      member.openPlaced(id)
      this.#take(id)
    }
    for (const id of this.#waiting.keys()) {
      if (groupIn(state, id) === undefined) this.#waiting.delete(id)
    }
    this.#parts.bodies.onMeta(state, isLead)
    if (this.#looks++ % LOOKS_EACH > 0) return
    for (const body of this.#bodies.values()) body.onChanged()
  }

  /** Streams to a group that is led elsewhere are to go there at once. */
  onLeader(group: GroupId): void {
    if (!isPlaced(group)) return
    this.#bodies.get(group)?.onChanged()
    this.#parts.bodies.onLeader(group)
  }

  /** Made before its replica is: that one asks for it. */
  machineOf(group: GroupId): GroupMachine | undefined {
    return this.#bodies.get(group)?.machine
  }

  /** Of the groups that are led here, those that nobody has called founded yet. */
  founded(state: MetaState): readonly GroupId[] {
    const replicas = this.#parts.member()?.replicas
    return state.groups.flatMap(({ id, founding }) => {
      const replica = founding.length > 0 ? replicas?.get(id) : undefined
      return replica !== undefined && leadsSurely(replica) ? [id] : []
    })
  }

  close(): void {
    for (const body of this.#bodies.values()) body.close()
    this.#parts.bodies.close()
  }

  /** false: it cannot be made here, for now; told once, and again when the reason is another. */
  #maybeMake(hosting: Pick<Hosting, 'job' | 'group'>): boolean {
    const { clock, bodies } = this.#parts
    const { id } = hosting.group
    const waits = this.#waiting.get(id)
    if (waits !== undefined && clock.monotonicMs() - waits.sinceMs < WAIT_MS) return false
    try {
      this.#bodies.set(id, bodies.make(hosting))
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#wait(hosting, error)
      return false
    }
    this.#waiting.delete(id)
    return true
  }

  #wait({ job, group }: Pick<Hosting, 'job' | 'group'>, { code, message }: WeirError): void {
    const { clock, logger } = this.#parts
    const known = this.#waiting.get(group.id)
    const trouble = { code, message: bare({ code, message }), job: job.name }
    this.#waiting.set(group.id, { ...trouble, sinceMs: clock.monotonicMs() })
    if (known?.code === code && known.message === trouble.message) return
    const facts = { group: nameOfGroup(group), code, why: trouble.message }
    logger.log('warn', 'a group of a job waits', facts)
  }

  #take(group: GroupId): void {
    const replica = this.#parts.member()?.replicas.get(group)
    const body = this.#bodies.get(group)
    if (replica !== undefined) body?.take(doorOf(replica))
  }
}

/** It has applied an entry of its own term: a majority has elected it, and follows it. */
function leadsSurely({ group: { raft } }: Replica<GroupMachine>): boolean {
  const { term, log, role } = raft
  return role === 'leader' && log.applied > 0 && log.term(log.applied) === term
}

function doorOf({ group }: Replica<GroupMachine>): JobReplica {
  return {
    leads: () => (group.raft.role === 'leader' ? group.raft.term : 0),
    propose: (term, data, done) => group.propose(term, encodeInner(data), () => done()),
    read: done => group.read(({ kind }) => done(kind === 'ready')),
  }
}
