/**
 * Whatever somebody else gets wrong is refused with its code and counted; the group goes on, and
 * no acknowledged write is lost. What is malformed field by field stands in validate.test.ts.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replicaId } from '../base/ids.ts'
import type { Proposed } from './leading/propose.ts'
import type { MembersWish } from './members/members.ts'
import type { Message, MessageType } from './messages.ts'
import { messageTypes } from './messages.ts'
import { CHAINS_ASKED_MAX } from './options.ts'
import type { Raft } from './raft.ts'
import type { Refusal, RefusalCode } from './refusal.ts'
import type { Status } from './status.ts'
import { Bench, ids } from './testing/bench.ts'
import { letters } from './testing/letters.ts'

const LIMITS = { entryBytesMax: 100, uncommittedBytesMax: 200, termJumpMax: 1000, promoteLagMax: 0 }

let bench: Bench
let acknowledged: string

/** 1 leads, 2 and 3 vote, 4 learns, 5 was removed, 6 is unknown. */
beforeEach(() => {
  bench = new Bench({ voters: [1, 2, 3, 5], joiners: [4], limits: LIMITS })
  bench.elect(1)
  bench.change(1, [1, 2, 3], [4])
  bench.settle()
  bench.pass(300)
  const { index, term } = bench.write(1, 'acknowledged')
  acknowledged = `${index} ${term} data acknowledged`
  bench.pass(300)
})

/** The proof that nobody was hurt: the group commits, everybody has all that was acknowledged. */
afterEach(() => {
  bench.heal()
  bench.pass(6000)
  expect(bench.leader).toBeGreaterThan(0)
  const { index } = bench.write(bench.leader, 'afterwards')
  bench.pass(300)
  expect(bench.status(bench.leader).commit).toBeGreaterThanOrEqual(index)
  for (const id of [1, 2, 3, 4]) {
    expect(bench.replica(id).lines, `replica ${id}`).toContain(acknowledged)
    expect(bench.replica(id).lines.at(-1), `replica ${id}`).toContain('afterwards')
  }
})

function raft(id: number): Raft {
  return bench.replica(id).raft
}

/** Refused with this code, counted once, and nothing moved. */
function expectRefused(id: number, code: RefusalCode, act: () => object | undefined): void {
  const before = still(bench.status(id))
  const count = raft(id).counters.refused[code]
  expect(act()).toMatchObject({ refused: code })
  expect(raft(id).counters.refused[code]).toBe(count + 1)
  expect(still(bench.status(id))).toEqual(before)
}

function still({ role, term, vote, leader, commit, lastIndex, membersIndex }: Status): object {
  return { role, term, vote, leader, commit, lastIndex, membersIndex }
}

function letter(type: MessageType, from: number, to: number, termMore = 0): Message {
  const index = raft(to).log.lastIndex
  return letters({ from, to, term: raft(to).term + termMore, index })[type]
}

describe('a malformed message', () => {
  it.each(messageTypes)('of type %s is refused by everybody', type => {
    for (const to of [1, 2, 4]) {
      for (const wrong of [{ term: -1 }, { from: 0 }, { to: 1.5 }, { term: Number.NaN }]) {
        const message = { ...letter(type, 3, to), ...wrong } as Message
        expectRefused(to, 'malformed', () => raft(to).step(message))
      }
    }
  })

  it('of no type is refused, and not counted as received', () => {
    const message = { ...letter('read', 3, 1), type: 'gossip' } as unknown as Message
    const before = JSON.stringify(raft(1).counters.received)
    expectRefused(1, 'malformed', () => raft(1).step(message))
    expect(JSON.stringify(raft(1).counters.received)).toBe(before)
  })
})

describe('a message to another replica, or from oneself', () => {
  it.each(messageTypes)('of type %s is refused', type => {
    const astray = { ...letter(type, 3, 1), to: replicaId(2) }
    expectRefused(1, 'not-mine', () => raft(1).step(astray))
    const own = { ...letter(type, 3, 1), from: replicaId(1) }
    expectRefused(1, 'not-mine', () => raft(1).step(own))
  })
})

describe.each([
  ['a removed replica', 5],
  ['an unknown replica', 6],
])('from %s', (_, stranger) => {
  const answers: readonly MessageType[] = [
    'pre-vote-reply',
    'vote-reply',
    'append-reply',
    'heartbeat-reply',
    'snapshot-reply',
    'read',
    'read-reply',
  ]

  it.each(answers)('a %s is refused', type => {
    for (const to of [1, 2, 4]) {
      expectRefused(to, 'unknown-peer', () => raft(to).step(letter(type, stranger, to)))
      expectRefused(to, 'unknown-peer', () => raft(to).step(letter(type, stranger, to, 5)))
    }
  })

  it('a request for votes is refused while the leader is heard', () => {
    for (const to of [1, 2]) {
      const vote = { ...letter('vote', stranger, to, 1), lastIndex: 99, lastTerm: 1 } as Message
      expectRefused(to, 'lease', () => raft(to).step(vote))
    }
  })

  it('a pre-vote is denied and moves nothing', () => {
    const before = still(bench.status(2))
    bench.deliver(letter('pre-vote', stranger, 2, 1))
    expect(bench.sent.at(-1)).toMatchObject({ type: 'pre-vote-reply', granted: false })
    expect(still(bench.status(2))).toEqual(before)
  })

  it('an order to campaign is void', () => {
    expectRefused(2, 'stale', () => raft(2).step(letter('timeout-now', stranger, 2)))
  })

  it('what only a leader sends is refused by the leader of that term', () => {
    for (const type of ['append', 'heartbeat', 'snapshot'] as const) {
      expectRefused(1, 'unexpected', () => raft(1).step(letter(type, stranger, 1)))
    }
  })
})

describe('a term', () => {
  it.each(messageTypes)('from the future in a %s is not believed', type => {
    for (const to of [1, 2, 4]) {
      const message = letter(type, 3, to, LIMITS.termJumpMax + 1)
      expectRefused(to, 'future-term', () => raft(to).step(message))
    }
  })

  it('as far ahead as is just believed is taken', () => {
    const { heartbeat } = letters({ from: 3, to: 2, term: LIMITS.termJumpMax })
    const other = new Bench({ voters: [1, 2, 3], limits: LIMITS })
    expect(other.deliver(heartbeat)).toBeUndefined()
    expect(other.status(2).term).toBe(LIMITS.termJumpMax)
  })

  it('that one replica was made to believe is caught up with by all', () => {
    bench.deliver(letter('heartbeat', 3, 2, LIMITS.termJumpMax / 2))
    bench.pass(6000)
    for (const id of [1, 2, 3, 4]) expect(bench.status(id).term).toBeGreaterThan(500)
  })

  it('of any size is believed by a newcomer, who has none to compare it with', () => {
    const late = new Bench({ voters: [1], joiners: [2], limits: LIMITS })
    const { heartbeat } = letters({ from: 1, to: 2, term: 1_000_000 })
    expect(late.deliver(heartbeat)).toBeUndefined()
    expect(late.status(2)).toMatchObject({ term: 1_000_000, leader: 1 })
  })

  it.each(messageTypes)('of the past in a %s changes nothing', type => {
    bench.cut(1)
    bench.elect(2)
    bench.heal()
    expectRefused(2, 'stale', () => raft(2).step(letter(type, 3, 2, -1)))
  })
})

describe('a proposal', () => {
  const propose = (id: number, size: number, termMore = 0): Proposed | Refusal =>
    raft(id).propose(raft(id).term + termMore, new Uint8Array(size))

  it('over the limit is refused, at the limit it is taken', () => {
    expectRefused(1, 'entry-too-large', () => propose(1, 101))
    expect(propose(1, 100)).toMatchObject({ index: bench.status(1).lastIndex })
  })

  it('beyond what may be uncommitted is refused', () => {
    bench.cut(1)
    propose(1, 100)
    expectRefused(1, 'too-much-uncommitted', () => propose(1, 100))
    bench.replica(1).restart()
    bench.wire = []
  })

  it.each([2, 3, 4])('to replica %i, which does not lead, is refused', id => {
    expectRefused(id, 'not-leader', () => propose(id, 1))
    expect(propose(id, 1)).toMatchObject({ leader: 1 })
  })

  it('that was computed in another term is refused', () => {
    expectRefused(1, 'wrong-term', () => propose(1, 1, -1))
    expectRefused(1, 'wrong-term', () => propose(1, 1, 1))
  })

  it('while leadership is handed over is refused', () => {
    bench.replica(2).crash()
    raft(1).transfer(replicaId(2))
    expectRefused(1, 'transferring', () => propose(1, 1))
    bench.replica(2).restart()
  })
})

describe('a change of members', () => {
  const wish = (voters: readonly number[], learners: readonly number[] = []): MembersWish => ({
    voters: ids(voters),
    learners: ids(learners),
  })
  const change = (id: number, next: MembersWish, at = raft(id).log.membersIndex): object =>
    raft(id).changeMembers(next, at)

  it('while one is pending is refused', () => {
    bench.change(1, [1, 2, 3], [4, 6])
    expectRefused(1, 'change-pending', () => change(1, wish([1, 2])))
    bench.settle()
    expectRefused(1, 'members-moved', () => change(1, wish([1, 2]), 0))
  })

  it('asked of a follower or learner is refused', () => {
    for (const id of [2, 4]) expectRefused(id, 'not-leader', () => change(id, wish([1, 2, 3])))
  })

  it('while leadership is handed over is refused', () => {
    bench.cut(2)
    raft(1).transfer(replicaId(2))
    expectRefused(1, 'transferring', () => change(1, wish([1, 2, 3])))
  })

  it.each<[string, MembersWish]>([
    ['nobody', wish([])],
    ['a voter twice', wish([1, 1, 2])],
    ['a voter that learns', wish([1, 2, 4], [4])],
    ['nobody’s id', wish([0, 1])],
  ])('to %s is refused', (_, next) => {
    expectRefused(1, 'members-invalid', () => change(1, next))
  })

  it('that makes a voter of a stranger, or of a learner that is behind, is refused', () => {
    expectRefused(1, 'learner-behind', () => change(1, wish([1, 2, 3, 6], [4])))
    bench.cut(4)
    bench.write(1, 'missed')
    expectRefused(1, 'learner-behind', () => change(1, wish([1, 2, 3, 4])))
  })
})

describe('a transfer', () => {
  it.each([
    ['a learner', 4],
    ['a removed replica', 5],
    ['a stranger', 6],
    ['the leader itself', 1],
  ])('to %s is refused', (_, to) => {
    expectRefused(1, 'not-a-voter', () => raft(1).transfer(replicaId(to)))
  })

  it('asked of a follower is refused', () => {
    expectRefused(2, 'not-leader', () => raft(2).transfer(replicaId(3)))
  })

  it('while another one or a change is pending is refused', () => {
    bench.cut(3)
    raft(1).transfer(replicaId(3))
    expectRefused(1, 'transferring', () => raft(1).transfer(replicaId(2)))
    bench.pass(1000)
    bench.change(1, [1, 2, 3], [4, 6])
    expectRefused(1, 'change-pending', () => raft(1).transfer(replicaId(2)))
  })

  it('is not taken up by a learner', () => {
    expectRefused(4, 'not-a-voter', () => raft(4).step(letter('timeout-now', 1, 4)))
  })
})

describe('questions about what is not there', () => {
  it('are refused: a fingerprint of the past, an image of the future', () => {
    expectRefused(1, 'not-applied', () => raft(1).askChain(1))
    const image = { ...raft(1).log.image, index: 99 }
    expectRefused(1, 'not-applied', () => raft(1).imageTaken(image))
  })

  it('are refused when too many wait: fingerprints of a future that may never come', () => {
    const { applied } = raft(1).log
    for (let i = 1; i <= CHAINS_ASKED_MAX; i++) {
      expect(raft(1).askChain(applied + i)).toBeUndefined()
    }
    expectRefused(1, 'too-many-chains', () => raft(1).askChain(applied + 1))
  })
})
