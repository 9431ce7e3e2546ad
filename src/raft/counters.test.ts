/** Every cell of the table role x message counts for itself; every refusal is counted. */

import { describe, expect, it } from 'vitest'
import { noCounters } from './counters.ts'
import { messageTypes } from './messages.ts'
import { isRefusal, refusalCodes, refusals } from './refusal.ts'
import { Bench } from './testing/bench.ts'
import { letters } from './testing/letters.ts'
import { roles } from './types.ts'

describe('counters', () => {
  it('begin at nothing, with a cell for each role and message and for each refusal', () => {
    const { received, refused } = noCounters()
    expect(Object.keys(received)).toEqual([...roles])
    for (const role of roles) {
      expect(Object.keys(received[role])).toEqual([...messageTypes])
      expect(Object.values(received[role]).every(count => count === 0)).toBe(true)
    }
    expect(Object.keys(refused)).toEqual([...refusalCodes])
  })

  it('share no cell', () => {
    const counters = noCounters()
    counters.received.leader.append++
    expect(counters.received.follower.append).toBe(0)
    expect(noCounters().received.leader.append).toBe(0)
  })

  it('count a message by the role on arrival', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    bench.deliver(letters({ from: 2, to: 1, term: 9 }).heartbeat)
    const { received } = bench.replica(1).raft.counters
    expect(bench.role(1)).toBe('follower')
    expect(received.leader.heartbeat).toBe(1)
    expect(received.follower.heartbeat).toBe(0)
  })

  it('count refusals, and nothing that was not refused', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    const { refused } = bench.replica(2).raft.counters
    expect(Object.values(refused).every(count => count === 0)).toBe(true)
    bench.replica(2).raft.propose(1, new Uint8Array(0))
    bench.replica(2).raft.propose(1, new Uint8Array(0))
    expect(refused['not-leader']).toBe(2)
  })
})

describe('a refusal', () => {
  it('says by its code what is wrong', () => {
    for (const code of refusalCodes) expect(refusals[code].length).toBeGreaterThan(10)
  })

  it('is told from an answer', () => {
    expect(isRefusal(undefined)).toBe(false)
    expect(isRefusal({ index: 1, term: 1 })).toBe(false)
    expect(isRefusal({ refused: 'stale', leader: 0 })).toBe(true)
  })

  it('names the leader to ask instead', () => {
    const bench = new Bench({ voters: [1, 2, 3] })
    bench.elect(1)
    const answer = bench.replica(2).raft.propose(1, new Uint8Array(0))
    expect(answer).toEqual({ refused: 'not-leader', leader: 1 })
  })
})
