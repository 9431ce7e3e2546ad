/** Guards against known bugs of membership changes; README.md says which. */

import { describe, expect, it } from 'vitest'
import { isRefusal } from '../refusal.ts'
import { Bench, ids, ofType, toBytes } from '../testing/bench.ts'

function elected(voters: readonly number[], joiners: readonly number[] = [], leader = 1): Bench {
  const bench = new Bench({ voters, joiners })
  bench.elect(leader)
  return bench
}

/** A group in which every joiner is a learner that has caught up. */
function withLearners(voters: readonly number[], joiners: readonly number[]): Bench {
  const bench = elected(voters, joiners)
  bench.change(1, voters, joiners)
  bench.settle()
  bench.pass(500)
  return bench
}

/** Loses every append that carries an entry of this index. */
function losing(bench: Bench, index: number): void {
  bench.lost = m => m.type === 'append' && m.entries.some(entry => entry.index === index)
}

describe('a change before the leader knows what is committed', () => {
  // 29: raft-dev t4xj6dJTP6E, openraft#2051.
  it('is refused until an entry of its own term is committed', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.lost = ofType('append')
    bench.elect(1)
    const { raft } = bench.replica(1)
    const answer = raft.changeMembers({ voters: ids([1, 2]), learners: [] }, 0)
    expect(answer).toMatchObject({ refused: 'not-ready' })
    expect(raft.log.membersIndex).toBe(0)
  })

  it('is taken as soon as it is', () => {
    const bench = elected([1, 2, 3])
    expect(bench.change(1, [1, 2]).index).toBe(2)
  })
})

describe('one change at a time', () => {
  // 31: etcd#12137.
  it('refuses a second one while the first is not committed', () => {
    const bench = elected([1, 2, 3], [4, 5])
    const { raft } = bench.replica(1)
    const first = bench.change(1, [1, 2, 3], [4])
    const wish = { voters: ids([1, 2, 3]), learners: ids([4, 5]) }
    expect(raft.changeMembers(wish, first.index)).toMatchObject({ refused: 'change-pending' })
  })

  it('refuses a second one in the joint phase of the first', () => {
    const bench = elected([1, 2, 3])
    const { index } = bench.change(1, [1, 2])
    losing(bench, index + 1)
    bench.settle()
    const { raft } = bench.replica(1)
    expect(raft.log.membersIndex).toBe(index + 1)
    const wish = { voters: ids([1, 2, 3]), learners: [] }
    const answer = raft.changeMembers(wish, index + 1)
    expect(answer).toMatchObject({ refused: 'change-pending' })
  })

  it('refuses a change that was computed from older members', () => {
    const bench = withLearners([1, 2, 3], [4])
    const { raft } = bench.replica(1)
    const wish = { voters: ids([1, 2]), learners: [] }
    expect(raft.changeMembers(wish, 0)).toMatchObject({ refused: 'members-moved' })
  })

  it('is still pending for the next leader, which inherits it in its log', () => {
    const bench = elected([1, 2, 3], [4])
    const { index } = bench.change(1, [1, 2, 3], [4])
    bench.deliverSome(m => m.type === 'append' && m.to === 2)
    bench.replica(1).crash()
    bench.wire = []
    bench.lost = m => m.from === 2 && m.type === 'append'
    bench.elect(2)
    expect(bench.status(2)).toMatchObject({ membersIndex: index })
    const answer = bench.replica(2).raft.changeMembers({ voters: ids([2, 3]), learners: [] }, index)
    expect(answer).toMatchObject({ refused: 'not-ready' })
  })
})

describe('the joint phase', () => {
  // 31: etcd@477ebd8, @bd3c759: left by whoever leads.
  it('is left by the next leader if the one that began it is gone', () => {
    const bench = withLearners([1, 2, 3], [4, 5])
    const { index } = bench.change(1, [1, 4, 5])
    losing(bench, index + 1)
    bench.settle()
    bench.replica(1).crash()
    bench.heal()
    bench.wire = []
    bench.pass(8000)
    const { leader } = bench
    expect(bench.status(leader).members).toEqual({ voters: [1, 4, 5], outgoing: [], learners: [] })
    expect([2, 3]).not.toContain(leader)
  })

  // 32: openraft@6c0ccaf3.
  it('is not committed by the old voters alone', () => {
    const bench = withLearners([1, 2, 3], [4, 5])
    bench.lost = m => m.type === 'append' && (m.to === 4 || m.to === 5)
    const { index } = bench.change(1, [1, 4, 5])
    bench.settle()
    expect(bench.status(1).commit).toBe(index - 1)
    bench.heal()
    bench.pass(400)
    expect(bench.status(1).commit).toBe(index + 1)
  })

  it('is not committed by the new voters alone', () => {
    const bench = withLearners([1, 2, 3], [4, 5])
    bench.lost = m => m.type === 'append' && (m.to === 2 || m.to === 3)
    const { index } = bench.change(1, [1, 4, 5])
    bench.settle()
    bench.pass(400)
    expect(bench.status(4).lastIndex).toBe(index)
    expect(bench.status(1).commit).toBe(index - 1)
  })

  it('needs both majorities to elect, also after a restart', () => {
    const bench = withLearners([1, 2, 3], [4, 5])
    const { index } = bench.change(1, [1, 4, 5])
    losing(bench, index + 1)
    bench.settle()
    bench.replica(1).crash()
    for (const id of [2, 4, 5]) bench.replica(id).restart()
    bench.wire = []
    bench.cut(4, 5)
    bench.pass(6000)
    expect(bench.leader).toBe(0)
    bench.heal()
    bench.pass(6000)
    expect(bench.leader).toBeGreaterThan(1)
  })
})

describe('members follow the log', () => {
  // 33: openraft@447dc11c, canonical/raft#250.
  it('and go back when the entry that changed them is cut off', () => {
    const bench = elected([1, 2, 3], [4])
    bench.cut(1)
    bench.change(1, [1, 2, 3], [4])
    bench.settle()
    expect(bench.status(1).members.learners).toEqual([4])
    bench.elect(2)
    bench.write(2, 'x')
    bench.heal()
    bench.pass(1000)
    expect(bench.role(1)).toBe('follower')
    expect(bench.status(1)).toMatchObject({ membersIndex: 0, members: { learners: [] } })
  })

  it('and are kept by an image', () => {
    const bench = withLearners([1, 2, 3], [4])
    const before = bench.status(4)
    bench.replica(4).takeImage()
    bench.replica(4).restart()
    const { members, membersIndex } = bench.status(4)
    expect({ members, membersIndex }).toEqual({
      members: before.members,
      membersIndex: before.membersIndex,
    })
    expect(bench.role(4)).toBe('learner')
  })

  it('and come with an image to whoever missed the entry', () => {
    const bench = new Bench({ voters: [1, 2, 3], joiners: [4], limits: { tailEntries: 0 } })
    bench.elect(1)
    bench.cut(3)
    bench.change(1, [1, 2], [4])
    bench.settle()
    bench.pass(400)
    bench.replica(1).takeImage()
    const { members, membersIndex } = bench.status(1)
    expect(membersIndex).toBe(3)
    bench.heal()
    bench.pass(400)
    bench.change(1, [1, 2], [3, 4])
    bench.settle()
    bench.pass(1000)
    expect(members.voters).toEqual([1, 2])
    expect(bench.replica(3).disk.image).toMatchObject({ membersIndex: 3 })
    expect(bench.role(3)).toBe('learner')
  })
})

describe('a leader that leaves', () => {
  // 34: etcd testdata/confchange_v1_remove_leader_stepdown.
  it('goes on until the change is committed, and then steps down', () => {
    const bench = elected([1, 2, 3])
    const { index } = bench.change(1, [2, 3])
    losing(bench, index + 1)
    bench.settle()
    expect(bench.role(1)).toBe('leader')
    bench.heal()
    bench.pass(500)
    expect(bench.role(1)).toBe('learner')
    bench.pass(4000)
    expect([2, 3]).toContain(bench.leader)
  })

  it('does not count itself', () => {
    const bench = elected([1, 2, 3])
    const { index } = bench.change(1, [2, 3])
    losing(bench, index + 1)
    bench.settle()
    bench.lost = m => m.type === 'append' && m.to === 3 && m.entries.some(e => e.index > index)
    bench.pass(300)
    expect(bench.status(2).lastIndex).toBe(index + 1)
    expect(bench.status(1).commit).toBe(index)
  })

  // Found by torture.test.ts: whoever stood in the old members only, held the longest log and took
  // itself for a mere learner, while all others were denied its vote.
  it('can lead again after a restart if nobody else has the last step of the change', () => {
    const bench = elected([1, 2])
    const { index } = bench.change(1, [2])
    losing(bench, index + 1)
    bench.settle()
    expect(bench.status(1).lastIndex).toBe(index + 1)
    bench.replica(1).restart()
    bench.heal()
    bench.wire = []
    expect(bench.role(1)).toBe('follower')
    bench.pass(10_000)
    expect(bench.leader).toBe(2)
    expect(bench.status(2).members).toEqual({ voters: [2], outgoing: [], learners: [] })
    expect(bench.role(1)).toBe('learner')
  })

  it('leads a whole new set of voters into office after a restart', () => {
    const bench = withLearners([1, 2, 3], [4, 5, 6])
    const { index } = bench.change(1, [4, 5, 6])
    bench.lost = m =>
      m.type === 'append' && m.to > 3 && m.entries.some(entry => entry.index === index + 1)
    bench.settle()
    expect(bench.status(2).lastIndex).toBe(index + 1)
    for (const id of [1, 2, 3]) bench.replica(id).restart()
    bench.heal()
    bench.wire = []
    bench.pass(10_000)
    expect([4, 5, 6]).toContain(bench.leader)
  })
})

describe('a removed replica', () => {
  it('is told, and asks nobody for anything again', () => {
    const bench = elected([1, 2, 3])
    bench.change(1, [1, 2])
    bench.settle()
    bench.pass(500)
    expect(bench.role(3)).toBe('learner')
    const before = bench.sent.length
    bench.pass(5000)
    expect(bench.sent.slice(before).filter(m => m.from === 3)).toEqual([])
    expect(bench.status(1).peers.map(peer => peer.id)).toEqual([2])
  })

  // 34: a removed node that never heard of it must not depose anybody.
  it('disturbs nobody if it never heard of its removal', () => {
    const bench = elected([1, 2, 3])
    bench.cut(3)
    bench.change(1, [1, 2])
    bench.settle()
    bench.pass(2500)
    const { term } = bench.status(1)
    bench.heal()
    bench.pass(10_000)
    expect(bench.role(3)).not.toBe('learner')
    expect(bench.status(1)).toMatchObject({ role: 'leader', term })
  })

  it('is forgotten when it is dead', () => {
    const bench = elected([1, 2, 3])
    bench.replica(3).crash()
    bench.change(1, [1, 2])
    bench.settle()
    expect(bench.status(1).peers.map(peer => peer.id)).toEqual([2, 3])
    bench.pass(2500)
    expect(bench.status(1).peers.map(peer => peer.id)).toEqual([2])
  })

  it('does not count for a commit', () => {
    const bench = elected([1, 2, 3])
    bench.change(1, [1, 2])
    bench.settle()
    bench.lost = m => m.to === 2
    const { index } = bench.write(1, 'x')
    expect(bench.status(1).commit).toBe(index - 1)
  })
})

describe('a new member', () => {
  it('is brought up as a learner and promoted when it is near', () => {
    const bench = new Bench({ voters: [1], joiners: [2], limits: { promoteLagMax: 2 } })
    bench.elect(1)
    for (let i = 0; i < 6; i++) bench.write(1, `w${i}`)
    const { raft } = bench.replica(1)
    const promote = { voters: ids([1, 2]), learners: [] }
    expect(raft.changeMembers(promote, 0)).toMatchObject({ refused: 'learner-behind' })
    bench.cut(2)
    const { index } = bench.change(1, [1], [2])
    bench.settle()
    expect(raft.changeMembers(promote, index)).toMatchObject({ refused: 'learner-behind' })
    bench.heal()
    bench.pass(500)
    expect(isRefusal(raft.changeMembers(promote, index))).toBe(false)
    bench.settle()
    bench.pass(500)
    expect(bench.role(2)).toBe('follower')
    expect(bench.replica(2).lines).toEqual(bench.replica(1).lines)
  })

  it('does not count for a commit while it learns', () => {
    const bench = withLearners([1, 2, 3], [4])
    bench.lost = m => m.to === 2 || m.to === 3
    const { index } = bench.write(1, 'x')
    expect(bench.status(4).lastIndex).toBe(index)
    expect(bench.status(1).commit).toBe(index - 1)
  })

  it('does not count for an election while it learns', () => {
    const bench = withLearners([1, 2, 3], [4])
    bench.replica(1).crash()
    bench.replica(3).crash()
    bench.pass(6000)
    expect(bench.leader).toBe(0)
  })
})

// 36: RedisRaft#17, #28, #44.
describe('a change under a partition', () => {
  it('loses no acknowledged write', () => {
    const bench = withLearners([1, 2, 3], [4, 5])
    bench.write(1, 'before')
    bench.cut(1, 2)
    bench.change(1, [1, 4, 5])
    bench.settle()
    bench.pass(1500)
    expect(bench.leader, 'neither side has both majorities').toBe(0)
    bench.heal()
    bench.pass(8000)
    bench.write(bench.leader, 'after')
    bench.pass(1000)
    const { lines } = bench.replica(bench.leader)
    expect(lines.some(line => line.endsWith('before'))).toBe(true)
    expect(lines.some(line => line.endsWith('after'))).toBe(true)
    for (const id of bench.status(bench.leader).members.voters) {
      expect(bench.replica(id).lines).toEqual(lines)
    }
  })

  it('is undone if it never reached a majority', () => {
    const bench = elected([1, 2, 3])
    bench.cut(1)
    bench.change(1, [1])
    bench.settle()
    bench.replica(1).raft.propose(1, toBytes('alone'))
    bench.settle()
    expect(bench.status(1).commit).toBe(1)
    bench.elect(2)
    bench.heal()
    bench.pass(3000)
    expect(bench.status(1).members.voters).toEqual([1, 2, 3])
  })
})
