/** What waits to be sent: packets that fill up in a turn, refusals, nodes that are forgotten. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import { readPacket } from '../wire/packet.ts'
import { Outgoing } from './outgoing.ts'
import { asGroup, nodeName } from './testing/world.ts'

const around = { from: replicaId(1), term: 3 }

function append(to: number, sizeBytes: number): Message {
  const entry = { index: 5, term: 3, kind: 'data' as const, data: new Uint8Array(sizeBytes) }
  const before = { prevIndex: 4, prevTerm: 3, commit: 4 }
  return { type: 'append', ...around, to: replicaId(to), ...before, entries: [entry] }
}

function beat(to: number): Message {
  return { type: 'heartbeat', ...around, to: replicaId(to), commit: 4, round: 0 }
}

function started(isTaken: () => boolean = () => true) {
  /** Group and node of each message that the links took. */
  const taken: string[] = []
  const dropped: string[] = []
  let packets = 0
  const outgoing = new Outgoing({
    listen: () => {},
    send: (to, _lane, bytes) => {
      packets++
      if (!isTaken()) return false
      readPacket(bytes, (group, { type }) => taken.push(`${group} ${type} to ${to}`))
      return true
    },
  })
  const say = (n: number, to: number, message: Message) => {
    const sender = { id: asGroup(n), onDropped: (id: number) => void dropped.push(`${n} to ${id}`) }
    outgoing.add(sender, nodeName(to), message)
  }
  return { outgoing, taken, dropped, say, packets: () => packets }
}

describe('a packet that is full in the middle of a turn', () => {
  it('leaves at once, and its appends are told at once if it is refused', () => {
    const { outgoing, dropped, say, packets } = started(() => false)
    say(1, 2, append(2, 700_000))
    expect([packets(), dropped]).toEqual([0, []])
    say(2, 2, append(2, 700_000))
    expect([packets(), dropped]).toEqual([1, ['1 to 2', '2 to 2']])
    say(3, 2, append(2, 10))
    outgoing.flush()
    expect([packets(), dropped]).toEqual([2, ['1 to 2', '2 to 2', '3 to 2']])
    outgoing.flush()
    expect(packets()).toBe(2)
  })

  it('holds up no other node: what waits for that still goes with the turn', () => {
    const { outgoing, taken, say, packets } = started()
    say(1, 3, beat(3))
    say(1, 2, append(2, 2_000_000))
    expect([packets(), taken]).toEqual([1, ['1 append to n2']])
    outgoing.flush()
    expect(taken).toEqual(['1 append to n2', '1 heartbeat to n3'])
    expect(outgoing.stats()).toMatchObject({ packets: 2, packetsDropped: 0, messages: 2 })
  })
})

describe('a node that is forgotten', () => {
  it('leaves what waits for others alone', () => {
    const { outgoing, taken, dropped, say } = started()
    say(1, 2, append(2, 10))
    say(1, 3, append(3, 10))
    outgoing.forget(nodeName(2))
    outgoing.forget(nodeName(9))
    outgoing.flush()
    expect([taken, dropped]).toEqual([['1 append to n3'], []])
  })

  it('is spoken to again when it comes back, without what was said before', () => {
    const { outgoing, taken, say } = started()
    say(1, 2, beat(2))
    outgoing.forget(nodeName(2))
    say(7, 2, beat(2))
    outgoing.flush()
    expect(taken).toEqual(['7 heartbeat to n2'])
  })
})

describe('whatever is said in whatever turns', () => {
  it('each append is taken once or told once, and every message is counted', () => {
    const words = fc.record({
      to: fc.integer({ min: 2, max: 4 }),
      sizeBytes: fc.constantFrom(1, 1000, 600_000),
      isBeat: fc.boolean(),
      isEnd: fc.boolean(),
      isTaken: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(words, { maxLength: 25 }), all => {
        let isTaken = true
        const { outgoing, taken, dropped, say, packets } = started(() => isTaken)
        for (const [i, word] of all.entries()) {
          isTaken = word.isTaken
          say(i + 1, word.to, word.isBeat ? beat(word.to) : append(word.to, word.sizeBytes))
          if (word.isEnd) outgoing.flush()
        }
        outgoing.flush()
        const appends = taken
          .filter(line => line.includes('append'))
          .map(line => line.split(' ')[0])
        const told = dropped.map(line => line.split(' ')[0])
        const wanted = all.flatMap(({ isBeat }, i) => (isBeat ? [] : [`${i + 1}`]))
        expect([...appends, ...told].sort()).toEqual([...wanted].sort())
        expect(outgoing.stats()).toMatchObject({ packets: packets(), messages: all.length })
      }),
      { numRuns: 60 },
    )
  })
})
