/** Peers that are set, moved, removed and set again; links that stop; what is counted meanwhile. */

import { describe, expect, it, test } from 'vitest'
import { Fleet, type Member, nameOf, pair } from '../testing/fleet.ts'

const TWO = nameOf(2)
const stateOf = (member: Member) => member.links.status().map(one => one.state)
const say = (member: Member, to: number, n: number) =>
  member.links.send(nameOf(to), 'turn', Uint8Array.of(n))
/** All that is told while time passes. */
const toldIn = (fleet: Fleet, member: Member, ms: number) => {
  fleet.pass(ms)
  return [...member.told]
}

describe('a peer that is removed', () => {
  it('and set again is met as if for the first time, but remembered', () => {
    const { fleet, one } = pair()
    one.links.removePeer(TWO)
    one.links.setPeer(TWO, fleet.addressOf(2))
    expect(stateOf(one)).toEqual(['connecting'])
    expect(toldIn(fleet, one, 1000)).toEqual(['up n2/1'])
    expect(one.links.status()).toMatchObject([{ losses: 0, sentBytes: 0, lastClosed: undefined }])
    fleet.kill(2)
    expect(toldIn(fleet, one, 100)).toEqual(['lost n2'])
    fleet.start(2, [1], { boot: 0 })
    expect(toldIn(fleet, one, 1000)).toContain('refused n2 old-incarnation')
  })

  it('while it is suspected is not lost afterwards', () => {
    const { fleet, one } = pair()
    fleet.freeze(2)
    fleet.wire.reset(1, 2)
    fleet.pass(20)
    one.links.removePeer(TWO)
    expect(toldIn(fleet, one, 1000)).toEqual([])
  })

  it('while it is dialled is not dialled any more', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    one.links.removePeer(TWO)
    const two = fleet.start(2, [])
    expect(toldIn(fleet, one, 5000)).toEqual([])
    expect(two.links.counters().accepted).toBe(0)
  })

  it('twice, or never set, is nothing', () => {
    const { fleet, one } = pair()
    one.links.removePeer(nameOf(7))
    one.links.removePeer(TWO)
    one.links.removePeer(TWO)
    expect(toldIn(fleet, one, 100)).toEqual([])
    expect(one.links.status()).toEqual([])
  })

  it('takes nothing from the others', () => {
    const fleet = new Fleet()
    const [one, , three] = [1, 2, 3].map(n =>
      fleet.start(
        n,
        [1, 2, 3].filter(m => m !== n),
      ),
    )
    if (one === undefined || three === undefined) throw new Error('three were started')
    fleet.pass(2500)
    one.links.removePeer(TWO)
    say(three, 1, 5)
    say(one, 3, 6)
    expect(toldIn(fleet, one, 100)).toEqual(['n3: 5'])
    expect(three.told).toEqual(['n1: 6'])
  })
})

describe('a stranger that becomes a peer', () => {
  const stranger = () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [])
    fleet.start(2, [1])
    fleet.pass(500)
    return { fleet, one }
  }

  it('is remembered from then on', () => {
    const { fleet, one } = stranger()
    expect(fleet.memoryOf(1).peers.has(TWO)).toBe(false)
    one.links.setPeer(TWO, 'nowhere')
    expect(fleet.memoryOf(1).peers.get(TWO)).toEqual({
      store: 's2',
      boot: 1,
      opening: 'o',
      replaced: [],
    })
    expect(one.links.status()).toMatchObject([{ boot: 1 }])
  })

  it('is lost when it dies, though nobody ever reached it', () => {
    const { fleet, one } = stranger()
    one.links.setPeer(TWO, 'nowhere')
    fleet.pass(500)
    fleet.kill(2)
    expect(toldIn(fleet, one, 100)).toEqual(['lost n2'])
  })

  it('is hung up on when a newer life of it is remembered by then', () => {
    const { fleet, one } = stranger()
    fleet.memoryOf(1).peers.set(TWO, { store: 's2', boot: 5, opening: 'o', replaced: [] })
    one.links.setPeer(TWO, 'nowhere')
    expect(one.links.counters().accepted).toBe(0)
    expect(one.links.status()).toMatchObject([{ boot: undefined }])
    // It had called on both lanes.
    expect(one.told).toEqual(Array(2).fill('refused n2 old-incarnation'))
  })

  it('is known by its newest life, whichever lane that called on', () => {
    const { fleet, one } = stranger()
    fleet.powerOff(2)
    const two = fleet.start(2, [], { boot: 2 })
    two.links.setPeer(nameOf(1), fleet.addressOf(1))
    fleet.pass(1)
    one.links.setPeer(TWO, 'nowhere')
    fleet.pass(500)
    expect(fleet.memoryOf(1).peers.get(TWO)?.boot).toBe(2)
    expect(one.links.status()).toMatchObject([{ boot: 2 }])
    expect(one.links.counters().accepted).toBe(2)
  })
})

describe('a peer that moves', () => {
  it('is told as up again at its new place, and is no loss', () => {
    const { fleet, one } = pair()
    const relay = 'relay:1'
    // The same process under a second name: the wire forgets the first.
    fleet.kill(2)
    fleet.pass(100)
    fleet.move(2, relay)
    fleet.start(2, [1], { boot: 2 })
    fleet.pass(1500)
    const losses = one.links.status()[0]?.losses
    one.links.setPeer(TWO, relay)
    expect(toldIn(fleet, one, 1000)).toEqual(['up n2/2'])
    expect(one.links.status()).toMatchObject([{ address: relay, state: 'up', losses }])
  })

  it('drops what waited for the old place', () => {
    const { fleet, one } = pair({ limits: { imageBytesPerS: 1000 } })
    for (let i = 0; i < 3; i++) one.links.send(TWO, 'image', new Uint8Array(1000))
    one.links.setPeer(TWO, 'nowhere')
    expect(one.links.status()).toMatchObject([{ queuedBytes: 0, dropped: 2, state: 'connecting' }])
    expect(say(one, 2, 1)).toBe(false)
    expect(toldIn(fleet, one, 100)).toEqual(['lost n2'])
  })

  it('again and again ends where it was told last', () => {
    const { fleet, one } = pair()
    const home = fleet.addressOf(2)
    for (let i = 0; i < 20; i++) one.links.setPeer(TWO, i % 2 === 0 ? 'nowhere' : home)
    expect(new Set(toldIn(fleet, one, 1000))).toEqual(new Set(['up n2/1']))
    expect(one.links.status()).toMatchObject([{ address: home, state: 'up', losses: 0 }])
  })

  it('to where another node lives is refused there', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    fleet.start(2, [1])
    fleet.start(3, [])
    fleet.pass(2500)
    one.links.setPeer(TWO, fleet.addressOf(3))
    const told = toldIn(fleet, one, 100)
    expect(told[0]).toBe('refused n2 wrong-node')
    expect(told).toContain('lost n2')
  })
})

describe('links that stop', () => {
  const states: readonly [string, (fleet: Fleet) => Member][] = [
    ['before anything', fleet => fleet.start(1, [])],
    ['while they dial', fleet => fleet.start(1, [2])],
    [
      'while they pause',
      fleet => {
        const one = fleet.start(1, [7])
        fleet.pass(300)
        return one
      },
    ],
    [
      'while they are up',
      fleet => {
        fleet.start(2, [1])
        const one = fleet.start(1, [2])
        fleet.pass(2500)
        return one
      },
    ],
    [
      'while a peer is suspected',
      fleet => {
        fleet.start(2, [1])
        const one = fleet.start(1, [2])
        fleet.pass(2500)
        fleet.freeze(2)
        fleet.wire.reset(1, 2)
        fleet.pass(20)
        return one
      },
    ],
    [
      'while images wait',
      fleet => {
        fleet.start(2, [1])
        const one = fleet.start(1, [2])
        fleet.pass(2500)
        for (let i = 0; i < 3; i++) one.links.send(TWO, 'image', new Uint8Array(1000))
        return one
      },
    ],
  ]

  it.each(states)('%s: tell nothing, keep nothing open, and leave no timer', (_, start) => {
    const fleet = new Fleet({ limits: { imageBytesPerS: 1000 } })
    const one = start(fleet)
    one.links.stop()
    one.links.stop()
    expect(one.links.status()).toEqual([])
    expect(one.links.counters().accepted).toBe(0)
    const others = [...fleet.members.keys()].filter(n => n !== 1)
    fleet.thaw(2)
    for (const n of others) fleet.members.get(n)?.links.stop()
    expect(toldIn(fleet, one, 60_000)).toEqual([])
    expect(fleet.queue.size).toBe(0)
  })

  it('hang up on whoever calls afterwards, unheard', () => {
    const { fleet, one, two } = pair()
    one.links.stop()
    fleet.pass(5000)
    expect(stateOf(two)).not.toContain('up')
    expect(one.told).toEqual([])
    expect(one.links.counters()).toEqual({ refused: {}, refusedByPeers: {}, accepted: 0 })
  })

  it.each(['lost', 'up', 'n2:'])('within a call back (%s) are stopped', word => {
    const { fleet, one, two } = pair()
    const told: string[] = []
    const push = (line: string) => {
      told.push(line)
      if (line.startsWith(word)) one.links.stop()
      return told.length
    }
    Object.defineProperty(one.told, 'push', { value: push })
    if (word === 'n2:') for (const n of [1, 2, 3]) say(two, 1, n)
    else fleet.kill(2)
    if (word === 'up') fleet.start(2, [1], { boot: 2 })
    fleet.pass(3000)
    expect(told.at(-1)?.startsWith(word)).toBe(true)
    expect(told.filter(line => line.startsWith(word))).toHaveLength(1)
    expect(one.links.status()).toEqual([])
  })
})

describe('a peer that is removed within a call back', () => {
  it.each(['lost', 'up', 'refused'])('(%s) is not told of any more', word => {
    const { fleet, one } = pair()
    const told: string[] = []
    const push = (line: string) => {
      told.push(line)
      if (line.startsWith(word)) one.links.removePeer(TWO)
      return told.length
    }
    Object.defineProperty(one.told, 'push', { value: push })
    fleet.kill(2)
    fleet.start(2, [], word === 'refused' ? { cluster: 'd' } : { boot: 2 })
    fleet.pass(3000)
    expect(told.at(-1)?.startsWith(word)).toBe(true)
    expect(told.filter(line => line.startsWith(word))).toHaveLength(1)
  })
})

describe('many restarts', () => {
  it('of both at once, again and again, end in one connection a lane', () => {
    const { fleet } = pair()
    for (let boot = 2; boot < 12; boot++) {
      fleet.kill(1)
      fleet.kill(2)
      const members = [fleet.start(1, [2], { boot }), fleet.start(2, [1], { boot })]
      fleet.pass(3000)
      for (const [n, member] of members.entries()) {
        expect(member.told).toEqual([`up n${2 - n}/${boot}`])
        expect(member.links.counters()).toEqual({ refused: {}, refusedByPeers: {}, accepted: 2 })
      }
    }
  })

  it('of one are each told as one loss and one arrival', () => {
    const { fleet, one } = pair()
    for (let boot = 2; boot < 12; boot++) {
      fleet.kill(2)
      fleet.start(2, [1], { boot })
      // It may call before it is seen that its former life is gone, and calls again.
      const told = toldIn(fleet, one, 3000).filter(line => line !== 'refused n2 node-id-taken')
      expect(told).toEqual(['lost n2', `up n2/${boot}`])
    }
    expect(one.links.status()).toMatchObject([{ losses: 10, boot: 11 }])
  })

  it('of one whose connections nobody closed are let in after a bounded time', () => {
    const { fleet, one } = pair()
    for (let boot = 2; boot < 6; boot++) {
      fleet.powerOff(2)
      fleet.start(2, [1], { boot })
      // The system may take what is sent to the former life: only an echo says that it lives.
      const { stuckMs, probeMs, reconnectMaxMs } = fleet.limits
      const told = toldIn(fleet, one, stuckMs + 2 * probeMs + reconnectMaxMs)
      expect(new Set(told)).toEqual(
        new Set(['refused n2 node-id-taken', 'lost n2', `up n2/${boot}`]),
      )
    }
  })
})

test('a machine that lost its power is met again on both lanes, though images were idle', () => {
  const { fleet, one } = pair({ bufferBytes: 1 })
  fleet.powerOff(2)
  for (let i = 0; i < 2; i++) say(one, 2, i)
  expect(toldIn(fleet, one, 5000)).toEqual(['lost n2'])
  const two = fleet.start(2, [1], { boot: 2 })
  fleet.pass(5000)
  expect(two.links.counters().accepted).toBe(2)
  one.links.send(TWO, 'image', Uint8Array.of(9))
  expect(toldIn(fleet, two, 100)).toEqual(['n1: 9'])
})

test('bytes are counted in both directions, what was dropped apart', () => {
  const limits = { queuedBytesMax: 100, frameBytesMax: 100, imageFramesMax: 1 }
  const { fleet, one, two } = pair({ limits, bufferBytes: 1 })
  for (let i = 0; i < 4; i++) one.links.send(TWO, 'turn', new Uint8Array(60))
  expect(one.links.status()).toMatchObject([{ sentBytes: 120, dropped: 2, queuedBytes: 60 }])
  fleet.pass(100)
  expect(two.links.status()).toMatchObject([{ receivedBytes: 120, sentBytes: 0 }])
  expect(one.links.status()).toMatchObject([{ queuedBytes: 0, receivedBytes: 0 }])
})

test('links have one listener', () => {
  const { one } = pair()
  const nothing = () => {}
  const listener = { onFrame: nothing, onPeerLost: nothing, onPeerUp: nothing, onRefused: nothing }
  expect(() => one.links.listen(listener)).toThrow('links-have-one-listener')
})
