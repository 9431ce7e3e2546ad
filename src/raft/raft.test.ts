/** The face of the core, where no theme of its own takes care of it. */

import { describe, expect, it } from 'vitest'
import { replicaId } from '../base/ids.ts'
import type { Ready } from './ready.ts'
import { Bench, ofType } from './testing/bench.ts'
import { letters } from './testing/letters.ts'

function single(): Bench {
  const bench = new Bench({ voters: [1] })
  bench.elect(1)
  return bench
}

describe('ready', () => {
  it('is there when there is something to do, and not twice', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const { raft } = bench.replica(1)
    expect(raft.hasReady()).toBe(false)
    raft.tick(2000, 0)
    expect(raft.hasReady()).toBe(true)
    expect(raft.ready().messages.map(m => m.type)).toEqual(['pre-vote', 'pre-vote'])
    expect(raft.hasReady()).toBe(false)
    const nothing: Ready = {
      messages: [],
      write: undefined,
      chunkReads: [],
      install: undefined,
      committed: [],
      reads: [],
      readsLost: [],
      chains: [],
    }
    expect(raft.ready()).toEqual(nothing)
  })

  it('hands out nothing to apply before it is durable here', () => {
    const { raft } = single().replica(1)
    raft.propose(1, new Uint8Array(1))
    const { write, committed } = raft.ready()
    expect(committed).toEqual([])
    expect(write).toMatchObject({ sync: true, hardState: undefined })
    raft.persisted(write?.number ?? 0)
    expect(raft.ready().committed.map(entry => entry.index)).toEqual([2])
  })

  it('tells of a commit with the next write, which needs no sync', () => {
    const { raft } = single().replica(1)
    raft.propose(1, new Uint8Array(1))
    raft.persisted(raft.ready().write?.number ?? 0)
    const { write } = raft.ready()
    expect(write).toMatchObject({ sync: false, hardState: { commit: 2 }, entries: [] })
  })
})

describe('a fingerprint', () => {
  it('is told at once for what is applied, later for what will be, and never for the past', () => {
    const bench = single()
    const { raft, chains } = bench.replica(1)
    expect(raft.askChain(1)).toBeUndefined()
    bench.pump(1)
    expect(chains.map(at => at.index)).toEqual([1])
    for (const index of [4, 3]) expect(raft.askChain(index)).toBeUndefined()
    bench.write(1, 'a')
    expect(chains.length).toBe(1)
    bench.write(1, 'b')
    bench.write(1, 'c')
    expect(chains.map(at => at.index)).toEqual([1, 3, 4])
    expect(new Set(chains.map(at => at.chain)).size).toBe(3)
    expect(raft.askChain(3)).toMatchObject({ refused: 'not-applied' })
  })

  it('is told index by index though many are applied at once', () => {
    const bench = single()
    const one = bench.replica(1)
    for (const index of [2, 3]) one.raft.askChain(index)
    one.autoApply = false
    bench.write(1, 'a')
    bench.write(1, 'b')
    one.raft.applied(3)
    bench.pump(1)
    const other = single()
    other.write(1, 'a')
    const afterA = other.replica(1).raft.log.chain
    other.write(1, 'b')
    const afterB = other.replica(1).raft.log.chain
    expect(one.chains).toEqual([
      { index: 2, chain: afterA },
      { index: 3, chain: afterB },
    ])
  })
})

describe('the status', () => {
  it('of a leader shows its peers, of others none', () => {
    const bench = new Bench({ voters: [1, 2, 3], learners: [4] })
    bench.elect(1)
    bench.pass(200)
    expect(bench.status(1)).toMatchObject({ self: 1, role: 'leader', leader: 1, vote: 1 })
    expect(bench.status(1).peers.map(peer => peer.id)).toEqual([2, 3, 4])
    for (const peer of bench.status(1).peers) {
      expect(peer).toMatchObject({ match: 1, next: 2, state: 'replicate', inflightEntries: 0 })
    }
    expect(bench.status(2)).toMatchObject({ role: 'follower', leader: 1, peers: [] })
    expect(bench.status(4)).toMatchObject({ role: 'learner', leader: 1, peers: [] })
  })

  it('shows a transfer under way and reads that wait', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    bench.cut(1)
    bench.replica(1).raft.transfer(replicaId(2))
    bench.replica(1).raft.read()
    expect(bench.status(1)).toMatchObject({ transferee: 2, readsPending: 1 })
  })
})

describe('a heartbeat', () => {
  it('goes out each time it is due, and not before', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    const beats = (): number => bench.sent.filter(ofType('heartbeat')).length
    bench.tick(1, 99)
    expect(beats()).toBe(0)
    bench.tick(1, 1)
    expect(beats()).toBe(2)
    bench.tick(1, 350)
    expect(beats(), 'a late one is not made up for').toBe(4)
  })
})

describe('bytes of an image that nobody waits for', () => {
  const bytes = { to: replicaId(2), imageIndex: 5, offset: 0, data: new Uint8Array(3), last: true }

  it('go nowhere', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.replica(2).raft.chunkRead(bytes)
    bench.elect(1)
    bench.replica(1).raft.chunkRead(bytes)
    bench.replica(1).raft.chunkRead({ ...bytes, to: replicaId(9) })
    bench.settle()
    expect(bench.sent.some(ofType('snapshot'))).toBe(false)
  })

  it('go nowhere either when another part is wanted by now', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { tailEntries: 0 } })
    bench.elect(1)
    bench.cut(3)
    bench.write(1, 'a')
    bench.replica(1).takeImage()
    bench.replica(1).autoChunks = false
    bench.heal()
    bench.pass(300)
    expect(bench.replica(1).chunkReads).toMatchObject([{ to: 3, offset: 0 }])
    const late = { ...bytes, to: replicaId(3), imageIndex: 2, offset: 7 }
    bench.replica(1).raft.chunkRead(late)
    bench.replica(1).raft.chunkRead({ ...late, imageIndex: 1, offset: 0 })
    bench.pump(1)
    expect(bench.sent.some(ofType('snapshot'))).toBe(false)
    bench.replica(1).answerChunks()
    bench.pump(1)
    expect(bench.sent.some(ofType('snapshot'))).toBe(true)
  })

  it('are asked for once, however long the host takes to read them', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { tailEntries: 0 } })
    bench.elect(1)
    bench.cut(3)
    bench.write(1, 'a')
    bench.replica(1).takeImage()
    bench.replica(1).autoChunks = false
    bench.heal()
    bench.pass(2500)
    expect(bench.replica(1).chunkReads).toHaveLength(1)
    bench.replica(1).answerChunks()
    bench.pump(1)
    expect(bench.sent.filter(ofType('snapshot'))).toHaveLength(1)
  })

  it('are not asked for twice by a leader that leads again meanwhile', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { tailEntries: 0 } })
    bench.elect(1)
    bench.cut(3)
    bench.write(1, 'a')
    bench.replica(1).takeImage()
    bench.replica(1).autoChunks = false
    bench.heal()
    bench.pass(300)
    bench.replica(1).raft.transfer(replicaId(2))
    bench.settle()
    expect(bench.role(2)).toBe('leader')
    bench.replica(2).raft.transfer(replicaId(1))
    bench.settle()
    expect(bench.role(1)).toBe('leader')
    bench.pass(300)
    expect(bench.replica(1).chunkReads).toHaveLength(1)
    bench.replica(1).autoChunks = true
    bench.pass(3000)
    expect(bench.status(3).lastIndex).toBe(bench.status(1).lastIndex)
  })
})

describe('a message', () => {
  it('carries who says it and in which term, and is never changed by whoever gets it', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const message = letters({ from: 1, to: 2, term: 4 }).append
    const copy = structuredClone(message)
    bench.deliver(message)
    expect(message).toEqual(copy)
    for (const sent of bench.sent) expect(sent).toMatchObject({ from: 2, to: 1, term: 4 })
  })
})
