/** Guards against known bugs of replication; README.md says which. */

import { describe, expect, it } from 'vitest'
import type { Append, Message } from '../messages.ts'
import { isRefusal } from '../refusal.ts'
import { Bench, ofType, toBytes } from '../testing/bench.ts'
import { letters, someEntry } from '../testing/letters.ts'

function trio(): Bench {
  const bench = new Bench({ voters: [1, 2, 3] })
  bench.elect(1)
  return bench
}

function append(term: number, prevIndex: number, prevTerm: number, more: Partial<Append>): Append {
  const { append: letter } = letters({ from: 1, to: 2, term })
  return { ...letter, prevIndex, prevTerm, entries: [], ...more }
}

const toTwo = (m: Message): boolean => m.to === 2
function peer(bench: Bench, id: number): object | undefined {
  return bench.status(bench.leader).peers.find(p => p.id === id)
}

describe('a commit', () => {
  // 13: Fig. 8 of the Raft paper; etcd TestLeaderOnlyCommitsLogFromCurrentTerm, async-raft#106.
  it('counts copies of entries of the own term only', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    bench.lost = ofType('append-reply')
    bench.write(1, 'old')
    bench.replica(1).restart()
    bench.wire = []
    const own = (m: Message): boolean => m.type === 'append' && m.entries.some(e => e.term === 2)
    bench.lost = own
    bench.elect(1)
    expect(bench.status(1)).toMatchObject({ term: 2, lastIndex: 3 })
    const { raft } = bench.replica(1)
    for (const from of [2, 3]) {
      bench.deliver({ ...letters({ from, to: 1, term: 2 })['append-reply'], index: 2 })
    }
    expect(raft.log.commit).toBe(1)
    bench.heal()
    bench.pass(500)
    expect(raft.log.commit).toBe(3)
  })

  // 19: RaftFsync.tla; etcd#14370.
  it('does not count the leader before its own write is durable', () => {
    const bench = trio()
    bench.replica(1).autoPersist = false
    bench.lost = m => m.to === 3
    const { index } = bench.write(1, 'x')
    expect(bench.status(2).lastIndex).toBe(index)
    expect(bench.status(1).commit).toBe(index - 1)
    bench.replica(1).persist()
    expect(bench.status(1).commit).toBe(index)
  })

  it('needs no write of the leader if the others are enough', () => {
    const bench = trio()
    bench.replica(1).autoPersist = false
    const { index } = bench.write(1, 'x')
    expect(bench.status(1)).toMatchObject({ commit: index, durable: index - 1 })
    expect(bench.replica(1).lines.length).toBe(index - 1)
    bench.replica(1).persist()
    bench.pump(1)
    expect(bench.replica(1).lines.length).toBe(index)
  })

  // 5: etcd TestLeaderMsgAppSelfAckAfterTermChange.
  it('does not count a write of the leader that was for entries cut off since', () => {
    const bench = trio()
    const one = bench.replica(1)
    one.autoPersist = false
    bench.cut(1)
    bench.propose(1, 'lost')
    bench.elect(2)
    bench.heal()
    bench.pass(400)
    expect(bench.status(1)).toMatchObject({ role: 'follower', term: 2, lastIndex: 2 })
    expect(bench.status(1).durable).toBe(1)
    one.persist(1)
    expect(bench.status(1).durable, 'the first write held the old entry').toBe(1)
    one.persist()
    expect(bench.status(1).durable).toBe(2)
  })

  // 15: SandTable WRaft/inconsistent_committed_log.
  it('goes no further than the append that told of it', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const entries = [1, 2, 3].map(i => someEntry(i, 1))
    bench.deliver(append(1, 0, 0, { entries }))
    bench.deliver(append(2, 0, 0, { entries: entries.slice(0, 1), commit: 3 }))
    expect(bench.status(2)).toMatchObject({ commit: 1, lastIndex: 3 })
  })

  it('told by a heartbeat is one that the follower has acknowledged', () => {
    const bench = trio()
    bench.lost = m => m.type === 'append' && m.to === 3
    bench.write(1, 'a')
    bench.write(1, 'b')
    bench.tick(1, 100)
    const beat = bench.wire.find(m => m.type === 'heartbeat' && m.to === 3)
    expect(bench.status(1).commit).toBe(3)
    expect(beat).toMatchObject({ commit: 1 })
  })

  // 18: openraft#1802, #d60f1e85.
  it.each([
    [1, [], true],
    [2, [], false],
    [2, [2], true],
    [3, [2], true],
    [4, [2], false],
    [4, [2, 3], true],
    [5, [2], false],
    [5, [4, 5], true],
  ])('of %i voters by the leader and %j happens: %s', (count, who, happens) => {
    const voters = Array.from({ length: count }, (_, i) => i + 1)
    const bench = new Bench({ voters })
    bench.elect(1)
    bench.lost = m => m.type === 'append' && !who.some(id => m.to === id)
    const { index } = bench.write(1, 'x')
    expect(bench.status(1).commit === index).toBe(happens)
  })
})

describe('an append', () => {
  // 14: openraft@9540c904; SandTable RaftOS/incorrect_erasing_entries.
  it('that is late cuts nothing off that fits', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const entries = [1, 2, 3].map(i => someEntry(i, 1))
    bench.deliver(append(1, 0, 0, { entries }))
    bench.deliver(append(1, 0, 0, { entries: entries.slice(0, 1) }))
    bench.deliver(append(1, 1, 1, {}))
    expect(bench.status(2).lastIndex).toBe(3)
  })

  it('cuts off exactly what does not fit', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.deliver(append(1, 0, 0, { entries: [1, 2, 3, 4].map(i => someEntry(i, 1)) }))
    bench.deliver(append(2, 1, 1, { entries: [someEntry(2, 1), someEntry(3, 2)] }))
    const { log } = bench.replica(2).raft
    expect(log.lastIndex).toBe(3)
    expect([1, 2, 3].map(i => log.term(i))).toEqual([1, 1, 2])
    expect(bench.replica(2).disk.entries.map(e => e.term)).toEqual([1, 1, 2])
  })

  it('never touches what is committed, whoever sends it', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.deliver(append(1, 0, 0, { entries: [1, 2].map(i => someEntry(i, 1)), commit: 2 }))
    const other = append(2, 2, 2, { entries: [someEntry(3, 2)] })
    expect(bench.deliver(other)).toMatchObject({ refused: 'unexpected' })
    const within = append(2, 1, 2, { entries: [someEntry(2, 2)] })
    expect(bench.deliver(within)).toMatchObject({ refused: 'unexpected' })
    expect(bench.status(2)).toMatchObject({ lastIndex: 2, commit: 2 })
  })

  // 22: openraft@71a290cd.
  it('behind the point of compaction is no conflict', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { tailEntries: 0 } })
    bench.elect(1)
    for (let i = 0; i < 4; i++) bench.write(1, `w${i}`)
    bench.pass(200)
    bench.replica(2).takeImage()
    expect(bench.replica(2).raft.log.firstIndex).toBe(6)
    bench.deliver(append(1, 1, 1, { entries: [someEntry(2, 1), someEntry(3, 1)] }))
    expect(bench.sent.at(-1)).toMatchObject({ type: 'append-reply', ok: true, index: 5 })
    expect(bench.status(2).lastIndex).toBe(5)
  })

  it('that does not fit is answered with a place where it may', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const entries = [1, 2, 3, 4, 5].map(i => someEntry(i, i < 3 ? 1 : 4))
    bench.deliver(append(4, 0, 0, { entries }))
    bench.deliver(append(6, 9, 5, {}))
    expect(bench.sent.at(-1)).toMatchObject({ ok: false, index: 9, hintIndex: 5, hintTerm: 4 })
    bench.deliver(append(6, 5, 3, {}))
    expect(bench.sent.at(-1)).toMatchObject({ ok: false, index: 5, hintIndex: 2, hintTerm: 1 })
  })

  it('finds the fork of long logs by terms, not by entries', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { messageBytesMax: 64 } })
    bench.elect(1)
    bench.cut(1)
    for (let i = 0; i < 200; i++) bench.propose(1, `lost ${i}`)
    bench.elect(2)
    for (let i = 0; i < 200; i++) bench.write(2, `kept ${i}`)
    bench.heal()
    const before = bench.sent.length
    bench.pass(2000)
    const denied = bench.sent.slice(before).filter(m => m.type === 'append-reply' && !m.ok)
    expect(denied.length).toBeLessThan(6)
    expect(bench.replica(1).lines).toEqual(bench.replica(2).lines)
  })

  it('is acknowledged when it is durable, not before', () => {
    const bench = trio()
    bench.replica(2).autoPersist = false
    const before = bench.sent.length
    const { index } = bench.write(1, 'x')
    const acks = (): readonly Message[] =>
      bench.sent.slice(before).filter(m => m.type === 'append-reply' && m.from === 2)
    expect(acks()).toEqual([])
    bench.replica(2).persist()
    bench.pump(2)
    expect(acks()[0]).toMatchObject({ ok: true, index })
  })

  // 17: openraft@cecb5de8; 21: etcd testdata/async_storage_writes_append_aba_race.
  it('is not acknowledged by a late write of an entry that came back in another term', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const two = bench.replica(2)
    two.autoPersist = false
    bench.deliver(append(1, 0, 0, { entries: [someEntry(1, 1), someEntry(2, 1, 'a')] }))
    bench.deliver(append(2, 1, 1, { entries: [someEntry(2, 2, 'b')] }))
    bench.deliver(append(3, 1, 1, { entries: [someEntry(2, 3, 'c')] }))
    expect(two.writes.length).toBe(3)
    two.persist(1)
    bench.pump(2)
    expect(two.raft.log.durable).toBe(1)
    expect(bench.sent.filter(m => m.type === 'append-reply' && m.term === 3)).toEqual([])
    two.persist(1)
    expect(two.raft.log.durable).toBe(1)
    two.persist(1)
    bench.pump(2)
    expect(two.raft.log.durable).toBe(2)
    expect(bench.sent.at(-1)).toMatchObject({ ok: true, index: 2, term: 3 })
  })
})

describe('a heartbeat', () => {
  // 26: async-raft#98.
  it('compares no logs: it is answered whatever the follower has', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.deliver({ ...letters({ from: 1, to: 2, term: 5 }).heartbeat, round: 3 })
    expect(bench.sent).toMatchObject([{ type: 'heartbeat-reply', round: 3 }])
  })

  // 27: etcd#10166, #16220, #20269, #21178.
  it('that counts on entries which are gone here is refused and never answered', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    const beat = { ...letters({ from: 1, to: 2, term: 5 }).heartbeat, commit: 4 }
    expect(bench.deliver(beat)).toMatchObject({ refused: 'commit-beyond-log' })
    expect(bench.sent).toEqual([])
    expect(bench.replica(2).raft.counters.refused['commit-beyond-log']).toBe(1)
  })
})

describe('what a leader knows of a follower', () => {
  // 16: etcd raft#149; SandTable PySyncObj.
  it('only grows within a term: match never falls and next stays above it', () => {
    const bench = trio()
    bench.write(1, 'a')
    const reply = letters({ from: 2, to: 1, term: 1 })['append-reply']
    const late: readonly Message[] = [
      { ...reply, index: 1 },
      { ...reply, ok: false, index: 1, hintIndex: 0, hintTerm: 0 },
      { ...reply, ok: false, index: 0, hintIndex: 0, hintTerm: 0 },
      { ...reply, ok: false, index: 2, hintIndex: 1, hintTerm: 1 },
    ]
    for (const message of late) {
      bench.deliver(message)
      expect(peer(bench, 2)).toMatchObject({ match: 2, next: 3 })
    }
  })

  it('takes no word for more than the leader has', () => {
    const bench = trio()
    const reply = letters({ from: 2, to: 1, term: 1 })['append-reply']
    expect(bench.deliver({ ...reply, index: 9 })).toMatchObject({ refused: 'unexpected' })
    const beat = letters({ from: 2, to: 1, term: 1 })['heartbeat-reply']
    expect(bench.deliver({ ...beat, round: 9 })).toMatchObject({ refused: 'unexpected' })
  })
})

describe('a window', () => {
  const limits = { inflightEntriesMax: 2, messageBytesMax: 1 }

  // 23: etcd#14633, testdata/replicate_pause; raft#54.
  it('that is full takes no more, and empties when acknowledged', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits })
    bench.elect(1)
    for (let i = 0; i < 5; i++) bench.propose(1, `w${i}`)
    const appends = bench.take(m => m.type === 'append' && m.to === 2)
    expect(appends.length).toBe(2)
    expect(peer(bench, 2)).toMatchObject({ inflightEntries: 2, state: 'replicate' })
    for (const message of appends) bench.deliver(message)
    bench.settle()
    expect(peer(bench, 2)).toMatchObject({ inflightEntries: 0, inflightBytes: 0, match: 6 })
  })

  it('of lost messages is found by the answer to a heartbeat', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits })
    bench.elect(1)
    for (let i = 0; i < 5; i++) bench.propose(1, `w${i}`)
    bench.take(toTwo)
    bench.pass(500)
    expect(peer(bench, 2)).toMatchObject({ inflightEntries: 0, inflightBytes: 0, match: 6 })
  })

  it('is closed by bytes too, and one entry always goes', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { inflightBytesMax: 10 } })
    bench.elect(1)
    bench.propose(1, 'larger than the window')
    bench.propose(1, 'and another one')
    expect(bench.take(m => m.type === 'append' && m.to === 2).length).toBe(1)
    bench.pass(500)
    expect(peer(bench, 2)).toMatchObject({ match: 3, inflightBytes: 0 })
  })

  // 23: etcd testdata/heartbeat_resp_recovers_from_probing.
  it('of a probe is opened by the answer to a heartbeat', () => {
    const bench = trio()
    bench.replica(1).raft.unreachable(bench.replica(2).id)
    bench.propose(1, 'x')
    bench.take(toTwo)
    expect(peer(bench, 2)).toMatchObject({ state: 'probe' })
    bench.propose(1, 'y')
    expect(bench.take(toTwo)).toEqual([])
    bench.pass(300)
    expect(peer(bench, 2)).toMatchObject({ state: 'replicate', match: 3 })
  })
})

describe('the bound on what is uncommitted', () => {
  const limits = { uncommittedBytesMax: 60 }
  const full = (bench: Bench, size: number): boolean =>
    isRefusal(bench.replica(1).raft.propose(1, new Uint8Array(size)))

  // 24: etcd raft@a370b6f.
  it('pushes back, admits empty entries, and one of any size when nothing is open', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits })
    bench.elect(1)
    expect(full(bench, 100)).toBe(false)
    expect(full(bench, 1)).toBe(true)
    expect(full(bench, 0)).toBe(false)
    bench.settle()
    expect(bench.status(1).uncommittedBytes).toBe(0)
    expect(full(bench, 1)).toBe(false)
    expect(bench.replica(1).raft.counters.refused['too-much-uncommitted']).toBe(1)
  })

  it('counts for a new leader what it found in its log', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits })
    bench.elect(1)
    bench.propose(1, 'x'.repeat(30))
    bench.deliverSome(m => m.type === 'append' && m.to === 2)
    bench.replica(1).crash()
    bench.wire = []
    bench.lost = ofType('append')
    bench.elect(2)
    expect(bench.status(2).uncommittedBytes).toBe(30 + 16 + 16)
    bench.heal()
    bench.pass(500)
    expect(bench.status(2).uncommittedBytes).toBe(0)
  })
})

describe('handing out committed entries', () => {
  // 25: etcd raft@8ecce32, @2e0653d.
  it.each([1, 17, 50, 1000])('in pages of %i bytes leaves none out', committedBytesMax => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { committedBytesMax } })
    bench.elect(1)
    for (let i = 0; i < 20; i++) bench.propose(1, `w${i}`)
    bench.settle()
    bench.pass(200)
    for (const { lines } of bench.replicas.values()) expect(lines.length).toBe(21)
  })

  it('gives at most a page at a time', () => {
    const bench = new Bench({ voters: [1], limits: { committedBytesMax: 40 } })
    bench.elect(1)
    const { raft } = bench.replica(1)
    for (let i = 0; i < 5; i++) raft.propose(1, toBytes('1234'))
    const { write } = raft.ready()
    raft.persisted(write?.number ?? 0)
    expect(raft.ready().committed.map(e => e.index)).toEqual([2, 3])
    expect(raft.hasReady()).toBe(true)
  })
})
