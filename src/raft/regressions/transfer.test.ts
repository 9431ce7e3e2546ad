/** Guards against known bugs of transfers; README.md says which. */

import { describe, expect, it } from 'vitest'
import { Bench, ofType } from '../testing/bench.ts'
import { letters } from '../testing/letters.ts'

function trio(): Bench {
  const bench = new Bench({ voters: [1, 2, 3] })
  bench.elect(1)
  return bench
}

describe('a transfer', () => {
  // 11: hashicorp/raft#581, #570.
  it('overrides the lease of those who still hear the leader', () => {
    const bench = trio()
    expect(bench.replica(1).raft.transfer(bench.replica(2).id)).toBeUndefined()
    bench.settle()
    expect(bench.status(2)).toMatchObject({ role: 'leader', term: 2 })
    expect(bench.role(1)).toBe('follower')
  })

  it('waits until the target has everything', () => {
    const bench = trio()
    bench.cut(2)
    bench.write(1, 'x')
    bench.replica(1).raft.transfer(bench.replica(2).id)
    bench.settle()
    expect(bench.sent.some(ofType('timeout-now'))).toBe(false)
    bench.heal()
    bench.pass(300)
    expect(bench.role(2)).toBe('leader')
  })

  it('lets nobody propose meanwhile, and ends when its time is over', () => {
    const bench = trio()
    const { raft } = bench.replica(1)
    bench.replica(2).crash()
    raft.transfer(bench.replica(2).id)
    expect(raft.propose(1, new Uint8Array(0))).toMatchObject({ refused: 'transferring' })
    expect(raft.transfer(bench.replica(3).id)).toMatchObject({ refused: 'transferring' })
    bench.pass(1200)
    expect(bench.status(1)).toMatchObject({ role: 'leader', transferee: 0 })
    bench.write(1, 'x')
    expect(bench.status(1).commit).toBe(2)
  })

  it('is not taken from anybody but the leader', () => {
    const bench = trio()
    const order = letters({ from: 3, to: 2, term: 1 })['timeout-now']
    expect(bench.deliver(order)).toMatchObject({ refused: 'stale' })
    expect(bench.status(2)).toMatchObject({ role: 'follower', term: 1 })
  })

  it('of an older leader is void', () => {
    const bench = trio()
    bench.cut(1)
    bench.elect(2)
    bench.heal()
    const order = letters({ from: 1, to: 3, term: 1 })['timeout-now']
    expect(bench.deliver(order)).toMatchObject({ refused: 'stale' })
    expect(bench.status(3).term).toBe(2)
  })

  it('loses nothing that was acknowledged', () => {
    const bench = trio()
    const { index } = bench.write(1, 'x')
    for (const to of [2, 3, 1]) {
      bench.replica(bench.leader).raft.transfer(bench.replica(to).id)
      bench.settle()
      expect(bench.leader).toBe(to)
    }
    bench.pass(300)
    for (const { lines } of bench.replicas.values()) expect(lines[index - 1]).toContain('x')
  })
})
