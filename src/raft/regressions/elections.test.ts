/** Guards against known bugs of elections; README.md says which. */

import { describe, expect, it } from 'vitest'
import type { Vote } from '../messages.ts'
import { Bench, ofType } from '../testing/bench.ts'
import { letters } from '../testing/letters.ts'

const VOTES = ofType('vote')

function trio(): Bench {
  return new Bench({ voters: [1, 2, 3] })
}

/** A campaign of this replica up to its requests for votes, which stay on the wire. */
function campaigning(bench: Bench, id: number): readonly Vote[] {
  for (const [other, { raft }] of bench.replicas) if (other !== id) raft.tick(1000, 0)
  bench.timeout(id)
  bench.deliverSome(ofType('pre-vote'))
  bench.deliverSome(ofType('pre-vote-reply'))
  expect(bench.role(id)).toBe('candidate')
  return bench.take(VOTES) as readonly Vote[]
}

function voteFor(from: number, to: number, term: number, index = 0): Vote {
  return letters({ from, to, term, index }).vote
}

describe('a vote', () => {
  // 1: etcd node.go; HN 32419481.
  it('is durable before it is told', () => {
    const bench = trio()
    bench.replica(2).autoPersist = false
    bench.deliver(voteFor(1, 2, 1))
    expect(bench.sent).toEqual([])
    bench.replica(2).persist()
    bench.pump(2)
    expect(bench.sent).toMatchObject([{ type: 'vote-reply', to: 1, granted: true }])
  })

  it('is not given twice in a term, not even over a crash', () => {
    const bench = trio()
    bench.deliver(voteFor(1, 2, 1))
    bench.replica(2).restart()
    bench.deliver(voteFor(3, 2, 1))
    expect(bench.sent).toMatchObject([{ granted: true }, { to: 3, granted: false }])
  })

  it('that a crash took was never told', () => {
    const bench = trio()
    bench.replica(2).autoPersist = false
    bench.deliver(voteFor(1, 2, 1))
    bench.replica(2).restart()
    bench.replica(2).autoPersist = true
    bench.deliver(voteFor(3, 2, 1))
    expect(bench.sent).toMatchObject([{ to: 3, granted: true }])
  })

  it('is repeated for whoever has it, since the first answer may be lost', () => {
    const bench = trio()
    bench.deliver(voteFor(1, 2, 1))
    bench.deliver(voteFor(1, 2, 1))
    expect(bench.sent).toMatchObject([{ granted: true }, { granted: true }])
  })

  // 3: SandTable DaosRaft/leader_votes_for_others.
  it('of a leader or candidate is its own in its term', () => {
    const bench = trio()
    bench.elect(1)
    bench.deliver(voteFor(2, 1, 1, 99))
    expect(bench.sent.at(-1)).toMatchObject({ type: 'vote-reply', to: 2, granted: false })
    const other = trio()
    campaigning(other, 3)
    other.deliver(voteFor(2, 3, 1, 99))
    expect(other.sent.at(-1)).toMatchObject({ type: 'vote-reply', to: 2, granted: false })
    expect(other.status(3).vote).toBe(3)
  })

  it('is not given by whoever follows a leader of that term already', () => {
    const bench = trio()
    bench.deliver(letters({ from: 1, to: 2, term: 1 }).heartbeat)
    bench.deliver(voteFor(3, 2, 1, 99))
    expect(bench.sent.at(-1)).toMatchObject({ to: 3, granted: false })
  })

  // 6: openraft@a48a3282.
  it.each([
    [{ lastTerm: 2, lastIndex: 3 }, true, 'the same log'],
    [{ lastTerm: 2, lastIndex: 4 }, true, 'a longer one of the same term'],
    [{ lastTerm: 2, lastIndex: 2 }, false, 'a shorter one of the same term'],
    [{ lastTerm: 3, lastIndex: 1 }, true, 'a shorter one of a later term'],
    [{ lastTerm: 1, lastIndex: 9 }, false, 'a longer one of an older term'],
  ])('for a log that ends in %o is granted: %s (%s)', (end, granted, _log) => {
    const bench = trio()
    const { append } = letters({ from: 1, to: 2, term: 2 })
    const entries = [1, 2, 3].map(index => ({
      index,
      term: index === 1 ? 1 : 2,
      kind: 'data' as const,
      data: new Uint8Array(0),
    }))
    bench.deliver({ ...append, entries })
    bench.deliver({ ...voteFor(3, 2, 5), ...end })
    expect(bench.status(2).term, 'a leader that is heard protects itself').toBe(2)
    bench.tick(2, 999)
    bench.tick(2, 1)
    bench.deliver({ ...voteFor(3, 2, 5), ...end })
    expect(bench.sent.at(-1)).toMatchObject({ type: 'vote-reply', granted })
  })
})

describe('a candidate', () => {
  // 1, 5: etcd TestCandidateSelfVoteAfterLostElection.
  it('asks for votes and counts its own only when that one is durable', () => {
    const bench = new Bench({ voters: [1, 2] })
    bench.replica(1).autoPersist = false
    bench.timeout(1)
    bench.deliverSome(ofType('pre-vote'))
    bench.deliverSome(ofType('pre-vote-reply'))
    expect(bench.role(1)).toBe('candidate')
    expect(bench.wire).toEqual([])
    bench.deliver({ ...letters({ from: 2, to: 1, term: 1 })['vote-reply'] })
    expect(bench.role(1)).toBe('candidate')
    bench.replica(1).persist()
    bench.pump(1)
    expect(bench.role(1)).toBe('leader')
  })

  it('does not count a vote for itself of an older term', () => {
    const bench = trio()
    const one = bench.replica(1)
    one.autoPersist = false
    campaigningUnsaved(bench)
    bench.deliver({ ...letters({ from: 2, to: 1, term: 2 }).append, entries: [] })
    expect(bench.role(1)).toBe('follower')
    bench.tick(1, 3000)
    bench.deliver({ ...letters({ from: 2, to: 1, term: 3 })['pre-vote-reply'] })
    expect(bench.status(1)).toMatchObject({ role: 'candidate', term: 3 })
    bench.deliver({ ...letters({ from: 3, to: 1, term: 3 })['vote-reply'] })
    expect(bench.role(1)).toBe('candidate')
    one.persist(1)
    bench.pump(1)
    expect(bench.role(1)).toBe('candidate')
    one.persist()
    bench.pump(1)
    expect(bench.role(1)).toBe('leader')
  })

  function campaigningUnsaved(bench: Bench): void {
    bench.timeout(1)
    bench.deliver({ ...letters({ from: 2, to: 1, term: 1 })['pre-vote-reply'] })
    expect(bench.role(1)).toBe('candidate')
  }

  it('counts nobody twice', () => {
    const bench = new Bench({ voters: [1, 2, 3, 4, 5] })
    campaigning(bench, 1)
    const granted = letters({ from: 2, to: 1, term: 1 })['vote-reply']
    bench.deliver(granted)
    expect(bench.deliver(granted)).toMatchObject({ refused: 'stale' })
    expect(bench.role(1)).toBe('candidate')
  })

  it('does not count votes of an older term', () => {
    const bench = trio()
    campaigning(bench, 1)
    bench.wire = []
    bench.timeout(1)
    bench.deliver({ ...letters({ from: 2, to: 1, term: 2 })['pre-vote-reply'] })
    expect(bench.status(1)).toMatchObject({ role: 'candidate', term: 2 })
    const late = letters({ from: 3, to: 1, term: 1 })['vote-reply']
    expect(bench.deliver(late)).toMatchObject({ refused: 'stale' })
    expect(bench.role(1)).toBe('candidate')
  })

  it('gives up as soon as it cannot win any more', () => {
    const bench = trio()
    campaigning(bench, 1)
    for (const from of [2, 3]) {
      bench.deliver({ ...letters({ from, to: 1, term: 1 })['vote-reply'], granted: false })
    }
    expect(bench.role(1)).toBe('follower')
  })

  // 2: SandTable Xraft/election_safety; the bench looks for a second leader at each step.
  it('wins alone in its term, however votes are lost, doubled and late', () => {
    const bench = new Bench({ voters: [1, 2, 3, 4, 5] })
    for (let round = 0; round < 12; round++) {
      for (const id of bench.replicas.keys()) bench.tick(id, 997)
      for (const id of [1, 2]) bench.timeout(id)
      const late = bench.take(m => (m.term + m.from + m.to) % 3 === 0)
      bench.settle()
      for (const message of [...late, ...late]) bench.deliver(message)
      bench.settle()
    }
    expect(bench.leader).toBeGreaterThan(0)
  })

  // 9: etcd testdata/campaign_learner_must_vote.
  it('gets the vote of a replica that does not yet know that it votes', () => {
    const bench = new Bench({ voters: [1], joiners: [2] })
    bench.elect(1)
    bench.change(1, [1], [2])
    bench.settle()
    bench.pass(300)
    bench.lost = m => m.type === 'append' && m.to === 2
    bench.change(1, [1, 2])
    bench.settle()
    expect(bench.role(2)).toBe('learner')
    bench.replica(1).restart()
    bench.wire = []
    bench.pass(6000)
    expect(bench.role(1)).toBe('leader')
  })
})

describe('a term', () => {
  // 4: SandTable WRaft/non_monotonic_current_term; the bench looks at each step.
  it('never goes back, not by an old message and not by a restart', () => {
    const bench = trio()
    bench.elect(1)
    bench.cut(1)
    bench.elect(2)
    bench.heal()
    for (const type of ['append', 'heartbeat', 'vote', 'pre-vote'] as const) {
      bench.deliver(letters({ from: 1, to: 2, term: 1 })[type])
    }
    bench.replica(2).restart()
    expect(bench.status(2).term).toBe(2)
  })

  // 20: openraft io_ordering.
  it('and the entries of it are durable in one write', () => {
    const bench = trio()
    const two = bench.replica(2)
    two.autoPersist = false
    bench.deliver({ ...letters({ from: 1, to: 2, term: 4 }).append })
    expect(two.writes).toMatchObject([{ hardState: { term: 4 }, sync: true }])
    expect(two.writes[0]?.entries.length).toBe(2)
  })
})

describe('a pre-vote', () => {
  // 7: openraft@d6a6d562, etcd@3c7359d.
  it('moves no term, no vote and no clock', () => {
    const bench = trio()
    bench.tick(2, 700)
    const before = bench.status(2)
    bench.deliver({ ...letters({ from: 1, to: 2, term: 9 })['pre-vote'] })
    expect(bench.status(2)).toEqual(before)
    expect(bench.sent).toMatchObject([{ type: 'pre-vote-reply', granted: true, term: 9 }])
  })

  it('is denied while a leader is heard', () => {
    const bench = trio()
    bench.elect(1)
    bench.deliver({ ...letters({ from: 3, to: 2, term: 2, index: 99 })['pre-vote'] })
    expect(bench.sent.at(-1)).toMatchObject({ granted: false })
  })

  it('of an older term is answered with the newer one, which is adopted', () => {
    const bench = trio()
    bench.deliver(letters({ from: 3, to: 2, term: 7 }).heartbeat)
    bench.tick(2, 1000)
    bench.wire = []
    bench.timeout(1)
    bench.deliverSome(m => m.type === 'pre-vote' && m.to === 2)
    bench.deliverSome(m => m.to === 1)
    expect(bench.status(1)).toMatchObject({ term: 7, role: 'follower', vote: 0 })
  })

  // 7: openraft@511f33c7.
  it('that was won already is not won again by late answers', () => {
    const bench = trio()
    campaigning(bench, 1)
    const late = letters({ from: 3, to: 1, term: 1 })['pre-vote-reply']
    expect(bench.deliver(late)).toMatchObject({ refused: 'stale' })
    expect(bench.status(1)).toMatchObject({ role: 'candidate', term: 1 })
  })

  it('counts promises for the term that is asked for, and no others', () => {
    const bench = trio()
    bench.timeout(1)
    const other = letters({ from: 2, to: 1, term: 5 })['pre-vote-reply']
    expect(bench.deliver(other)).toMatchObject({ refused: 'stale' })
    expect(bench.role(1)).toBe('pre-candidate')
  })

  // 7: raft-rs#83, #84.
  it('ends when a leader is heard, and nothing of it stays', () => {
    const bench = trio()
    bench.timeout(1)
    bench.deliver(letters({ from: 2, to: 1, term: 1 }).heartbeat)
    expect(bench.status(1)).toMatchObject({ role: 'follower', leader: 2 })
    bench.timeout(1)
    expect(bench.status(1)).toMatchObject({ role: 'pre-candidate', leader: 0 })
  })
})

describe('partial connectivity', () => {
  // 8: decentralizedthoughts 2020-12-12; Cloudflare 2020-11-02.
  it('of five, of whom one hears all, settles on a leader who leads', () => {
    const bench = new Bench({ voters: [1, 2, 3, 4, 5] })
    bench.elect(1)
    bench.lost = m => m.from !== 4 && m.to !== 4
    bench.pass(15_000)
    expect(bench.leader).toBe(4)
    const { term } = bench.status(4)
    const { index } = bench.write(4, 'x')
    bench.pass(15_000)
    expect(bench.status(4)).toMatchObject({ role: 'leader', term })
    expect(bench.status(4).commit).toBeGreaterThanOrEqual(index)
  })

  it('of a follower that hears all but the leader moves nothing', () => {
    const bench = trio()
    bench.elect(1)
    bench.lost = m => (m.from === 1 && m.to === 3) || (m.from === 3 && m.to === 1)
    bench.pass(10_000)
    expect(bench.status(1)).toMatchObject({ role: 'leader', term: 1 })
  })

  it('takes a leader down that is heard and does not hear', () => {
    const bench = trio()
    bench.elect(1)
    bench.lost = m => m.to === 1
    bench.pass(6000)
    expect(bench.role(1)).not.toBe('leader')
    expect([2, 3]).toContain(bench.leader)
  })
})

describe('a replica whose term ran ahead', () => {
  // 10: etcd TestFreeStuckCandidateWithCheckQuorum.
  it('is let in again: its leader learns of the term and a new one is elected', () => {
    const bench = trio()
    bench.elect(1)
    bench.cut(3)
    bench.deliver(letters({ from: 2, to: 3, term: 8 })['vote-reply'])
    bench.heal()
    bench.deliver({ ...letters({ from: 2, to: 3, term: 8 })['vote-reply'], granted: false })
    expect(bench.status(3).term).toBe(8)
    bench.pass(6000)
    expect(bench.status(bench.leader).term).toBeGreaterThan(8)
    expect(bench.status(3).leader).toBe(bench.leader)
  })
})

describe('a restart', () => {
  // 12: openraft@39690593.
  it('makes everybody a follower, keeps the vote, and leaves a learner a learner', () => {
    const bench = new Bench({ voters: [1, 2, 3], learners: [4] })
    bench.elect(1)
    for (const id of [1, 2, 4]) bench.replica(id).restart()
    expect(bench.status(1)).toMatchObject({ role: 'follower', term: 1, vote: 1 })
    expect(bench.status(2)).toMatchObject({ role: 'follower', term: 1, vote: 1 })
    expect(bench.role(4)).toBe('learner')
    bench.tick(4, 60_000)
    expect(bench.role(4)).toBe('learner')
  })
})
