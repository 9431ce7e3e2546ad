/** Guards against known bugs of writing and starting; README.md says which. */

import { describe, expect, it } from 'vitest'
import { WeirError } from '../../base/errors.ts'
import { replicaId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { defaultLimits, defaultTimes } from '../options.ts'
import { Raft } from '../raft.ts'
import { Bench, firstImage, ids, ofType, toBytes } from '../testing/bench.ts'
import { letters, someEntry, someImage } from '../testing/letters.ts'
import type { HardState } from '../types.ts'

function start(hardState: HardState, entries = [someEntry(1, 1)]): Raft {
  const image = firstImage({ voters: ids([1, 2, 3]), outgoing: [], learners: [] })
  const options = { boot: 1, random: new Prng(1), times: defaultTimes, limits: defaultLimits }
  return new Raft({ self: replicaId(1), ...options }, { hardState, image, entries })
}

describe('a start', () => {
  // 27: etcd#21178: a log shorter than what was committed in it.
  it('over a log that lacks committed entries is refused, with what to do', () => {
    const begin = (): Raft => start({ term: 1, vote: 0, commit: 2 })
    expect(begin).toThrow(WeirError)
    expect(begin).toThrow(/log-damaged.*rejoin under a new id/)
  })

  it('with nothing damaged goes on where it was', () => {
    const raft = start({ term: 3, vote: 0, commit: 1 })
    expect(raft.status()).toMatchObject({ term: 3, commit: 1, applied: 0, role: 'follower' })
    expect(raft.ready().committed.map(e => e.index)).toEqual([1])
  })

  // 54: openraft@228077a6.
  it('of all at once waits for nobody: a leader is found and everything is still there', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    for (let i = 0; i < 5; i++) bench.write(1, `w${i}`)
    for (const replica of bench.replicas.values()) replica.restart()
    bench.wire = []
    bench.pass(5000)
    expect(bench.leader).toBeGreaterThan(0)
    for (const { lines } of bench.replicas.values()) expect(lines.length).toBe(7)
  })

  it('of a group of one leads again', () => {
    const bench = new Bench({ voters: [1] })
    bench.elect(1)
    bench.write(1, 'x')
    bench.replica(1).restart()
    bench.pass(3000)
    expect(bench.status(1)).toMatchObject({ role: 'leader', term: 2, commit: 3 })
  })

  // 38: RedisRaft#14.
  it('finds the state that the image and the log give, and no more', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { tailEntries: 0 } })
    bench.elect(1)
    for (let i = 0; i < 4; i++) bench.write(1, `w${i}`)
    bench.pass(200)
    bench.replica(2).takeImage()
    bench.write(1, 'after')
    bench.pass(200)
    const before = [...bench.replica(2).lines]
    bench.replica(2).restart()
    expect(bench.status(2)).toMatchObject({ applied: 6, image: 5 })
    expect(bench.replica(2).lines).toEqual(before)
  })
})

describe('a write', () => {
  // 28: etcd raft@0675f3d.
  it('of entries, term or vote wants a sync', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const two = bench.replica(2)
    two.autoPersist = false
    bench.deliver(letters({ from: 1, to: 2, term: 1 }).heartbeat)
    bench.deliver({ ...letters({ from: 1, to: 2, term: 1 }).append })
    bench.tick(2, 1000)
    bench.deliver(letters({ from: 3, to: 2, term: 2, index: 9 }).vote)
    bench.deliver({ ...letters({ from: 3, to: 2, term: 3, index: 9 }).vote, lastTerm: 1 })
    expect(two.writes.map(write => write.sync)).toEqual([true, true, true, true])
    expect(two.writes.map(write => write.hardState?.term)).toEqual([1, undefined, 2, 3])
    expect(two.writes.at(-1)?.hardState).toMatchObject({ vote: 3 })
  })

  it('of a commit alone wants none', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    bench.pass(200)
    bench.replica(2).autoPersist = false
    bench.write(1, 'x')
    bench.replica(2).persist()
    bench.pass(200)
    expect(bench.replica(2).writes).toMatchObject([{ sync: false, entries: [] }])
    expect(bench.replica(2).writes[0]?.hardState).toMatchObject({ commit: 2 })
  })

  it('of a chunk wants one', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.replica(2).autoPersist = false
    const { snapshot } = letters({ from: 1, to: 2, term: 1, index: 5 })
    bench.deliver(snapshot)
    expect(bench.replica(2).writes).toMatchObject([{ sync: true, chunk: { offset: 0 } }])
  })

  it('of an image taken here wants none: the image is durable already', () => {
    const bench = new Bench({ voters: [1] })
    bench.elect(1)
    bench.replica(1).autoPersist = false
    const image = bench.replica(1).takeImage()
    expect(bench.replica(1).writes).toMatchObject([{ sync: false, compact: image }])
  })

  it('that was lost by a crash is not missed by anybody', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    const two = bench.replica(2)
    two.autoPersist = false
    const { index } = bench.write(1, 'x')
    expect(two.raft.log.lastIndex).toBe(index)
    two.autoPersist = true
    two.restart()
    expect(two.raft.log.lastIndex).toBe(index - 1)
    bench.pass(500)
    expect(two.lines.length).toBe(index)
  })

  it('takes everything that waits, once', () => {
    const bench = new Bench({ voters: [1] })
    bench.elect(1)
    const { raft } = bench.replica(1)
    raft.propose(1, toBytes('a'))
    raft.propose(1, toBytes('b'))
    expect(raft.ready().write?.entries.map(e => e.index)).toEqual([2, 3])
    expect(raft.ready().write).toBeUndefined()
    expect(raft.hasReady()).toBe(false)
  })
})

describe('storage that answers late', () => {
  // 21: openraft, out-of-order IO; etcd testdata/async_storage_writes.
  it('keeps every promise back, over leaders and terms', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    for (const replica of bench.replicas.values()) replica.autoPersist = false
    bench.propose(1, 'a')
    bench.settle()
    expect(bench.status(1).commit).toBe(1)
    bench.replica(2).persist()
    bench.settle()
    expect(bench.status(1).commit, 'one follower is not enough').toBe(1)
    bench.replica(3).persist()
    bench.settle()
    expect(bench.status(1).commit).toBe(2)
    expect(bench.replica(1).lines.length, 'not yet durable here').toBe(1)
    for (const replica of bench.replicas.values()) replica.persist()
    bench.pumpAll()
    expect(bench.replica(1).lines.length).toBe(2)
  })

  it('loses an unsynced entry without losing the group', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    bench.replica(1).autoPersist = false
    bench.lost = ofType('append')
    bench.propose(1, 'gone')
    bench.replica(1).autoPersist = true
    bench.replica(1).restart()
    bench.heal()
    bench.wire = []
    bench.pass(5000)
    bench.write(bench.leader, 'kept')
    bench.pass(300)
    const { lines } = bench.replica(1)
    expect(lines.some(line => line.includes('gone'))).toBe(false)
    expect(lines.some(line => line.includes('kept'))).toBe(true)
  })

  it('reports in order, and only what was handed out', () => {
    const raft = start({ term: 1, vote: 0, commit: 0 })
    expect(() => raft.persisted(1)).toThrow('WRITE persisted only what was handed out')
    raft.step(letters({ from: 2, to: 1, term: 2 }).heartbeat)
    const first = raft.ready().write?.number ?? 0
    raft.step(letters({ from: 2, to: 1, term: 3 }).heartbeat)
    const second = raft.ready().write?.number ?? 0
    expect(second).toBe(first + 1)
    raft.persisted(second)
    expect(() => raft.persisted(first)).toThrow('WRITE persisted in order')
  })

  it('takes an image of what is applied only', () => {
    const raft = start({ term: 1, vote: 0, commit: 1 })
    expect(raft.imageTaken(someImage(1, 1))).toMatchObject({ refused: 'not-applied' })
  })
})
