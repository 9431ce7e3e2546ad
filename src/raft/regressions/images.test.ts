/** Guards against known bugs of images that a replica takes itself; README.md says which. */

import { describe, expect, it } from 'vitest'
import { behind } from '../testing/behind.ts'
import { Bench, ofType } from '../testing/bench.ts'
import { someImage } from '../testing/letters.ts'

describe('an image taken here', () => {
  // 38: etcd#10219: whoever frees the log first and writes the image later has neither.
  it('must hold applied entries only', () => {
    const bench = behind()
    const { raft } = bench.replica(2)
    expect(raft.imageTaken(someImage(99, 1))).toMatchObject({ refused: 'not-applied' })
  })

  it('never takes the place of a newer one', () => {
    const bench = behind()
    const { raft } = bench.replica(1)
    expect(raft.imageTaken(someImage(7, 1))).toMatchObject({ refused: 'stale' })
    expect(raft.imageTaken(someImage(6, 1))).toMatchObject({ refused: 'stale' })
  })

  it('leaves a tail for followers that are a little late', () => {
    const bench = new Bench({ voters: [1, 2, 3], limits: { tailEntries: 4 } })
    bench.elect(1)
    bench.cut(3)
    for (let i = 0; i < 4; i++) bench.write(1, `w${i}`)
    bench.replica(1).takeImage()
    expect(bench.replica(1).raft.log.firstIndex).toBe(2)
    bench.heal()
    bench.pass(500)
    expect(bench.sent.some(ofType('snapshot'))).toBe(false)
    for (const { lines } of bench.replicas.values()) expect(lines).toEqual(bench.replica(1).lines)
  })

  it('carries the fingerprint of everything before it', () => {
    const bench = behind()
    bench.pass(1000)
    bench.write(1, 'after')
    bench.pass(1000)
    for (const { raft } of bench.replicas.values()) raft.askChain(8)
    bench.pumpAll()
    const chains = [...bench.replicas.values()].map(replica => replica.chains[0])
    expect(chains[0]).toMatchObject({ index: 8 })
    expect(new Set(chains.map(at => at?.chain)).size).toBe(1)
  })
})
