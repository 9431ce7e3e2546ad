/** The simulated connections: the contract of their door, and what their faults do. */

import { describe, expect, test } from 'vitest'
import type { Connection, Transport } from '../../../src/base/env.ts'
import { Prng } from '../../../src/base/prng.ts'
import { type Place, type TransportRig, transportContract } from '../contract/transport.ts'
import { EventQueue } from './clock.ts'
import { SimWire, type WireProfile } from './transport.ts'

const profile: WireProfile = { delayMinUs: 50, delayMeanUs: 200, bufferBytes: 200_000 }

function contractRig(): TransportRig {
  const queue = new EventQueue()
  const frameBytesMax = 1_500_000
  const wire = new SimWire(profile, { queue, prng: new Prng(1), frameBytesMax })
  const nodeOf = (place: Place) => Number(place.address.slice(1))
  let nodes = 0
  return {
    frameBytesMax,
    open: at => {
      const node = at === undefined ? nodes++ : nodeOf(at)
      const address = `n${node}`
      return Promise.resolve({ address, transport: wire.door(node, address) })
    },
    kill: place => Promise.resolve(wire.kill(nodeOf(place))),
    until: holds => {
      while (!holds()) if (!queue.step()) throw new Error('nothing more will happen')
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

transportContract('the simulated transport', contractRig)

/** Two nodes, 0 and 1, of which 0 has called 1. */
class Rig {
  readonly queue = new EventQueue()
  readonly wire: SimWire
  readonly told: string[] = []
  readonly doors: Transport<string>[]
  connection: Connection
  answerer: Connection | undefined

  constructor(seed = 1, over: Partial<WireProfile> = {}) {
    this.wire = new SimWire({ ...profile, ...over }, { queue: this.queue, prng: new Prng(seed) })
    this.doors = [0, 1, 2].map(node => this.door(node))
    this.connection = this.dial()
  }

  door(node: number): Transport<string> {
    const door = this.wire.door(node, `n${node}`)
    door.accept(connection => {
      this.answerer = connection
      return this.listener(`${node}`)
    })
    return door
  }

  dial(from = 0, to = 'n1'): Connection {
    return this.door0(from).connect(to, this.listener(`${from}`))
  }

  door0(node: number): Transport<string> {
    const door = this.doors[node]
    if (door === undefined) throw new Error('no such node')
    return door
  }

  say(...numbers: number[]): void {
    for (const n of numbers) this.connection.send(Uint8Array.of(n))
  }

  listener(who: string) {
    return {
      onOpen: () => void this.told.push(`${who} open`),
      onFrame: (frame: Uint8Array) => void this.told.push(`${who} hears ${frame[0] ?? 'nothing'}`),
      onClosed: () => void this.told.push(`${who} closed`),
    }
  }

  /** What was told while so much time passed. */
  pass(ms: number): readonly string[] {
    this.told.length = 0
    this.queue.runUntil(this.queue.nowUs + ms * 1000)
    return [...this.told]
  }
}

describe('a cut', () => {
  test('tells nobody; what was said stalls and comes when it heals', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.cut(0, 1, 1)
    rig.wire.cut(1, 0, 1)
    rig.say(1, 2)
    rig.answerer?.send(Uint8Array.of(3))
    expect(rig.pass(60_000)).toEqual([])
    rig.wire.cut(0, 1, -1)
    expect(rig.pass(100)).toEqual(['1 hears 1', '1 hears 2'])
    rig.wire.cut(1, 0, -1)
    expect(rig.pass(100)).toEqual(['0 hears 3'])
  })

  test('one way lets the other way through until the buffers are full', () => {
    const rig = new Rig(1, { bufferBytes: 2 })
    rig.pass(100)
    rig.wire.cut(1, 0, 1)
    rig.say(1, 2, 3)
    expect(rig.pass(1000)).toEqual(['1 hears 1', '1 hears 2'])
    expect(rig.connection.queuedBytes).toBe(1)
    rig.wire.cut(1, 0, -1)
    expect(rig.pass(1000)).toEqual(['1 hears 3'])
    expect(rig.connection.queuedBytes).toBe(0)
  })

  test('lets no call through, nor its answer', () => {
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const rig = new Rig()
      rig.wire.cut(from, to, 1)
      expect(rig.pass(10_000)).toEqual([])
      rig.wire.heal()
      expect(rig.pass(100)).toEqual(['0 open'])
    }
  })

  test('made twice is healed twice', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.cut(0, 1, 1)
    rig.wire.cut(0, 1, 1)
    rig.say(1)
    rig.wire.cut(0, 1, -1)
    expect(rig.wire.isCut(0, 1)).toBe(true)
    expect(rig.pass(1000)).toEqual([])
    rig.wire.cut(0, 1, -1)
    expect(rig.pass(1000)).toEqual(['1 hears 1'])
  })

  test('hides a death until it heals', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.cut(1, 0, 1)
    rig.wire.kill(1)
    expect(rig.pass(10_000)).toEqual([])
    rig.wire.heal()
    expect(rig.pass(100)).toEqual(['0 closed'])
  })
})

describe('other faults of the wire', () => {
  test('a clog holds everything back and keeps the order', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.clog(0, 1, rig.queue.nowUs + 5_000_000)
    rig.say(1, 2, 3)
    expect(rig.pass(4999)).toEqual([])
    expect(rig.pass(100)).toEqual(['1 hears 1', '1 hears 2', '1 hears 3'])
  })

  test('added delay is added, and heals', () => {
    const slowest = (rig: Rig) => {
      rig.say(1)
      const from = rig.queue.nowUs
      rig.told.length = 0
      while (rig.told.length === 0 && rig.queue.step());
      return rig.queue.nowUs - from
    }
    const rig = new Rig(3)
    rig.pass(100)
    const before = slowest(rig)
    rig.wire.addDelay(1, 50_000_000)
    expect(slowest(rig)).toBeGreaterThan(1000 * before)
    rig.wire.heal()
    expect(slowest(rig)).toBeLessThan(before + 500)
  })

  test('a reset loses what is under way and tells both sides', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.say(1, 2)
    rig.wire.reset(1, 0)
    expect([...rig.pass(100)].sort()).toEqual(['0 closed', '1 closed'])
    rig.say(3)
    expect(rig.pass(100)).toEqual([])
    expect(rig.wire.counts.reset).toBe(2)
  })

  test('a reset touches nobody else, and no call that was not yet answered', () => {
    const rig = new Rig()
    const other = rig.dial(2)
    rig.wire.reset(0, 1)
    expect([...rig.pass(100)].sort()).toEqual(['0 open', '2 open'])
    rig.wire.reset(0, 1)
    other.send(Uint8Array.of(9))
    expect(rig.pass(100)).toContain('1 hears 9')
  })

  test('an address that nobody ever had is refused', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.dial(0, 'nowhere')
    expect(rig.pass(100)).toEqual(['0 closed'])
  })

  test('a process that does not accept refuses', () => {
    const rig = new Rig()
    rig.wire.door(3, 'n3')
    rig.pass(100)
    rig.dial(0, 'n3')
    expect(rig.pass(100)).toEqual(['0 closed'])
    expect(rig.wire.counts.refused).toBe(1)
  })
})

describe('a process', () => {
  test('that is frozen hears nothing and closes nothing; then it hears all', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.freeze(1)
    rig.say(1, 2)
    rig.dial(2)
    expect(rig.pass(60_000)).toEqual([])
    rig.wire.thaw(1)
    expect([...rig.pass(100)].sort()).toEqual(['1 hears 1', '1 hears 2', '2 open'])
  })

  test('that is frozen takes what its buffers hold and no more', () => {
    const rig = new Rig(1, { bufferBytes: 10 })
    rig.pass(100)
    rig.wire.freeze(1)
    for (let n = 0; n < 25; n++) rig.say(n)
    rig.pass(10_000)
    expect(rig.connection.queuedBytes).toBe(15)
    rig.wire.thaw(1)
    expect(rig.pass(1000)).toHaveLength(25)
  })

  test('that is killed while it is frozen is told of like any other', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.freeze(1)
    rig.wire.kill(1)
    expect(rig.pass(100)).toEqual(['0 closed'])
  })

  test('that dies may or may not have been heard to the end, but never out of order', () => {
    const heard = Array.from({ length: 40 }, (_, seed) => {
      const rig = new Rig(seed)
      rig.pass(100)
      rig.say(1, 2, 3)
      rig.wire.kill(0)
      return rig.pass(100).join()
    })
    const all = '1 hears 1,1 hears 2,1 hears 3,1 closed'
    expect(new Set(heard)).toEqual(new Set([all, '1 closed']))
  })

  test('that is dead is told nothing', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.answerer?.send(Uint8Array.of(1))
    rig.wire.kill(0)
    expect(rig.pass(1000)).toEqual(['1 closed'])
    rig.say(5)
    rig.dial()
    expect(rig.pass(1000)).toEqual([])
  })

  test('whose machine lost its power is missed by who speaks to it once it is back', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.powerOff(1)
    rig.say(1)
    rig.dial(2)
    expect(rig.pass(60_000)).toEqual([])
    rig.door(1)
    expect([...rig.pass(100)].sort()).toEqual(['0 closed', '2 open'])
  })

  test('whose machine fell unheard of swallows all it is told, until the other hangs up', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.powerOff(1, true)
    rig.door(1)
    for (let n = 0; n < 5; n++) rig.say(n)
    expect(rig.pass(60_000)).toEqual([])
    expect([rig.connection.queuedBytes, rig.wire.swallowing]).toEqual([0, 1])
    rig.connection.close()
    expect(rig.pass(100)).toEqual([])
    expect(rig.wire.swallowing).toBe(0)
  })
})

test('equal seeds tell equal stories', () => {
  const story = (seed: number) => {
    const rig = new Rig(seed)
    const told: string[] = []
    rig.say(1, 2, 3)
    for (let round = 0; round < 20; round++) {
      if (round === 5) rig.wire.cut(0, 1, 1)
      if (round === 9) rig.wire.heal()
      if (round === 14) rig.wire.reset(0, 1)
      rig.say(round)
      for (const line of rig.pass(0.1)) told.push(`${rig.queue.nowUs} ${line}`)
    }
    return told.join('\n')
  }
  expect(story(7)).toBe(story(7))
  expect(story(7)).not.toBe(story(8))
})

describe('mishaps of single frames', () => {
  test('a bit turns over in the next frame on the path, and in no other', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.plan(0, 1, 'damaged-frame')
    rig.say(0, 0)
    const told = rig.pass(100)
    expect(told).toHaveLength(2)
    expect(told[0]).toMatch(/^1 hears (1|2|4|8|16|32|64|128)$/)
    expect(told[1]).toBe('1 hears 0')
  })

  test('what is said first is lost with all behind it, until the end of the connection', () => {
    const rig = new Rig()
    rig.wire.plan(0, 1, 'lost-hello')
    rig.say(1, 2)
    expect(rig.pass(100)).toEqual(['0 open'])
    rig.say(3)
    rig.answerer?.send(Uint8Array.of(9))
    expect(rig.pass(100)).toEqual(['0 hears 9'])
    rig.connection.close()
    expect(rig.pass(100)).toEqual(['1 closed'])
  })

  test('what is swallowed on a connection that was spoken on is so until its end', () => {
    const rig = new Rig()
    expect(rig.wire.swallow(0, 1)).toBe(0)
    rig.say(1)
    rig.pass(100)
    rig.answerer?.send(Uint8Array.of(8))
    rig.pass(100)
    expect([rig.wire.swallow(0, 1), rig.wire.swallowing]).toEqual([1, 1])
    rig.say(2)
    rig.answerer?.send(Uint8Array.of(9))
    expect(rig.pass(100)).toEqual(['0 hears 9'])
    rig.wire.heal()
    rig.say(3)
    expect(rig.pass(100)).toEqual([])
    rig.connection.close()
    expect([rig.pass(100), rig.wire.swallowing]).toEqual([['1 closed'], 0])
  })

  test('what is said first comes twice; later frames of an old connection do not fit', () => {
    const rig = new Rig()
    rig.say(1)
    rig.pass(100)
    rig.wire.plan(0, 1, 'twice-hello')
    rig.say(2)
    expect(rig.pass(100)).toEqual(['1 hears 2'])
    rig.dial().send(Uint8Array.of(3))
    expect(rig.pass(100).filter(line => line.includes('hears'))).toEqual(['1 hears 3', '1 hears 3'])
  })

  test('whoever watches is told in place of the frame, and hands it over', () => {
    const told: string[] = []
    const queue = new EventQueue()
    const wire = new SimWire(profile, {
      ...{ queue, prng: new Prng(1) },
      onStruck: ({ mishap, to, hand }) => {
        told.push(`${mishap} at ${to}`)
        hand()
        told.push('handed')
      },
    })
    const listener = {
      onOpen: () => {},
      onFrame: () => void told.push('frame'),
      onClosed: () => {},
    }
    wire.door(1, 'n1').accept(() => listener)
    wire.plan(0, 1, 'twice-hello')
    wire.door(0, 'n0').connect('n1', listener).send(Uint8Array.of(1))
    queue.runUntil(100_000)
    expect(told).toEqual(['twice-hello at 1', 'frame', 'frame', 'handed'])
  })

  test('healing forgets what was planned', () => {
    const rig = new Rig()
    rig.pass(100)
    rig.wire.plan(0, 1, 'damaged-frame')
    rig.wire.heal()
    rig.say(0)
    expect(rig.pass(100)).toEqual(['1 hears 0'])
  })
})
