/** Connections that others open: who is let in, who follows whom, and what an end leaves behind. */

import { describe, expect, it } from 'vitest'
import type { Connection, Transport } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import { nodeId } from '../../base/ids.ts'
import { Fleet, nameOf, pair } from '../testing/fleet.ts'
import { encodeHello, encodeRefusal, type Hello, type Lane, readGreeting } from './hello.ts'
import type { LinkLimits } from './limits.ts'

/** Programs that call node 1: each has a name, and notes what it hears. */
class Callers {
  readonly fleet: Fleet
  readonly #door: Transport<string>

  constructor(fleet: Fleet) {
    this.fleet = fleet
    this.#door = fleet.wire.door(9, 'host9:1')
  }

  hello(over: Partial<Hello> = {}): Uint8Array {
    return encodeHello({ ...this.fleet.self(9), lane: 'turn', to: nameOf(1), ...over })
  }

  call(...frames: readonly Uint8Array[]): {
    readonly heard: string[]
    readonly connection: Connection
  } {
    const heard: string[] = []
    const connection = this.#door.connect(this.fleet.addressOf(1), {
      onOpen: () => {},
      onFrame: frame => {
        const greeting = readGreeting(frame, { min: 1, max: 1 })
        heard.push(greeting.kind === 'refusal' ? greeting.refusal.code : greeting.kind)
      },
      onClosed: () => void heard.push('closed'),
    })
    for (const frame of frames) connection.send(frame)
    return { heard, connection }
  }
}

function rig(limits: Partial<LinkLimits> = {}) {
  const fleet = new Fleet({ limits })
  const one = fleet.start(1, [])
  return { fleet, one, callers: new Callers(fleet) }
}

const byte = (n: number) => Uint8Array.of(n)

describe('silence', () => {
  it('is borne for the time of a handshake, and no longer', () => {
    const { fleet, one, callers } = rig({ handshakeMs: 300 })
    const { heard } = callers.call()
    fleet.pass(300)
    expect(heard).toEqual([])
    expect(one.links.counters().accepted).toBe(1)
    fleet.pass(5)
    expect(heard).toEqual(['hello-missing', 'closed'])
    expect(one.links.counters()).toMatchObject({ accepted: 0, refused: { 'hello-missing': 1 } })
  })

  it('behind a hello is nobody’s business', () => {
    const { fleet, one, callers } = rig({ handshakeMs: 300 })
    const { heard } = callers.call(callers.hello())
    fleet.pass(60_000)
    expect(heard).toEqual(['hello'])
    expect(one.links.counters()).toEqual({ refused: {}, refusedByPeers: {}, accepted: 1 })
  })

  it('of one who hung up before is not refused afterwards', () => {
    const { fleet, one, callers } = rig({ handshakeMs: 300 })
    callers.call().connection.close()
    fleet.pass(1000)
    expect(one.told).toEqual([])
    expect(one.links.counters()).toEqual({ refused: {}, refusedByPeers: {}, accepted: 0 })
  })
})

describe('the bound of connections', () => {
  it('holds for the silent and the loud alike, and is free again when one ends', () => {
    const { fleet, one, callers } = rig({ acceptedMax: 2 })
    const first = callers.call(callers.hello())
    fleet.pass(5)
    callers.call()
    fleet.pass(5)
    const third = callers.call(callers.hello({ node: nodeId('n8') }))
    fleet.pass(20)
    expect(third.heard).toEqual(['too-many-connections', 'closed'])
    expect(one.told).toEqual(['refused somebody too-many-connections'])
    first.connection.close()
    fleet.pass(20)
    const fourth = callers.call(callers.hello({ node: nodeId('n8') }))
    fleet.pass(20)
    expect(fourth.heard).toEqual(['hello'])
    expect(one.links.counters().accepted).toBe(2)
  })

  it('does not keep whoever is turned away from being heard out elsewhere', () => {
    const { fleet, one, callers } = rig({ acceptedMax: 1 })
    const first = callers.call(callers.hello())
    fleet.pass(5)
    for (let i = 0; i < 20; i++) callers.call(callers.hello(), byte(i))
    first.connection.send(byte(99))
    fleet.pass(50)
    expect(one.told.filter(line => line.startsWith('n9'))).toEqual(['n9: 99'])
    expect(one.links.counters().refused).toEqual({ 'too-many-connections': 20 })
  })
})

describe('a successor', () => {
  const two = (first: Partial<Hello>, second: Partial<Hello>) => {
    const { fleet, one, callers } = rig()
    const earlier = callers.call(callers.hello(first))
    fleet.pass(20)
    const later = callers.call(callers.hello(second))
    fleet.pass(20)
    return { one, accepted: one.links.counters().accepted, earlier, later }
  }
  const lanes: readonly Lane[] = ['turn', 'image']

  it.each(lanes)('on lane %s takes the place of the earlier, which is hung up on', lane => {
    const { accepted, earlier, later } = two({ lane }, { lane })
    expect(accepted).toBe(1)
    expect(earlier.heard).toEqual(['hello', 'closed'])
    expect(later.heard).toEqual(['hello'])
  })

  it.each<[string, Partial<Hello>]>([
    ['another lane', { lane: 'image' }],
    ['another node', { node: nodeId('n8') }],
  ])('is none on %s', (_, second) => {
    const { accepted, earlier, later } = two({}, second)
    expect(accepted).toBe(2)
    expect([earlier.heard, later.heard]).toEqual([['hello'], ['hello']])
  })

  it.each<[string, Partial<Hello>]>([
    ['of another cluster', { cluster: 'd' }],
    ['who means another node', { to: nodeId('n7') }],
    ['of the future', { protocol: { min: 2, max: 3 } }],
  ])('is none %s: the earlier stays', (_, second) => {
    const { accepted, earlier, later } = two({}, second)
    expect(accepted).toBe(1)
    expect(earlier.heard).toEqual(['hello'])
    expect(later.heard.at(-1)).toBe('closed')
  })

  it('of a peer, in another boot, ends the earlier on every lane', () => {
    const { fleet, one, callers } = rig()
    one.links.setPeer(nameOf(9), 'nowhere')
    const calls = lanes.map(lane => callers.call(callers.hello({ lane })))
    fleet.pass(20)
    expect(one.links.counters().accepted).toBe(2)
    callers.call(callers.hello({ lane: 'image', boot: 2 }))
    fleet.pass(20)
    expect(calls.map(({ heard }) => heard)).toEqual([
      ['hello', 'closed'],
      ['hello', 'closed'],
    ])
    expect(one.links.counters().accepted).toBe(1)
  })
})

describe('frames', () => {
  it('behind a hello in one breath are heard, in order', () => {
    const { fleet, one, callers } = rig()
    callers.call(callers.hello(), byte(1), byte(2), byte(3))
    fleet.pass(20)
    expect(one.told).toEqual(['n9: 1', 'n9: 2', 'n9: 3'])
  })

  it('in front of a hello are not heard, nor is the hello', () => {
    const { fleet, one, callers } = rig()
    const { heard } = callers.call(byte(1), callers.hello(), byte(2))
    fleet.pass(20)
    expect(one.told).toEqual(['refused somebody malformed-bytes'])
    expect(heard).toEqual(['malformed-bytes', 'closed'])
  })

  it('behind the one that was refused are not heard', () => {
    const { fleet, one, callers } = rig({ frameBytesMax: 100, queuedBytesMax: 100 })
    callers.call(callers.hello(), byte(1), new Uint8Array(101), byte(2))
    fleet.pass(20)
    expect(one.told).toEqual(['n9: 1', 'refused n9 frame-oversize'])
  })

  it('of no bytes are the reader’s to judge', () => {
    const { fleet, one, callers } = rig()
    const sizes: number[] = []
    one.onFrame = (_, frame) => void sizes.push(frame.length)
    callers.call(callers.hello(), new Uint8Array(0), new Uint8Array(5))
    fleet.pass(20)
    expect(sizes).toEqual([0, 5])
  })

  it('that are a refusal are a last word, and nobody else is asked what they mean', () => {
    const { fleet, one, callers } = rig()
    const word = encodeRefusal({ code: 'whim', message: 'not today; come again tomorrow' })
    const { heard } = callers.call(callers.hello(), byte(7), word, byte(8))
    fleet.pass(20)
    expect(one.told).toEqual(['n9: 7', 'refused n9 whim'])
    expect(heard).toEqual(['hello', 'closed'])
    expect(one.links.counters()).toMatchObject({ refused: {}, refusedByPeers: { whim: 1 } })
  })

  it('that are nearly a refusal are for whoever reads frames', () => {
    const { fleet, one, callers } = rig()
    const read: number[] = []
    one.onFrame = (_, frame) => void read.push(frame.length)
    const word = encodeRefusal({ code: 'whim', message: 'not today; come again tomorrow' })
    const damaged = Uint8Array.from(word)
    damaged[8] = (damaged[8] ?? 0) ^ 1
    const others = [damaged, word.subarray(0, -1), word.subarray(1), word.subarray(0, 5)]
    callers.call(callers.hello(), ...others)
    fleet.pass(20)
    expect(read).toEqual(others.map(one => one.length))
  })

  it('of a node in its last breath are told from a hello that comes twice', () => {
    const { fleet, one, callers } = rig()
    one.onFrame = () => {
      throw new WeirError('malformed-bytes', 'this is no packet')
    }
    const { heard } = callers.call(callers.hello(), callers.hello())
    fleet.pass(20)
    expect(heard).toEqual(['hello', 'malformed-bytes', 'closed'])
    expect(one.links.counters().refusedByPeers).toEqual({})
  })

  it('are counted of peers alone, and of both lanes', () => {
    const { fleet, one, callers } = rig()
    one.links.setPeer(nameOf(9), 'nowhere')
    callers.call(callers.hello(), new Uint8Array(10))
    callers.call(callers.hello({ lane: 'image' }), new Uint8Array(100))
    callers.call(callers.hello({ node: nodeId('n8') }), new Uint8Array(1000))
    fleet.pass(20)
    expect(one.links.status()).toMatchObject([{ node: 'n9', receivedBytes: 110 }])
  })
})

describe('who speaks later in the name of a peer', () => {
  it('and is refused, leaves a mark on that peer, and no harm', () => {
    const { fleet, one } = pair()
    const callers = new Callers(fleet)
    callers.call(callers.hello({ ...fleet.self(2, { cluster: 'd' }) }))
    fleet.pass(20)
    expect(one.told).toEqual(['refused n2 wrong-cluster'])
    const lastRefusal = { code: 'wrong-cluster' }
    expect(one.links.status()).toMatchObject([{ state: 'up', losses: 0, lastRefusal }])
  })

  it('and is malformed, is refused by his name', () => {
    const { fleet, one, callers } = rig()
    one.onFrame = () => {
      throw new WeirError('malformed-bytes', 'this is no packet')
    }
    callers.call(callers.hello(), byte(1))
    callers.call(byte(1))
    fleet.pass(20)
    const refused = one.told.filter(line => line.startsWith('refused')).sort()
    expect(refused).toEqual(['refused n9 malformed-bytes', 'refused somebody malformed-bytes'])
  })
})
