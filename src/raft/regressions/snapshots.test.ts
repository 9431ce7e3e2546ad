/** Guards against known bugs of images on their way; README.md says which. */

import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import type { Snapshot } from '../messages.ts'
import { BEHIND_LIMITS, behind } from '../testing/behind.ts'
import { Bench, ofType } from '../testing/bench.ts'
import { letters, someImage } from '../testing/letters.ts'

function peer(bench: Bench, id: number): object | undefined {
  return bench.status(1).peers.find(p => p.id === id)
}

/** Until the first chunk is on the wire. */
function begun(bench: Bench): void {
  bench.lost = ofType('snapshot')
  bench.pass(300)
  expect(peer(bench, 3)).toMatchObject({ state: 'snapshot' })
}

function expectEqualStates(bench: Bench): void {
  for (const { lines } of bench.replicas.values()) expect(lines).toEqual(bench.replica(1).lines)
}

describe('a follower behind the leader’s image', () => {
  // 22: etcd testdata/slow_follower_after_compaction, raft#31.
  it('gets the image in chunks and then the entries behind it', () => {
    const bench = behind()
    bench.write(1, 'after')
    bench.pass(1000)
    expect(bench.replica(3).disk.image.index).toBe(7)
    expect(bench.sent.filter(ofType('snapshot')).length).toBeGreaterThan(3)
    expectEqualStates(bench)
  })

  // 39: etcd#10308, testdata/snapshot_succeed_via_app_resp.
  it('is fed entries again as soon as it has the image', () => {
    const bench = behind()
    bench.pass(1000)
    expect(peer(bench, 3)).toMatchObject({ state: 'replicate', match: 7 })
  })

  it('is fed again if the answer to the last chunk is lost', () => {
    const bench = behind()
    bench.lost = m => m.type === 'snapshot-reply' && m.done
    bench.pass(600)
    expect(bench.replica(3).disk.image.index).toBe(7)
    expect(peer(bench, 3)).toMatchObject({ state: 'snapshot' })
    bench.heal()
    bench.pass(1500)
    expect(peer(bench, 3)).toMatchObject({ state: 'replicate' })
  })

  it('is fed again if a late acknowledgement shows that it needs no image', () => {
    const bench = behind()
    begun(bench)
    const { raft } = bench.replica(1)
    const reply = letters({ from: 3, to: 1, term: raft.term })['append-reply']
    bench.deliver({ ...reply, index: 7 })
    expect(peer(bench, 3)).toMatchObject({ state: 'replicate', next: 8 })
  })

  // 39: openraft@afd6508b.
  it('may be new, with nothing at all, while the leader’s log is empty behind its image', () => {
    const bench = new Bench({ voters: [1], joiners: [2], limits: BEHIND_LIMITS })
    bench.elect(1)
    for (let i = 0; i < 5; i++) bench.write(1, `w${i}`)
    bench.change(1, [1], [2])
    bench.cut(2)
    bench.settle()
    bench.replica(1).takeImage()
    expect(bench.replica(1).raft.log.firstIndex).toBe(8)
    bench.heal()
    bench.pass(1500)
    expect(bench.replica(2).lines).toEqual(bench.replica(1).lines)
    expect(bench.role(2)).toBe('learner')
  })

  it('gets the newer image if the leader has taken one meanwhile and forgot the first', () => {
    const bench = behind()
    begun(bench)
    bench.write(1, 'more')
    bench.replica(1).disk.images.delete(7)
    bench.replica(1).takeImage()
    bench.heal()
    bench.pass(3000)
    expect(bench.replica(3).disk.image.index).toBe(8)
    expectEqualStates(bench)
  })

  // 41: openraft#808.
  it('holds nobody up when it is dead', () => {
    const bench = behind()
    begun(bench)
    bench.replica(3).crash()
    bench.write(1, 'x')
    bench.pass(4000)
    expect(peer(bench, 3)).toMatchObject({ state: 'probe', active: false })
    const before = bench.sent.filter(ofType('snapshot')).length
    bench.pass(4000)
    expect(bench.sent.filter(ofType('snapshot')).length).toBe(before)
    expect(bench.status(1).commit).toBe(8)
    bench.heal()
    bench.replica(3).restart()
    bench.pass(3000)
    expectEqualStates(bench)
  })
})

describe('chunks', () => {
  // 40: openraft@2eccb9e1.
  it('are sent again when one is lost', () => {
    const bench = behind()
    let lost = 0
    bench.lost = m => m.type === 'snapshot' && m.offset === 20 && lost++ < 2
    bench.pass(5000)
    expect(lost).toBeGreaterThan(2)
    expectEqualStates(bench)
  })

  it('may come twice, late and in any order', () => {
    const bench = behind()
    begun(bench)
    bench.heal()
    for (let round = 0; round < 40; round++) {
      bench.tick(1, 300)
      const chunks = bench.take(ofType('snapshot', 'snapshot-reply'))
      bench.settle()
      for (const chunk of [...chunks, ...chunks].reverse()) bench.deliver(chunk)
      bench.settle()
    }
    expectEqualStates(bench)
  })

  it('begin anew at a follower that started again between two of them', () => {
    const bench = behind()
    bench.lost = m => m.type === 'snapshot' && m.offset >= 40
    bench.pass(300)
    bench.replica(3).restart()
    bench.heal()
    const before = bench.sent.length
    bench.pass(3000)
    const offsets = bench.sent.slice(before).filter(m => m.type === 'snapshot')
    expect(offsets.map(m => (m as Snapshot).offset)).toContain(0)
    expectEqualStates(bench)
  })

  // Two leaders hold images of one index that differ in their bytes.
  it('of two replicas are never mixed', () => {
    const bench = behind()
    bench.lost = m => m.type === 'snapshot' && m.offset >= 40
    bench.pass(300)
    bench.replica(2).takeImage()
    expect(bench.status(3).image).toBe(0)
    bench.cut(1)
    const before = bench.sent.length
    bench.elect(2)
    bench.pass(2000)
    const first = bench.sent.slice(before).find(m => m.type === 'snapshot')
    expect(first).toMatchObject({ from: 2, offset: 0 })
    expect(bench.status(3).image).toBe(7)
  })

  // The same replica, started again, may have taken its image anew.
  it('of two terms are never mixed', () => {
    const bench = behind()
    bench.lost = m => m.type === 'snapshot' && m.offset >= 40
    bench.pass(300)
    bench.replica(1).restart()
    bench.wire = []
    const before = bench.sent.length
    bench.elect(1)
    bench.pass(300)
    const answers = bench.sent.slice(before).filter(ofType('snapshot-reply'))
    expect(answers[0]).toMatchObject({ offset: 20, done: false })
    bench.heal()
    bench.pass(3000)
    expectEqualStates(bench)
  })

  // Another one's campaign in the same term may have been that of the sender, started again.
  it('are not mixed over a campaign of the receiver either', () => {
    const bench = behind()
    bench.lost = m => m.type === 'snapshot' && m.offset >= 40
    bench.pass(300)
    const last = bench.sent.findLast(m => m.type === 'snapshot')
    expect(last).toMatchObject({ to: 3, offset: 40 })
    bench.lost = m => m.from === 3
    // Without its pre-vote: the leader handed over to it.
    bench.deliver({ type: 'timeout-now', from: replicaId(1), to: replicaId(3), term: 1 })
    expect(bench.status(3)).toMatchObject({ role: 'candidate', term: 2 })
    bench.deliver({ ...(last as Snapshot), term: 2 })
    bench.pump(3)
    const answer = bench.sent.findLast(m => m.type === 'snapshot-reply')
    expect(answer).toMatchObject({ offset: 0, done: false })
  })

  it('are acknowledged when they are durable, not before', () => {
    const bench = behind()
    bench.replica(3).autoPersist = false
    bench.pass(600)
    const held = bench.sent.filter(ofType('snapshot-reply')).length
    expect(bench.replica(3).writes.length).toBeGreaterThan(0)
    expect(held).toBe(0)
    bench.replica(3).persist()
    bench.settle()
    expect(bench.sent.filter(ofType('snapshot-reply')).length).toBe(1)
  })
})

describe('an image that takes the place of the log', () => {
  // 37: openraft@eed681d5.
  it('is loaded behind everything that was handed out before', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: BEHIND_LIMITS })
    bench.elect(1)
    const three = bench.replica(3)
    three.autoApply = false
    bench.write(1, 'a')
    bench.write(1, 'b')
    bench.pass(200)
    bench.cut(3)
    for (let i = 0; i < 5; i++) bench.write(1, `w${i}`)
    bench.replica(1).takeImage()
    bench.heal()
    bench.write(1, 'after')
    bench.pass(1000)
    const kinds = three.jobs.map(job => ('install' in job ? 'image' : job.entry.index))
    expect(kinds).toEqual([2, 3, 'image', 9])
    three.apply()
    expectEqualStates(bench)
  })

  it('cannot be described before it is loaded', () => {
    const bench = behind()
    const three = bench.replica(3)
    three.autoApply = false
    bench.pass(1000)
    expect(three.raft.log.image.index).toBe(7)
    expect(three.raft.imageNow()).toBeUndefined()
    three.apply()
    expect(three.raft.imageNow()?.index).toBe(7)
  })

  // 37: etcd#18055.
  it('may be followed by another one before it is loaded', () => {
    const bench = behind()
    const three = bench.replica(3)
    three.autoApply = false
    bench.pass(1000)
    bench.cut(3)
    for (let i = 0; i < 5; i++) bench.write(1, `x${i}`)
    bench.replica(1).takeImage()
    bench.heal()
    bench.pass(1000)
    expect(three.disk.image.index).toBe(12)
    expect(three.jobs).toMatchObject([{ install: { index: 7 } }])
    three.apply()
    three.pump()
    three.apply()
    expectEqualStates(bench)
  })

  it('is not vouched for before it is durable, nor is what follows it', () => {
    const bench = behind()
    const three = bench.replica(3)
    bench.lost = m => m.type === 'snapshot' && m.last
    bench.pass(300)
    three.autoPersist = false
    bench.heal()
    bench.pass(1200)
    expect(three.raft.log.lastIndex).toBe(7)
    const append = letters({ from: 1, to: 3, term: 1, index: 7 }).append
    bench.deliver({ ...append, prevTerm: 1, entries: append.entries.slice(0, 1) })
    expect(three.raft.log).toMatchObject({ lastIndex: 8, durable: 1 })
    expect(peer(bench, 3)).toMatchObject({ match: 1 })
    expect(three.jobs).toEqual([])
    three.crash()
    expect(three.disk.image.index).toBe(0)
    three.autoPersist = true
    three.restart()
    bench.wire = []
    bench.pass(3000)
    expectEqualStates(bench)
  })

  // 38: RedisRaft#43.
  it('leaves no gap in front of the entries that follow it, also after a restart', () => {
    const bench = behind()
    bench.pass(1000)
    bench.write(1, 'after')
    bench.replica(3).restart()
    const { entries, image } = bench.replica(3).disk
    expect(entries[0]?.index).toBe(image.index + 1)
    bench.pass(500)
    expectEqualStates(bench)
  })

  // A host that folds a turn into one write took an image of its own in that turn.
  it('outdates an image that was taken here but not yet written', () => {
    const bench = behind()
    const { raft, disk } = bench.replica(3)
    bench.lost = m => m.type === 'snapshot' && m.last
    bench.pass(300)
    const mine = raft.imageNow()
    expect(mine?.index).toBe(1)
    if (mine !== undefined) raft.imageTaken(mine)
    const last = bench.sent.findLast(m => m.type === 'snapshot' && m.last)
    bench.heal()
    if (last !== undefined) bench.deliver(last)
    expect(disk.image.index).toBe(7)
    expect(disk.lastIndex).toBe(7)
  })

  it('keeps the tail behind it if the log agrees with it', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: BEHIND_LIMITS })
    bench.elect(1)
    bench.lost = m => m.to === 3 && m.type === 'append' && m.commit > 1
    for (let i = 0; i < 3; i++) bench.write(1, `w${i}`)
    const { raft } = bench.replica(3)
    const { commit, lastIndex, term } = { ...bench.status(3) }
    bench.heal()
    const { snapshot } = letters({ from: 1, to: 3, term })
    bench.deliver({ ...snapshot, image: someImage(commit + 1, term), last: true })
    expect(raft.log).toMatchObject({ lastIndex, commit: Math.min(commit + 1, lastIndex) })
    expect(raft.log.image.index).toBe(0)
  })
})

describe('an image that is not needed', () => {
  it('is answered as done and changes nothing', () => {
    const bench = behind()
    bench.pass(1000)
    const before = bench.status(2)
    const { snapshot } = letters({ from: 1, to: 2, term: 1 })
    bench.deliver({ ...snapshot, image: someImage(2, 1), last: true })
    expect(bench.status(2)).toMatchObject({ commit: before.commit, image: before.image })
    expect(bench.sent.at(-1)).toMatchObject({ type: 'snapshot-reply', imageIndex: 2, done: true })
  })

  // 37: openraft@ac3e5a89.
  it('is refused if it contradicts what is committed', () => {
    const bench = behind()
    bench.replica(2).restart()
    const { raft } = bench.replica(2)
    bench.pass(300)
    const term = raft.term + 5
    const { snapshot } = letters({ from: 1, to: 2, term })
    const before = bench.status(2)
    const answer = bench.deliver({ ...snapshot, image: someImage(3, term), last: true })
    expect(answer).toMatchObject({ refused: 'unexpected' })
    expect(bench.status(2)).toMatchObject({ commit: before.commit, image: before.image })
  })
})
