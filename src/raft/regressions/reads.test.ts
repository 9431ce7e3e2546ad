/** Guards against known bugs of linearizable reads; README.md says which. */

import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import { isRefusal } from '../refusal.ts'
import { Bench, ofType } from '../testing/bench.ts'
import { letters } from '../testing/letters.ts'
import type { ReadId } from '../types.ts'

function trio(): Bench {
  const bench = new Bench({ voters: [1, 2, 3] })
  bench.elect(1)
  bench.pass(200)
  return bench
}

function ask(bench: Bench, id: number): ReadId {
  const answer = bench.replica(id).raft.read()
  if (isRefusal(answer)) throw new Error(answer.refused)
  bench.pump(id)
  return answer.read
}

const BEATS = ofType('heartbeat', 'heartbeat-reply')

describe('a read', () => {
  it('of the leader is answered after a round of heartbeats', () => {
    const bench = trio()
    const read = ask(bench, 1)
    expect(bench.replica(1).reads).toEqual([])
    bench.settle()
    expect(bench.replica(1).reads).toEqual([read])
  })

  it('of a follower or learner is answered there, when it has applied what the leader had', () => {
    const bench = new Bench({ voters: [1, 2, 3], learners: [4] })
    bench.elect(1)
    bench.pass(200)
    for (const id of [2, 4]) {
      bench.replica(id).autoApply = false
      bench.write(1, `for ${id}`)
      bench.pass(200)
      const read = ask(bench, id)
      bench.settle()
      expect(bench.replica(id).reads).toEqual([])
      bench.replica(id).apply()
      bench.pump(id)
      expect(bench.replica(id).reads).toEqual([read])
    }
  })

  // 42: etcd#7331; TiKV#1634, #6340, #9239; RedisRaft#22.
  it('waits for the leader’s first entry of its term to be committed', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    bench.write(1, 'seen')
    bench.cut(1)
    bench.lost = m => m.from === 1 || m.to === 1 || m.type === 'append'
    bench.elect(2)
    const read = ask(bench, 2)
    bench.pass(300)
    expect(bench.replica(2).reads).toEqual([])
    bench.heal()
    bench.pass(500)
    expect(bench.replica(2).reads).toEqual([read])
    expect(bench.replica(2).lines.some(line => line.endsWith('seen'))).toBe(true)
  })

  // 44: no leases: etcd#6005, #12704; TiKV#964; sofa-jraft#26, #34.
  it('is not answered by a leader that nobody answers, as long as its lease may be', () => {
    const bench = trio()
    bench.cut(1)
    ask(bench, 1)
    bench.elect(2)
    bench.write(2, 'newer')
    bench.tick(1, 300)
    bench.settle()
    expect(bench.replica(1).reads).toEqual([])
  })

  // 43: etcd#20418, #21399; raft#397.
  it('is not confirmed by answers to a round that began before it', () => {
    const bench = trio()
    const first = ask(bench, 1)
    const beats = bench.take(ofType('heartbeat'))
    bench.cut(1)
    bench.write(1, 'while the round is out')
    const second = ask(bench, 1)
    bench.heal()
    for (const beat of beats) bench.deliver(beat)
    bench.deliverSome(ofType('heartbeat-reply'))
    expect(bench.replica(1).reads).toEqual([first])
    bench.settle()
    expect(bench.replica(1).reads).toEqual([first, second])
  })

  it('is not answered while an image is loaded: the state it was to see is on its way out', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { tailEntries: 0 } })
    bench.elect(1)
    bench.write(1, 'old')
    bench.pass(200)
    const read = ask(bench, 2)
    bench.deliverSome(ofType('read'))
    bench.deliverSome(ofType('heartbeat'))
    bench.deliverSome(ofType('heartbeat-reply'))
    const replies = bench.take(ofType('read-reply'))
    expect(replies).toHaveLength(1)
    bench.cut(2)
    for (const data of ['a', 'b', 'c']) bench.write(1, data)
    bench.replica(1).takeImage()
    bench.replica(2).autoApply = false
    bench.heal()
    bench.pass(500)
    expect(bench.replica(2).jobs).toMatchObject([{ install: { index: expect.any(Number) } }])
    for (const reply of replies) bench.deliver(reply)
    bench.pump(2)
    expect(bench.replica(2).reads).toEqual([])
    bench.replica(2).apply()
    bench.pump(2)
    expect(bench.replica(2).reads).toEqual([read])
    expect(bench.replica(2).lines.some(line => line.endsWith('old'))).toBe(true)
  })

  it('is not confirmed by the same peer twice, nor by learners, nor by the leader alone', () => {
    const bench = new Bench({ voters: [1, 2, 3, 4, 5], learners: [6, 7, 8] })
    bench.elect(1)
    bench.pass(200)
    bench.lost = m => BEATS(m) && [3, 4, 5].some(id => m.to === id)
    ask(bench, 1)
    bench.settle()
    const [beat] = bench.sent.filter(ofType('heartbeat-reply')).slice(-1)
    if (beat !== undefined) bench.deliver(beat)
    bench.pass(400)
    expect(bench.replica(1).reads).toEqual([])
    bench.heal()
    bench.pass(400)
    expect(bench.replica(1).reads.length).toBe(1)
  })

  // 18: openraft@d60f1e85: a wrong majority in a read.
  it('in a joint phase needs both majorities', () => {
    const bench = new Bench({ voters: [1, 2, 3], learners: [4, 5] })
    bench.elect(1)
    bench.pass(200)
    const { index } = bench.change(1, [1, 4, 5])
    bench.lost = m => m.type === 'append' && m.entries.some(e => e.index > index)
    bench.settle()
    bench.lost = m => [4, 5].some(id => m.to === id)
    ask(bench, 1)
    bench.pass(300)
    expect(bench.replica(1).reads).toEqual([])
    bench.lost = m => [2, 3].some(id => m.to === id) && m.type !== 'append'
    bench.pass(300)
    expect(bench.status(1).members.outgoing.length).toBe(0)
    expect(bench.replica(1).reads.length).toBe(1)
  })

  it('shares a round with all that wait', () => {
    const bench = trio()
    const before = bench.sent.length
    const asked = Array.from({ length: 50 }, () => ask(bench, 1))
    bench.settle()
    expect(bench.replica(1).reads).toEqual(asked)
    expect(bench.sent.slice(before).filter(ofType('heartbeat')).length).toBe(4)
  })

  it('is confirmed by the next heartbeat if the round was lost', () => {
    const bench = trio()
    bench.lost = ofType('heartbeat')
    const read = ask(bench, 1)
    bench.settle()
    bench.heal()
    bench.pass(200)
    expect(bench.replica(1).reads).toEqual([read])
  })

  // 45: RedisRaft#18; etcd raft#105.
  it('after a restart waits until the log is applied again', () => {
    const bench = trio()
    bench.write(1, 'x')
    bench.pass(200)
    bench.replica(2).autoApply = false
    bench.replica(2).restart()
    bench.pass(200)
    const read = ask(bench, 2)
    bench.settle()
    expect(bench.status(2).applied).toBe(0)
    expect(bench.replica(2).reads).toEqual([])
    bench.replica(2).apply()
    bench.pump(2)
    expect(bench.replica(2).reads).toEqual([read])
  })
})

describe('a read that nobody will answer', () => {
  // 56: openraft#1761.
  it('is told so when the leader steps down', () => {
    const bench = trio()
    bench.cut(1)
    const read = ask(bench, 1)
    bench.pass(2500)
    expect(bench.replica(1).readsLost).toContainEqual(read)
    expect(bench.replica(1).reads).toEqual([])
  })

  it('is told so when another leader is heard', () => {
    const bench = trio()
    bench.lost = ofType('read')
    const read = ask(bench, 2)
    bench.deliver(letters({ from: 3, to: 2, term: 2 }).heartbeat)
    expect(bench.replica(2).readsLost).toEqual([read])
  })

  it('is told so when the question or the answer was lost', () => {
    const bench = trio()
    bench.lost = ofType('read-reply')
    const read = ask(bench, 2)
    bench.pass(900)
    expect(bench.replica(2).readsLost).toEqual([])
    bench.pass(200)
    expect(bench.replica(2).readsLost).toEqual([read])
    expect(bench.status(2).readsPending).toBe(0)
  })

  it('is told so when the leader is suspected', () => {
    const bench = trio()
    bench.lost = ofType('read')
    const read = ask(bench, 2)
    bench.replica(2).raft.suspectLeader(bench.replica(1).id)
    bench.pump(2)
    expect(bench.replica(2).readsLost).toEqual([read])
  })

  it('is not answered late as well', () => {
    const bench = trio()
    bench.lost = ofType('read')
    const read = ask(bench, 2)
    bench.pass(1100)
    const late = { ...letters({ from: 1, to: 2, term: 1 })['read-reply'], read }
    bench.heal()
    expect(bench.deliver(late)).toMatchObject({ refused: 'stale' })
    expect(bench.replica(2).reads).toEqual([])
  })
})

describe('the answer to a read', () => {
  it.each<[string, Partial<ReadId>]>([
    ['another replica', { replica: replicaId(3) }],
    ['an earlier life', { boot: 99 }],
    ['nobody', { serial: 99 }],
  ])('of %s is stale', (_, other) => {
    const bench = trio()
    bench.lost = ofType('read')
    const read = ask(bench, 2)
    bench.heal()
    const letter = letters({ from: 1, to: 2, term: 1 })['read-reply']
    const answer = bench.deliver({ ...letter, read: { ...read, ...other } })
    expect(answer).toMatchObject({ refused: 'stale' })
    expect(bench.status(2).readsPending).toBe(1)
  })

  it('of a leader of an older term is void', () => {
    const bench = trio()
    bench.lost = ofType('read')
    const read = ask(bench, 2)
    bench.heal()
    bench.cut(1)
    bench.elect(3)
    const late = { ...letters({ from: 1, to: 2, term: 1 })['read-reply'], read }
    bench.heal()
    expect(bench.deliver(late)).toMatchObject({ refused: 'stale' })
    expect(bench.replica(2).reads).toEqual([])
  })
})

describe('the bound on reads', () => {
  it('refuses those beyond it, here and at the leader', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { readsPendingMax: 2 } })
    bench.elect(1)
    bench.cut(1)
    ask(bench, 1)
    ask(bench, 1)
    expect(bench.replica(1).raft.read()).toMatchObject({ refused: 'too-many-reads' })
    bench.heal()
    const letter = letters({ from: 2, to: 1, term: 1 }).read
    expect(bench.deliver(letter)).toMatchObject({ refused: 'too-many-reads' })
  })

  it('refuses a read where no leader is known', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    expect(bench.replica(1).raft.read()).toMatchObject({ refused: 'no-leader' })
  })
})
