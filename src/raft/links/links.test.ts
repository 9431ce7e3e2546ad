/** Connections between nodes over the simulated wire: their life, and what is told of it. */

import { describe, expect, it } from 'vitest'
import { Fleet, type Member, nameOf, pair } from '../testing/fleet.ts'

const say = (member: Member, to: number, ...numbers: number[]) =>
  numbers.map(n => member.links.send(nameOf(to), 'turn', Uint8Array.of(n)))

const stateOf = (member: Member) => member.links.status().map(one => one.state)

describe('two nodes', () => {
  it('find each other, each over a connection of its own', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    const two = fleet.start(2, [1])
    expect(stateOf(one)).toEqual(['connecting'])
    fleet.pass(1000)
    expect(one.told).toEqual(['up n2/1'])
    expect(two.told).toEqual(['up n1/1'])
    expect(stateOf(one)).toEqual(['up'])
    expect(one.links.counters()).toEqual({ refused: {}, refusedByPeers: {}, accepted: 2 })
  })

  it('find each other though one comes later', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    fleet.pass(10_000)
    expect(one.told).toEqual([])
    fleet.start(2, [1])
    fleet.pass(1500)
    expect(one.told).toEqual(['up n2/1'])
  })

  it('hear every frame once and in order', () => {
    const { fleet, one, two } = pair()
    expect(say(one, 2, 1, 2, 3)).toEqual([true, true, true])
    say(two, 1, 4)
    fleet.pass(10)
    expect(two.told).toEqual(['n1: 1', 'n1: 2', 'n1: 3'])
    expect(one.told).toEqual(['n2: 4'])
  })

  it('count what they said and heard', () => {
    const { fleet, one, two } = pair()
    one.links.send(nameOf(2), 'turn', new Uint8Array(100))
    one.links.send(nameOf(2), 'image', new Uint8Array(1000))
    fleet.pass(10)
    expect(one.links.status()).toMatchObject([{ node: 'n2', boot: 1, sentBytes: 1100, dropped: 0 }])
    expect(two.links.status()).toMatchObject([{ node: 'n1', receivedBytes: 1100 }])
  })

  it('drop what is for nobody, or for who is not there', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    expect(say(one, 2, 1)).toEqual([false])
    expect(say(one, 3, 1)).toEqual([false])
    expect(one.links.send(nameOf(2), 'image', Uint8Array.of(1))).toBe(false)
    expect(one.links.status()).toMatchObject([{ dropped: 2, sentBytes: 0 }])
  })

  it('hear a stranger of their cluster, who is not remembered', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [])
    const two = fleet.start(2, [1])
    fleet.pass(500)
    say(two, 1, 7)
    fleet.pass(10)
    expect(one.told).toEqual(['n2: 7'])
    expect(fleet.memoryOf(1).peers.size).toBe(0)
  })

  it('forget a peer that is removed', () => {
    const { fleet, one, two } = pair()
    one.links.removePeer(nameOf(2))
    expect(say(one, 2, 1)).toEqual([false])
    expect(one.links.status()).toEqual([])
    fleet.pass(3000)
    expect(one.told).toEqual([])
    expect(two.told).toEqual(['up n1/1'])
  })

  it('that stop say and hear nothing more', () => {
    const { fleet, one, two } = pair()
    one.links.stop()
    say(two, 1, 1)
    one.links.setPeer(nameOf(2), fleet.addressOf(2))
    fleet.pass(3000)
    expect(one.told).toEqual([])
    expect(one.links.status()).toEqual([])
    expect(two.told).toEqual(['lost n1'])
  })
})

describe('fast suspicion', () => {
  it('loses a peer whose process died, within the time of a few messages', () => {
    const { fleet, one } = pair()
    fleet.kill(2)
    fleet.pass(15)
    expect(one.told).toEqual(['lost n2'])
    fleet.pass(60_000)
    expect(one.told).toEqual([])
    const lastClosed = 'the connection was refused'
    expect(one.links.status()).toMatchObject([{ losses: 1, boot: undefined, lastClosed }])
  })

  it('tells the loss behind all that came from the dead', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { fleet, one, two } = pair({ seed })
      say(two, 1, 1, 2, 3)
      fleet.kill(2)
      fleet.pass(200)
      expect(['n2: 1,n2: 2,n2: 3,lost n2', 'lost n2']).toContain(one.told.join())
    }
  })

  it('takes a broken connection for nothing when the same boot answers at once', () => {
    const { fleet, one, two } = pair()
    fleet.wire.reset(1, 2)
    fleet.pass(1000)
    expect(one.told).toEqual(['up n2/1'])
    expect(two.told).toEqual(['up n1/1'])
    expect(one.links.status()).toMatchObject([{ losses: 0 }])
  })

  it('loses a peer that does not answer within the time, once', () => {
    const { fleet, one } = pair()
    fleet.wire.reset(1, 2)
    fleet.pass(0.5)
    fleet.freeze(2)
    fleet.pass(30)
    expect(one.told).toEqual([])
    fleet.pass(1000)
    expect(one.told).toEqual(['lost n2'])
    fleet.thaw(2)
    fleet.pass(1500)
    expect(one.told.filter(line => line.startsWith('up'))).toHaveLength(1)
    expect(one.told).not.toContain('lost n2')
  })

  it('loses and finds a peer that comes back with another boot before anybody looked', () => {
    const { fleet, one } = pair()
    fleet.kill(2)
    fleet.start(2, [1], { boot: 2 })
    fleet.pass(1500)
    expect(one.told.filter(line => !line.startsWith('refused'))).toEqual(['lost n2', 'up n2/2'])
  })

  it('learns of a new life by the call that it makes, if the old told nobody of its end', () => {
    const { fleet, one } = pair()
    fleet.powerOff(2)
    fleet.pass(1000)
    expect(one.told).toEqual([])
    fleet.start(2, [1], { boot: 2 })
    fleet.pass(1500)
    expect(one.told).toEqual(['lost n2', 'up n2/2'])
  })

  it('suspects whoever hung up though it was never reached itself', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [])
    fleet.start(2, [1])
    fleet.pass(1500)
    one.links.setPeer(nameOf(2), 'nowhere')
    fleet.wire.reset(1, 2)
    fleet.pass(500)
    one.told.length = 0
    fleet.kill(2)
    fleet.pass(100)
    expect(one.told).toEqual(['lost n2'])
  })

  it.each([
    ['there', [[1, 2]]],
    ['back', [[2, 1]]],
    [
      'there and back',
      [
        [1, 2],
        [2, 1],
      ],
    ],
  ])('finds a way %s that swallows all by the echoes that do not come', (_, cuts) => {
    const { fleet, one } = pair()
    for (const [from = 0, to = 0] of cuts) fleet.wire.cut(from, to, 1)
    fleet.pass(3000)
    expect(one.told).toEqual([])
    while (one.links.status()[0]?.state === 'up') fleet.pass(10)
    expect(one.links.status()).toMatchObject([{ lastClosed: 'no echo came for 3000 ms' }])
    fleet.pass(51)
    expect(one.told).toEqual(['lost n2'])
    fleet.wire.heal()
    fleet.pass(3100)
    expect(one.told).toEqual(['up n2/1'])
    say(one, 2, 1)
    fleet.pass(100)
    expect(fleet.members.get(2)?.told).toEqual(['n1: 1'])
  })

  it('holds for simultaneous restarts', () => {
    const { fleet } = pair()
    fleet.kill(1)
    fleet.kill(2)
    const one = fleet.start(1, [2], { boot: 2 })
    const two = fleet.start(2, [1], { boot: 2 })
    fleet.pass(3000)
    expect(one.told).toEqual(['up n2/2'])
    expect(two.told).toEqual(['up n1/2'])
  })
})

describe('a peer that moves', () => {
  it('is found at its new address', () => {
    const { fleet, one } = pair()
    fleet.kill(2)
    fleet.pass(100)
    fleet.move(2, 'elsewhere:2')
    fleet.start(2, [1], { boot: 2 })
    one.links.setPeer(nameOf(2), 'elsewhere:2')
    fleet.pass(1000)
    expect(one.told).toEqual(['up n2/2'])
    expect(one.links.status()).toMatchObject([{ address: 'elsewhere:2', state: 'up' }])
  })

  it('is lost when nobody is there', () => {
    const { fleet, one } = pair()
    one.links.setPeer(nameOf(2), 'nowhere')
    fleet.pass(200)
    expect(one.told).toEqual(['lost n2'])
  })

  it('must be somewhere, and is not the node itself', () => {
    const { fleet, one } = pair()
    expect(() => one.links.setPeer(nameOf(3), '')).toThrow('a-peer-has-an-address')
    expect(() => one.links.setPeer(nameOf(1), fleet.addressOf(2))).toThrow('no-peer-of-itself')
  })

  it('to where it was has not moved', () => {
    const { fleet, one } = pair()
    one.links.setPeer(nameOf(2), fleet.addressOf(2))
    fleet.pass(1000)
    expect(one.told).toEqual([])
  })
})
