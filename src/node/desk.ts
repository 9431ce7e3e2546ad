/**
 * What this node answers to nodes that ask who it is and whether they may join. It answers from the
 * first moment on, also while it looks for a cluster itself.
 */

import { type GroupId, nodeId, replicaId } from '../base/ids.ts'
import type { MembersDesk } from '../io/members/server.ts'
import type { GreetAnswer, JoinAnswer, JoinRequest, Place, Seat } from '../io/members/service.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { Directory } from './directory.ts'
import type { Replica } from './replica.ts'
import {
  type Enrolled,
  type Enrolment,
  type Introduction,
  isEnrolled,
  type Roster,
} from './roster/roster.ts'

export interface DeskMember {
  readonly cluster: string
  readonly replicas: ReadonlyMap<GroupId, Replica<GroupMachine>>
  readonly directory: Directory
}

export class Desk implements MembersDesk {
  /** Set when this node belongs to a cluster. */
  member: DeskMember | undefined
  /** What is said to whoever greets. */
  greeting: GreetAnswer

  constructor(greeting: GreetAnswer) {
    this.greeting = greeting
  }

  greet(): GreetAnswer {
    return { ...this.greeting, cluster: this.member?.cluster ?? '' }
  }

  join({ cluster, who }: JoinRequest, done: (answer: JoinAnswer) => void): void {
    if (this.member === undefined) {
      const message = 'this node does not belong to a cluster yet; ask again, or another'
      done({ code: 'no-cluster', message, groups: [] })
      return
    }
    if (this.member.cluster !== cluster) {
      const message = otherCluster(this.member.cluster, cluster)
      done({ code: 'wrong-cluster', message, groups: [] })
      return
    }
    this.member.directory.hear(introductionOf(who))
    const replicas = [...this.member.replicas.values()]
    const seats: Seat[] = []
    let refused: string | undefined
    let open = replicas.length
    const finish = () => done(answerOf(refused, seats))
    if (open === 0) finish()
    for (const replica of replicas) {
      seatOf(replica, introductionOf(who), (seat, code) => {
        seats.push(seat)
        refused ??= code
        open--
        if (open === 0) finish()
      })
    }
  }
}

const otherCluster = (ours: string, theirs: string) =>
  `this node belongs to cluster ${ours}, whoever asks to ${theirs}; correct --join there, or ` +
  'give that node an empty data folder if it is to change clusters'

const sentences: Readonly<Record<string, string>> = {
  'store-replaced':
    'the cluster has given up this data folder for a newer one of the same node; ' +
    'empty it, and let the node join as a new replica',
  'old-incarnation':
    'a later start of this data folder has joined: an old copy of it came back, or an old ' +
    'process still runs; stop it, and let the node join with an empty folder',
  'roster-full': 'the group has as many replicas as it can have; remove a node first',
}

function answerOf(refused: string | undefined, groups: readonly Seat[]): JoinAnswer {
  if (refused === undefined) return { code: '', message: '', groups }
  return { code: refused, message: sentences[refused] ?? refused, groups }
}

type SeatDone = (seat: Seat, refused?: string) => void

function seatOf(replica: Replica<GroupMachine>, who: Introduction, done: SeatDone): void {
  const { roster } = replica.roster
  const elsewhere = seat(replica, 0, roster)
  // Who founds a group must be its first replica: before that, nobody else is enrolled.
  if (!replica.isLeader || roster.replicas.length === 0) {
    done(elsewhere)
    return
  }
  const known = isEnrolled(roster, who)
  if (known !== undefined) {
    done(seat(replica, known.replica, roster))
    return
  }
  replica.enrol(who, enrolment => done(...seated(replica, enrolment)))
}

function seated(
  replica: Replica<GroupMachine>,
  enrolment: Enrolment | undefined,
): readonly [Seat, string?] {
  const { roster } = replica.roster
  if (enrolment === undefined) return [seat(replica, 0, roster)]
  if ('refused' in enrolment) return [seat(replica, 0, roster), enrolment.refused]
  return [seat(replica, enrolment.replica, roster)]
}

function seat(replica: Replica<GroupMachine>, given: number, { replicas }: Roster): Seat {
  const leader = replica.leaderAddress() ?? ''
  return { group: replica.id, replica: given, leader, places: replicas.map(placeOf) }
}

function placeOf({ replica, node, store, boot, address, http }: Enrolled): Place {
  return { replica, node, store, boot, address, http }
}

function introductionOf({ node, store, boot, address, http }: Place): Introduction {
  return { node: nodeId(node), store, boot, address, http }
}

export function enrolledFrom(place: Place): Enrolled {
  return { ...introductionOf(place), replica: replicaId(place.replica) }
}
