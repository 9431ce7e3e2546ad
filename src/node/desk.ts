/**
 * What this node answers to nodes that ask who it is and whether they may join. It answers from the
 * first moment on, also while it looks for a cluster itself.
 */

import { type GroupId, replicaId } from '../base/ids.ts'
import type { MembersDesk } from '../io/members/server.ts'
import type {
  GreetAnswer,
  JoinAnswer,
  JoinRequest,
  Place,
  Seat,
  WishAnswer,
  WishRequest,
} from '../io/members/service.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { Links } from '../raft/links/links.ts'
import type { Directory } from './directory.ts'
import {
  clipped,
  enrolmentRefusal,
  type IntroductionAnswer,
  introductionOf,
  judgeIntroduction,
  judgeNamesake,
  type Namesake,
} from './introduction.ts'
import type { MetaLine } from './meta/line.ts'
import type { Replica } from './replica.ts'
import {
  type Enrolled,
  type Enrolment,
  type EnrolmentRefusal,
  type Introduction,
  isEnrolled,
  type Roster,
} from './roster/roster.ts'

export interface DeskMember {
  readonly cluster: string
  readonly replicas: ReadonlyMap<GroupId, Replica<GroupMachine>>
  readonly directory: Directory
  readonly self: Introduction
  readonly links: Pick<Links, 'living'>
  /** Missing: it holds no wish. */
  readonly line: MetaLine | undefined
}

/** Nobody who may join, as it calls itself. */
export type OnJoinRefused = (name: string, code: string, message: string) => void

export class Desk implements MembersDesk {
  /** Set when this node belongs to a cluster. */
  member: DeskMember | undefined
  /**
   * What is said to whoever greets. It names the cluster as soon as that is known, if only as the
   * one that it was of, long before this node can let anybody join: whoever were told of none might
   * found a second one.
   */
  greeting: GreetAnswer

  readonly #onRefused: OnJoinRefused
  readonly #refused = new Map<string, number>()

  constructor(greeting: GreetAnswer, onRefused: OnJoinRefused) {
    this.greeting = greeting
    this.#onRefused = onRefused
  }

  /** How often nobody was let in, by code; codes are all our own. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused
  }

  greet(): GreetAnswer {
    if (this.member === undefined) return this.greeting
    return { ...this.greeting, cluster: this.member.cluster, formerly: '' }
  }

  join(
    request: JoinRequest,
    names: readonly string[] | undefined,
    done: (answer: JoinAnswer) => void,
  ): void {
    const { member } = this
    if (member === undefined) {
      const message = 'this node is not open, or in no cluster yet; ask again, or another'
      done({ code: 'no-cluster', message, groups: [] })
      return
    }
    const { who, refusal } = judgeJoin(request, names, member)
    const name = request.who?.node ?? ''
    if (refusal === undefined) this.#seat(member, who, answer => this.#answer(name, answer, done))
    else this.#answer(name, { ...refusal, groups: [] }, done)
  }

  wish({ cluster, command }: WishRequest, done: (answer: WishAnswer) => void): void {
    const { member } = this
    if (member?.line === undefined || member.cluster !== cluster) {
      done({
        code: 'not-leader',
        message: 'this node does not lead the meta group of that cluster',
      })
    } else member.line.obey(command, done)
  }

  #seat(member: DeskMember, who: Introduction, done: (answer: JoinAnswer) => void): void {
    member.directory.hear(who)
    const replicas = [...member.replicas.values()]
    const seats: Seat[] = []
    let refused: EnrolmentRefusal | undefined
    let open = replicas.length
    const finish = () => done(answerOf(refused, seats))
    if (open === 0) finish()
    for (const replica of replicas) {
      seatOf(replica, who, (seat, code) => {
        seats.push(seat)
        refused ??= code
        open--
        if (open === 0) finish()
      })
    }
  }

  #answer(name: string, answer: JoinAnswer, done: (answer: JoinAnswer) => void): void {
    const { code, message } = answer
    if (code !== '') {
      this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1)
      this.#onRefused(clipped(name), code, message)
    }
    done(answer)
  }
}

function judgeJoin(
  { cluster, who: place }: JoinRequest,
  names: readonly string[] | undefined,
  member: DeskMember,
): IntroductionAnswer {
  if (member.cluster !== cluster) {
    const message = otherCluster(member.cluster, cluster)
    return { refusal: { code: 'wrong-cluster', message } }
  }
  const judged = judgeIntroduction(place, names)
  if (judged.refusal !== undefined) return judged
  const refusal = judgeNamesake(judged.who, living(judged.who, member))
  return refusal === undefined ? judged : { refusal }
}

/** A node of this name that runs, as far as is known here. */
function living(who: Introduction, member: DeskMember): Namesake | undefined {
  const { node, store: theirs } = who
  const { self, directory, replicas, links } = member
  if (node === self.node) return self
  // An old folder that came back is told what it is.
  const isReplaced = [...replicas.values()].some(one => one.roster.roster.replaced.includes(theirs))
  if (isReplaced) return undefined
  const life = links.living(node)
  const address = directory.find(node)?.address ?? 'an address that is not known here'
  return life && { ...life, address }
}

const otherCluster = (ours: string, theirs: string) =>
  `this node belongs to cluster ${ours}, whoever asks to ${clipped(theirs)}; correct --join ` +
  'there, or give that node an empty data folder if it is to change clusters'

function answerOf(refused: EnrolmentRefusal | undefined, groups: readonly Seat[]): JoinAnswer {
  if (refused === undefined) return { code: '', message: '', groups }
  return { code: refused, message: enrolmentRefusal(refused), groups }
}

type SeatDone = (seat: Seat, refused?: EnrolmentRefusal) => void

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
): readonly [Seat, EnrolmentRefusal?] {
  const { roster } = replica.roster
  if (enrolment === undefined) return [seat(replica, 0, roster)]
  if ('refused' in enrolment) return [seat(replica, 0, roster), enrolment.refused]
  return [seat(replica, enrolment.replica, roster)]
}

function seat(replica: Replica<GroupMachine>, given: number, { replicas }: Roster): Seat {
  const leader = replica.leaderAddress() ?? ''
  return { group: replica.id, replica: given, leader, places: replicas.map(placeOf) }
}

function placeOf({ replica, node, store, boot, opening, address, http }: Enrolled): Place {
  return { replica, node, store, boot, opening, address, http }
}

export function enrolledFrom(place: Place): Enrolled {
  return { ...introductionOf(place), replica: replicaId(place.replica) }
}
