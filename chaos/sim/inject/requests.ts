/** Requests that a host should not make. The core must say what is wrong, and go on. */

import { replicaId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { Proposed } from '../../../src/raft/leading/propose.ts'
import type { MembersWish } from '../../../src/raft/members/members.ts'
import type { Raft } from '../../../src/raft/raft.ts'
import type { Refusal, RefusalCode } from '../../../src/raft/refusal.ts'
import { isRefusal } from '../../../src/raft/refusal.ts'
import { aimedAt, type Injection, over } from './injection.ts'

interface Request {
  readonly expected: readonly RefusalCode[]
  make(raft: Raft): Proposed | Refusal | undefined
}

const STRANGER = replicaId(1_000_000)
const someData = new Uint8Array(3)
/** What a leader may say first to any change of members. */
const busy = ['transferring', 'not-ready', 'change-pending'] as const

function wishOf({ log }: Raft, more: Partial<MembersWish>): MembersWish {
  const { voters, learners } = log.members
  return { voters, learners, ...more }
}

const toLeader: readonly Request[] = [
  { expected: ['not-a-voter'], make: raft => raft.transfer(STRANGER) },
  {
    expected: ['wrong-term'],
    make: raft => raft.propose(raft.status().term + 1, someData),
  },
  {
    expected: ['wrong-term'],
    make: raft => raft.propose(raft.status().term - 1, someData),
  },
  {
    expected: ['members-invalid', ...busy],
    make: raft => raft.changeMembers(wishOf(raft, { voters: [] }), raft.log.membersIndex),
  },
  {
    expected: ['members-invalid', ...busy],
    make: raft => {
      const learners = raft.log.members.voters
      return raft.changeMembers(wishOf(raft, { learners }), raft.log.membersIndex)
    },
  },
  {
    expected: ['members-moved', ...busy],
    make: raft => raft.changeMembers(wishOf(raft, {}), raft.log.membersIndex + 1),
  },
  {
    expected: ['members-moved', ...busy],
    make: raft => raft.changeMembers(wishOf(raft, {}), raft.log.membersIndex - 1),
  },
  {
    expected: ['learner-behind', ...busy],
    make: raft => {
      const voters = [...raft.log.members.voters, STRANGER]
      return raft.changeMembers(wishOf(raft, { voters }), raft.log.membersIndex)
    },
  },
]

const toOthers: readonly Request[] = [
  { expected: ['not-leader'], make: raft => raft.transfer(STRANGER) },
  { expected: ['not-leader'], make: raft => raft.propose(raft.status().term, someData) },
  {
    expected: ['not-leader'],
    make: raft => raft.changeMembers(wishOf(raft, {}), raft.log.membersIndex),
  },
]

const toAnybody: readonly Request[] = [
  {
    expected: ['not-applied'],
    make: raft => raft.imageTaken({ ...raft.log.image, index: raft.log.applied + 1 }),
  },
  {
    expected: ['not-applied'],
    make: raft => raft.askChain(raft.log.applied - 1),
  },
]

const badRequest: Injection = (world, fault) => {
  const process = aimedAt(world, fault.who)?.process
  if (process === undefined || process.life.isPaused) return 'missed'
  const leads = process.status().role === 'leader'
  const request = new Prng(fault.salt).pick([...(leads ? toLeader : toOthers), ...toAnybody])
  const answer = process.ask(raft => request.make(raft))
  const said = isRefusal(answer) ? answer.refused : undefined
  world.onBadInput({ kind: fault.kind, expected: request.expected, said })
  return over
}

export const requestInjections = { 'bad-request': badRequest } as const
