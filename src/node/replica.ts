/**
 * One group's replica on this node: the host's group, the roster beside the inner machine, and what
 * others are told of it.
 */

import type { Clock } from '../base/env.ts'
import type { GroupId, NodeId, ReplicaId } from '../base/ids.ts'
import type { Group } from '../raft/host/group.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { MembersWish } from '../raft/members/members.ts'
import { refusals } from '../raft/refusal.ts'
import type { PeerStatus, Status } from '../raft/status.ts'
import { NO_ONE } from '../raft/types.ts'
import type { Directory } from './directory.ts'
import type { Answer, GroupReport, MemberReport, PeerReport } from './face.ts'
import type { ProposeOutcome, ReadOutcome, ServedGroup } from './group.ts'
import { isPlaced, type Placing } from './jobs/placing.ts'
import type { ReplicaFacts } from './readiness.ts'
import { encodeDigest, encodeEnrol, encodeInner } from './roster/codec.ts'
import type { RosterMachine } from './roster/machine.ts'
import { VOTERS_MAX } from './roster/reconcile.ts'
import { type Enrolment, enrolledAs, type Introduction, newestOf } from './roster/roster.ts'

export interface ReplicaParts<M extends GroupMachine> {
  readonly node: NodeId
  readonly group: Group
  readonly roster: RosterMachine
  readonly machine: M
  readonly directory: Directory
  readonly clock: Clock
  readonly placing: Placing
}

/** What the host refuses by itself, besides the core. */
const hostRefusals: Readonly<Record<string, string>> = {
  replaced: 'another entry was committed in its place: it has not happened and never will',
  'too-many-proposals': 'too many proposals wait already; ask again',
  'too-much-unapplied': 'the state machine is too far behind; ask again',
  restoring: 'the state is still being loaded; ask again',
  closed: 'the node is stopping; ask another',
}

/** How often, and for how long, a transfer is looked at. */
const TRANSFER_LOOK_MS = 10
const TRANSFER_MS_MAX = 5000

const noReplica = (group: string, node: NodeId) =>
  `${group} has no replica on ${node}; GET /v1/raft/${group} names its members`

function refusalMessage(code: string): string {
  return hostRefusals[code] ?? refusals[code as keyof typeof refusals] ?? code
}

export class Replica<M extends GroupMachine> implements ServedGroup<M> {
  readonly id: GroupId
  readonly machine: M
  readonly roster: RosterMachine
  readonly group: Group
  /** A change of members is under way. */
  isChanging = false
  failed = 0
  readsFailed = 0
  #isCaughtUp = false
  #isAsking = false
  readonly #parts: ReplicaParts<M>

  constructor(parts: ReplicaParts<M>) {
    this.#parts = parts
    this.id = parts.group.id
    this.machine = parts.machine
    this.roster = parts.roster
    this.group = parts.group
  }

  /** For people. */
  get name(): string {
    return this.#parts.placing.nameOf(this.id)
  }

  get isLeader(): boolean {
    return this.group.raft.role === 'leader'
  }

  propose(data: Uint8Array, done: (outcome: ProposeOutcome) => void): void {
    this.#propose(encodeInner(data), done)
  }

  read(done: (outcome: ReadOutcome) => void): void {
    this.group.read(outcome => {
      if (outcome.kind !== 'ready') this.readsFailed++
      if (outcome.kind !== 'refused') done(outcome)
      else done({ ...outcome, message: refusalMessage(outcome.code) })
    })
  }

  leaderAddress(): string | undefined {
    const leader = this.leaderNode()
    if (leader === undefined || leader === this.#parts.node) return undefined
    return this.#parts.directory.find(leader)?.address
  }

  leaderNode(): NodeId | undefined {
    const { leader } = this.group.raft
    return leader === NO_ONE ? undefined : this.nodeOf(leader)
  }

  nodeOf(replica: ReplicaId): NodeId | undefined {
    if (replica === this.group.replica) return this.#parts.node
    if (this.#isPlaced) return this.#parts.placing.nodeOf(replica)
    return enrolledAs(this.roster.roster, replica)?.node
  }

  enrol(who: Introduction, done: (enrolment: Enrolment | undefined) => void): void {
    this.#propose(encodeEnrol(who), outcome => {
      done(outcome.kind === 'applied' ? (outcome.result as Enrolment) : undefined)
    })
  }

  changeMembers(wish: MembersWish, membersIndex: number): void {
    this.isChanging = true
    this.group.changeMembers(wish, membersIndex, () => {
      this.isChanging = false
    })
  }

  askFingerprint(done: (answer: Answer<{ index: number }>) => void): void {
    this.#propose(encodeDigest(), outcome => {
      if (outcome.kind === 'applied') done({ index: outcome.index })
      else if (outcome.kind === 'refused') done({ refused: outcome.code, message: outcome.message })
      else done({ refused: 'not-leader', message: 'the leader changed meanwhile; ask again' })
    })
  }

  transfer(to: NodeId, done: (answer: Answer<{ leader: NodeId }>) => void): void {
    const replica = this.#isPlaced
      ? this.#parts.placing.replicaOn(this.id, to)
      : newestOf(this.roster.roster).get(to)?.replica
    if (replica === undefined) {
      done({ refused: 'unknown-node', message: noReplica(this.name, to) })
      return
    }
    if (replica === this.group.replica && this.isLeader) {
      done({ leader: to })
      return
    }
    const refused = this.group.transfer(replica)
    if (refused === undefined) this.#awaitLeader(to, replica, done)
    else done({ refused: refused.refused, message: refusalMessage(refused.refused) })
  }

  /** Finds out whether all that is committed now is applied here; asks once at a time. */
  maybeCatchUp(): void {
    if (this.#isCaughtUp || this.#isAsking) return
    this.#isAsking = true
    this.group.read(({ kind }) => {
      this.#isAsking = false
      this.#isCaughtUp = kind === 'ready'
    })
  }

  readiness(): ReplicaFacts {
    const { members, membersIndex, commit } = this.group.raft.log
    const { voters, outgoing, learners } = members
    const self = this.group.replica
    return {
      knowsLeader: this.leaderNode() !== undefined,
      // Members count as soon as they stand in a log; those before them, until that is committed.
      votes: voters.includes(self) && outgoing.length === 0 && membersIndex <= commit,
      isSpare: learners.includes(self) && voters.length >= VOTERS_MAX,
      isCaughtUp: this.#isCaughtUp,
    }
  }

  report(): GroupReport {
    const status = this.group.raft.status()
    return {
      group: this.name,
      id: this.id,
      node: this.#parts.node,
      replica: this.group.replica,
      role: status.role,
      leader: this.leaderNode() ?? null,
      term: status.term,
      commit: status.commit,
      applied: status.applied,
      last: status.lastIndex,
      members: this.#members(status),
      peers: status.peers.map(peer => this.#peer(peer)),
      snapshot: status.image,
      stats: this.group.stats(),
    }
  }

  get #isPlaced(): boolean {
    return isPlaced(this.id)
  }

  #propose(data: Uint8Array, done: (outcome: ProposeOutcome) => void): void {
    this.group.propose(this.group.raft.term, data, outcome => {
      if (outcome.kind !== 'applied') this.failed++
      if (outcome.kind !== 'refused') done(outcome)
      else done({ ...outcome, message: refusalMessage(outcome.code) })
    })
  }

  #awaitLeader(
    to: NodeId,
    replica: ReplicaId,
    done: (answer: Answer<{ leader: NodeId }>) => void,
  ): void {
    const { clock } = this.#parts
    const endMs = clock.monotonicMs() + TRANSFER_MS_MAX
    const look = () => {
      if (this.group.raft.leader === replica) done({ leader: to })
      else if (clock.monotonicMs() < endMs) clock.after(TRANSFER_LOOK_MS, look)
      else done({ refused: 'took-too-long', message: `${to} did not take over in time; ask again` })
    }
    look()
  }

  #members({ members }: Status): readonly MemberReport[] {
    const of = (ids: readonly ReplicaId[], kind: MemberReport['kind']) =>
      ids.map(replica => ({ replica, ...this.#node(replica), kind }))
    const leaving = members.outgoing.filter(id => !members.voters.includes(id))
    return [
      ...of(members.voters, 'voter'),
      ...of(leaving, 'outgoing'),
      ...of(
        members.learners.filter(id => !leaving.includes(id)),
        'learner',
      ),
    ]
  }

  #peer(peer: PeerStatus): PeerReport {
    const { id, match, next, state, inflightEntries: inflight } = peer
    return { ...this.#node(id), replica: id, match, next, inflight, state }
  }

  #node(replica: ReplicaId): { readonly node?: NodeId } {
    const node = this.nodeOf(replica)
    return node === undefined ? {} : { node }
  }
}
