/**
 * The groups of jobs on this node: begun, opened again, given their place and retired as the wish
 * has it, each with a body that runs it. What it found in its log it opens when the wish, as far as
 * it is known here, says what that is: a group's job, stage and number never change.
 */

import type { GroupId, ReplicaId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import { groupIn, jobIn, type MetaGroup, type MetaState } from '../../meta/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import type { Member } from '../member.ts'
import type { Hosted } from '../meta/hosting.ts'
import type { Hosting, JobHost } from '../meta/job-host.ts'
import type { Replica } from '../replica.ts'
import { encodeInner } from '../roster/codec.ts'
import type { JobBodies, JobBody, JobGroupFacts, JobReplica } from './body.ts'
import { isPlaced } from './placing.ts'

/** What it asks of the member that carries its replicas. */
export type Carrier = Pick<
  Member<GroupMachine>,
  'replicas' | 'unopened' | 'isStopping' | 'begin' | 'openPlaced' | 'retire'
>

export interface JobsHostParts {
  readonly bodies: JobBodies
  readonly logger: Logger
  member(): Carrier | undefined
}

export class JobsHost implements JobHost {
  readonly #parts: JobsHostParts
  readonly #bodies = new Map<GroupId, JobBody>()
  /** What they are, as their names say it. */
  readonly #names = new Map<GroupId, Pick<MetaGroup, 'job' | 'stage' | 'index'>>()
  /** Being begun, with its replica. */
  readonly #beginning = new Map<GroupId, ReplicaId>()
  readonly #retiring = new Map<GroupId, ReplicaId>()

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

  start({ job, group, replica, voters }: Hosting): void {
    const member = this.#parts.member()
    if (member === undefined || member.isStopping) return
    this.#parts.logger.log('info', 'beginning a group of a job', { group: group.id, replica })
    this.#beginning.set(group.id, replica)
    this.#make({ job, group })
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
      this.#make({ job, group })
      member.openPlaced(id)
      this.#take(id)
    }
    this.#parts.bodies.onMeta(state, isLead)
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

  #make(hosting: Pick<Hosting, 'job' | 'group'>): void {
    const { id } = hosting.group
    this.#names.set(id, hosting.group)
    this.#bodies.set(id, this.#parts.bodies.make(hosting))
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
