/** Guards against groups that stand still; what each bug was, see README.md beside this file. */

import { describe, expect, it } from 'vitest'
import { fastTimes } from '../options.ts'
import { Bench, ofType } from '../testing/bench.ts'
import { letters } from '../testing/letters.ts'

function trio(limits = {}): Bench {
  const bench = new Bench({ voters: [1, 2, 3], limits })
  bench.elect(1)
  bench.pass(200)
  return bench
}

describe('a process that stood still', () => {
  it('starts no election by its own lateness, twice in a row at most', () => {
    const bench = trio()
    bench.tick(2, 5000, 4000)
    expect(bench.role(2)).toBe('follower')
    bench.tick(2, 5000, 4000)
    expect(bench.role(2)).toBe('follower')
    bench.tick(2, 5000, 4000)
    expect(bench.role(2)).toBe('pre-candidate')
  })

  it('asks after another heartbeat’s time if nobody was waiting in its sockets', () => {
    const bench = trio()
    bench.tick(2, 5000, 4000)
    bench.tick(2, 99)
    expect(bench.role(2)).toBe('follower')
    bench.tick(2, 1)
    expect(bench.role(2)).toBe('pre-candidate')
  })

  it('keeps a leader whose followers had no chance to answer', () => {
    const bench = trio()
    bench.tick(1, 3000, 2900)
    bench.settle()
    expect(bench.role(1)).toBe('leader')
    bench.cut(1)
    for (let i = 0; i < 25; i++) bench.tick(1, 100)
    expect(bench.role(1)).not.toBe('leader')
  })
})

describe('a leader that nobody answers', () => {
  it.each([0, 300, 700])(
    'steps down an election time later, heard %i ms into its term',
    heardMs => {
      const bench = trio()
      for (let ms = 0; ms < heardMs; ms += 100) {
        bench.tick(1, 100)
        bench.settle()
      }
      bench.cut(1)
      for (let ms = 0; ms < 900; ms += 100) bench.tick(1, 100)
      expect(bench.role(1)).toBe('leader')
      bench.tick(1, 100)
      expect(bench.role(1)).toBe('follower')
    },
  )

  it('stays in office for one that answers, until others are silent', () => {
    const bench = new Bench({ voters: [1, 2, 3, 4, 5] })
    bench.elect(1)
    bench.lost = ({ from, to }) => from > 3 || to > 3
    for (let ms = 0; ms < 3000; ms += 100) {
      bench.tick(1, 100)
      bench.settle()
    }
    expect(bench.role(1)).toBe('leader')
    bench.lost = ({ from, to }) => from > 2 || to > 2
    for (let ms = 0; ms < 1100; ms += 100) {
      bench.tick(1, 100)
      bench.settle()
    }
    expect(bench.role(1)).toBe('follower')
  })
})

describe('survivors that disagree about who led last', () => {
  /** Of four, 1 and 2 each take themselves for the first; their election time is short. */
  function disagreeing(seed: number): Bench {
    const times = { electionMs: 300, heartbeatMs: 30 }
    const bench = new Bench({ voters: [1, 2, 3, 4], times, seed })
    bench.elect(4)
    bench.elect(1)
    bench.cut(1)
    for (let beat = 0; beat < 10; beat++) bench.tick(1, 30)
    bench.settle()
    bench.lost = ({ from, to, type }) => type === 'append' || from === 2 || to === 2
    bench.elect(4)
    bench.tick(4, 30)
    bench.settle()
    expect([1, 2, 3].map(id => bench.status(id).leader)).toEqual([4, 1, 4])
    // Asks in vain, and hears of the term.
    bench.lost = ({ from, to, type }) => type === 'append' || from === 4 || to === 4
    bench.timeout(2)
    bench.settle()
    bench.replica(4).crash()
    bench.heal()
    for (const id of [1, 2, 3]) bench.timeout(id)
    bench.settle()
    const asking = { role: 'pre-candidate', term: 3 }
    for (const id of [1, 2]) expect(bench.status(id)).toMatchObject(asking)
    return bench
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('elect all the same (%i)', seed => {
    const bench = disagreeing(seed)
    for (let ms = 0; ms < 3000 && bench.leader === 0; ms += 5) {
      for (const id of [1, 2, 3]) bench.tick(id, 5)
      bench.settle()
    }
    expect(bench.leader).not.toBe(0)
  })
})

describe('the connection to the leader closed', () => {
  it('elects the next in order within the time that is promised', () => {
    const bench = trio()
    bench.replica(1).crash()
    for (const id of [2, 3]) bench.replica(id).raft.suspectLeader(bench.replica(1).id)
    expect(bench.status(2)).toMatchObject({ fast: true, leader: 0 })
    for (let ms = 0; ms < 10; ms++) {
      bench.tick(2, 1)
      bench.tick(3, 1)
    }
    bench.settle()
    expect(bench.role(2)).toBe('leader')
    expect(bench.status(3)).toMatchObject({ leader: 2, fast: false })
  })

  it('of the last in the circle of ids makes the first one ask first', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(3)
    for (const id of [1, 2]) bench.replica(id).raft.suspectLeader(bench.replica(3).id)
    expect(bench.replica(1).raft.wakeInMs()).toBeLessThan(fastTimes.firstMs[1])
    expect(bench.replica(2).raft.wakeInMs()).toBeGreaterThanOrEqual(fastTimes.othersMs[0])
  })

  it.each([1, 2, 3, 4, 5])('has one first successor, whoever of five it was (%i)', leader => {
    const bench = new Bench({ voters: [1, 2, 3, 4, 5] })
    bench.elect(leader)
    const others = [...bench.replicas.keys()].filter(id => id !== leader)
    for (const id of others) bench.replica(id).raft.suspectLeader(bench.replica(leader).id)
    const early = others.filter(id => bench.replica(id).raft.wakeInMs() < fastTimes.firstMs[1])
    expect(early).toEqual([(leader % 5) + 1])
  })

  it('leaves the first one less time between its attempts, too', () => {
    const bench = trio()
    bench.cut(1)
    for (const id of [2, 3]) bench.replica(id).raft.suspectLeader(bench.replica(1).id)
    bench.lost = () => true
    for (let attempt = 1; attempt < fastTimes.attempts; attempt++) {
      for (const id of [2, 3]) bench.tick(id, bench.replica(id).raft.wakeInMs())
      const [firstMs, otherMs] = [2, 3].map(id => bench.replica(id).raft.wakeInMs())
      expect(firstMs).toBeLessThan(otherMs as number)
    }
  })

  // 52: no storm: quick campaigns are drawn by chance and counted.
  it('tries quickly so many times, and then as ever', () => {
    const bench = trio()
    bench.cut(2)
    bench.replica(2).raft.suspectLeader(bench.replica(1).id)
    for (let i = 0; i < fastTimes.attempts; i++) {
      expect(bench.status(2).fast).toBe(true)
      bench.tick(2, bench.replica(2).raft.wakeInMs())
    }
    expect(bench.status(2).fast).toBe(false)
    expect(bench.replica(2).raft.wakeInMs()).toBeGreaterThanOrEqual(500)
    expect(bench.status(2).term, 'asking moves no term').toBe(1)
  })

  it('and the leader is there after all: nothing happened', () => {
    const bench = trio()
    bench.replica(2).raft.suspectLeader(bench.replica(1).id)
    bench.tick(1, 100)
    bench.settle()
    expect(bench.status(2)).toMatchObject({ leader: 1, fast: false, term: 1 })
  })

  it('to somebody who does not lead is no news', () => {
    const bench = trio()
    bench.replica(2).raft.suspectLeader(bench.replica(3).id)
    bench.replica(1).raft.suspectLeader(bench.replica(1).id)
    expect(bench.status(2)).toMatchObject({ leader: 1, fast: false })
    expect(bench.role(1)).toBe('leader')
  })
})

describe('elections', () => {
  // 52: election storm after a node dies.
  it('of many groups are spread by chance', () => {
    const waits = Array.from({ length: 40 }, (_, seed) => {
      const bench = new Bench({ voters: [1, 2, 3], seed })
      return bench.replica(1).raft.wakeInMs()
    })
    expect(new Set(waits).size).toBeGreaterThan(35)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000)
    expect(Math.max(...waits)).toBeLessThan(2000)
  })

  it('end, whoever begins them, whichever one is dead', () => {
    for (let seed = 0; seed < 20; seed++) {
      const bench = new Bench({ voters: [1, 2, 3], seed })
      bench.replica(1 + (seed % 3)).crash()
      bench.pass(8000)
      expect(bench.leader, `seed ${seed}`).toBeGreaterThan(0)
    }
  })

  it('end though the terms and logs of two replicas disagree on who is ahead', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    bench.cut(2)
    bench.write(1, 'only 1 and 3 have it')
    bench.heal()
    bench.deliver({ ...letters({ from: 3, to: 2, term: 9 })['vote-reply'], granted: false })
    bench.replica(3).crash()
    bench.replica(1).restart()
    bench.wire = []
    bench.pass(10_000)
    expect(bench.leader).toBe(1)
    expect(bench.status(1).term).toBeGreaterThan(9)
  })
})

describe('a follower', () => {
  // 23: what was lost is found without a new proposal.
  it.each([
    ['append', 2],
    ['append-reply', 1],
    ['heartbeat', 2],
    ['heartbeat-reply', 1],
  ] as const)('catches up after every %s was lost for a while', (type, to) => {
    const bench = trio({ inflightEntriesMax: 3, messageBytesMax: 1 })
    bench.lost = m => m.type === type && m.to === to
    for (let i = 0; i < 20; i++) bench.write(1, `w${i}`)
    bench.pass(600)
    bench.heal()
    bench.pass(1500)
    expect(bench.replica(2).lines.length).toBe(bench.status(bench.leader).commit)
    expect(bench.status(bench.leader).peers.every(peer => peer.inflightEntries === 0)).toBe(true)
  })

  it('that restarts in the middle of a pipeline catches up', () => {
    const bench = trio({ inflightEntriesMax: 4 })
    bench.replica(2).autoPersist = false
    for (let i = 0; i < 10; i++) bench.write(1, `w${i}`)
    bench.replica(2).autoPersist = true
    bench.replica(2).restart()
    bench.pass(1500)
    expect(bench.replica(2).lines).toEqual(bench.replica(1).lines)
  })

  // 53: a slow disk starves no heartbeats.
  it('with a disk that stands still answers heartbeats and holds nobody up', () => {
    const bench = trio()
    bench.replica(2).autoPersist = false
    for (let i = 0; i < 5; i++) bench.write(1, `w${i}`)
    bench.pass(5000)
    expect(bench.status(1)).toMatchObject({ role: 'leader', term: 1, commit: 6 })
    expect(bench.status(2).leader).toBe(1)
    expect(bench.status(1).peers.find(peer => peer.id === 2)).toMatchObject({ active: true })
    bench.replica(2).autoPersist = true
    bench.replica(2).persist()
    bench.pass(500)
    expect(bench.replica(2).lines).toEqual(bench.replica(1).lines)
  })

  // 55: openraft#1795.
  it('whose image cannot be read stops nobody else', () => {
    const bench = trio({ tailEntries: 0 })
    bench.cut(3)
    for (let i = 0; i < 3; i++) bench.write(1, `w${i}`)
    bench.replica(1).takeImage()
    bench.replica(1).disk.images.clear()
    bench.heal()
    const before = bench.sent.length
    bench.pass(3000)
    expect(bench.sent.slice(before).some(ofType('snapshot'))).toBe(false)
    bench.write(1, 'x')
    expect(bench.status(1)).toMatchObject({ role: 'leader', commit: 5 })
    bench.replica(1).takeImage()
    bench.pass(3000)
    expect(bench.replica(3).lines).toEqual(bench.replica(1).lines)
  })

  it('that the host calls unreachable is probed, not flooded', () => {
    const bench = trio()
    bench.replica(2).crash()
    bench.replica(1).raft.unreachable(bench.replica(2).id)
    for (let i = 0; i < 20; i++) bench.propose(1, `w${i}`)
    const toTwo = bench.take(m => m.type === 'append' && m.to === 2)
    expect(toTwo.length).toBe(1)
    bench.settle()
    bench.replica(2).restart()
    bench.pass(500)
    expect(bench.replica(2).lines.length).toBe(21)
  })
})

describe('a newcomer', () => {
  it('is fed without any proposal', () => {
    const bench = new Bench({ voters: [1], joiners: [2] })
    bench.elect(1)
    bench.change(1, [1], [2])
    bench.pass(400)
    expect(bench.replica(2).lines).toEqual(bench.replica(1).lines)
  })

  it('may start long after it was let in', () => {
    const bench = new Bench({ voters: [1], joiners: [2], limits: { tailEntries: 1 } })
    bench.elect(1)
    bench.replica(2).crash()
    bench.change(1, [1], [2])
    for (let i = 0; i < 10; i++) bench.write(1, `w${i}`)
    bench.replica(1).takeImage()
    bench.pass(5000)
    bench.replica(2).restart()
    bench.pass(3000)
    expect(bench.replica(2).lines).toEqual(bench.replica(1).lines)
  })
})

describe('a transfer', () => {
  it('to a replica that needs an image first goes on when it has it', () => {
    const bench = trio({ tailEntries: 0, chunkBytesMax: 30 })
    bench.cut(2)
    for (let i = 0; i < 5; i++) bench.write(1, `w${i}`)
    bench.replica(1).takeImage()
    bench.heal()
    bench.replica(1).raft.transfer(bench.replica(2).id)
    bench.pass(900)
    expect(bench.role(2)).toBe('leader')
  })

  it('whose order was lost ends by itself', () => {
    const bench = trio()
    bench.lost = ofType('timeout-now')
    bench.replica(1).raft.transfer(bench.replica(2).id)
    bench.pass(1200)
    expect(bench.status(1)).toMatchObject({ role: 'leader', transferee: 0 })
    bench.heal()
    bench.replica(1).raft.transfer(bench.replica(2).id)
    bench.settle()
    expect(bench.role(2)).toBe('leader')
  })

  it('whose target lost its election is made good by an ordinary one', () => {
    const bench = trio()
    bench.lost = ofType('vote')
    bench.replica(1).raft.transfer(bench.replica(2).id)
    bench.settle()
    expect(bench.role(2)).toBe('candidate')
    bench.heal()
    bench.pass(6000)
    expect(bench.leader).toBeGreaterThan(0)
    bench.write(bench.leader, 'x')
    bench.pass(200)
    for (const { lines } of bench.replicas.values()) expect(lines.at(-1)).toContain('x')
  })
})

describe('the time until a timer acts', () => {
  it('is never longer than the time until something happens', () => {
    const bench = trio()
    for (let i = 0; i < 200; i++) {
      for (const id of [1, 2, 3]) {
        const { raft } = bench.replica(id)
        const before = bench.sent.length
        const waitMs = raft.wakeInMs()
        if (waitMs > 1) bench.tick(id, waitMs - 1)
        expect(bench.sent.length).toBe(before)
        bench.tick(id, 1)
      }
      if (i % 3 === 0) bench.settle()
      else bench.wire = []
    }
  })

  it('is endless for a learner that waits for nothing', () => {
    const bench = new Bench({ voters: [1], learners: [2] })
    expect(bench.replica(2).raft.wakeInMs()).toBe(Number.POSITIVE_INFINITY)
  })
})
