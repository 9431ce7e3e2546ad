/** Streams over trunks: the contract of the Transport door, and what is said of trunks alone. */

import { describe, expect, test } from 'vitest'
import { type Place, transportContract } from '../../../chaos/sim/contract/transport.ts'
import { EventQueue, SimClock } from '../../../chaos/sim/world/clock.ts'
import { SimWire } from '../../../chaos/sim/world/transport.ts'
import type { Connection, ConnectionListener, Transport } from '../../base/env.ts'
import { Prng } from '../../base/prng.ts'
import { TRUNK_BOUNDS } from './bounds.ts'
import { ITEM_BYTES_MAX } from './parcel.ts'
import { Trunks } from './trunks.ts'

const FRAME_BYTES_MAX = 1_500_000
const PARCEL_BYTES_MAX = FRAME_BYTES_MAX + ITEM_BYTES_MAX
const profile = { delayMinUs: 50, delayMeanUs: 200, bufferBytes: 200_000 }

/** Processes with trunks over simulated wires, and what is dialled below them. */
class World {
  readonly queue = new EventQueue()
  readonly wire = new SimWire(profile, {
    ...{ queue: this.queue, prng: new Prng(1), frameBytesMax: PARCEL_BYTES_MAX },
  })
  /** Connections that were dialled, and what was sent on them. */
  readonly dialled: Connection[] = []
  parcels = 0
  #nodes = 0

  open(at?: Place): Place & { readonly transport: Trunks } {
    const node = at === undefined ? this.#nodes++ : Number(at.address.slice(1))
    const address = `n${node}`
    const carrier = this.#counted(this.wire.door(node, address))
    const bounds = { ...TRUNK_BOUNDS, frameBytesMax: FRAME_BYTES_MAX }
    const clock = new SimClock(this.queue)
    const transport = new Trunks({ clock, carrier, self: address, bounds })
    return { address, transport }
  }

  kill({ address }: Place): void {
    this.wire.kill(Number(address.slice(1)))
  }

  pass(ms: number): void {
    this.queue.runUntil(this.queue.nowUs + ms * 1000)
  }

  #counted(door: Transport<string>): Transport<string> {
    return {
      accept: onConnection => door.accept(onConnection),
      connect: (to, listener) => {
        const connection = door.connect(to, listener)
        this.dialled.push(connection)
        return {
          send: parcel => {
            this.parcels++
            connection.send(parcel)
          },
          close: () => connection.close(),
          get queuedBytes() {
            return connection.queuedBytes
          },
        }
      },
    }
  }
}

transportContract('a trunk', () => {
  const world = new World()
  return {
    frameBytesMax: FRAME_BYTES_MAX,
    open: at => Promise.resolve(world.open(at)),
    kill: place => Promise.resolve(world.kill(place)),
    until: holds => {
      while (!holds()) if (!world.queue.step()) throw new Error('nothing more will happen')
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
})

/** What one side of a stream is told, one text each. */
function noting(told: string[]): ConnectionListener {
  return {
    onOpen: () => void told.push('open'),
    onFrame: frame => void told.push(frame.join('.')),
    onClosed: why => void told.push(`closed: ${why}`),
  }
}

/** Notes what is told of streams that others open, under their numbers. */
function answering(transport: Transport<string>) {
  const heard: string[][] = []
  const streams: Connection[] = []
  transport.accept(stream => {
    const told: string[] = []
    heard.push(told)
    streams.push(stream)
    return noting(told)
  })
  return { heard, streams }
}

function pair() {
  const world = new World()
  const [near, far] = [world.open(), world.open()]
  const { heard, streams } = answering(far.transport)
  const told: string[][] = []
  const dial = (to = far.address): Connection => {
    const own: string[] = []
    told.push(own)
    return near.transport.connect(to, noting(own))
  }
  return { world, near, far, heard, streams, told, dial }
}

describe('streams to one address', () => {
  test('share a connection; each hears its own, and ends by itself', () => {
    const { world, heard, streams, told, dial } = pair()
    const dialled = [dial(), dial(), dial()]
    for (const [i, one] of dialled.entries()) one.send(Uint8Array.of(i, 7))
    world.pass(10)
    expect([world.dialled.length, heard]).toEqual([1, [['0.7'], ['1.7'], ['2.7']]])
    streams[2]?.send(Uint8Array.of(9))
    dialled[0]?.close()
    streams[1]?.close()
    world.pass(10)
    expect(heard[0]).toEqual(['0.7', 'closed: the other side closed the stream'])
    expect(told).toEqual([
      ['open'],
      ['open', 'closed: the other side closed the stream'],
      ['open', '9'],
    ])
  })

  test('say what they have to say in one turn in one message, in order', () => {
    const { world, heard, dial } = pair()
    const dialled = Array.from({ length: 40 }, () => dial())
    world.pass(10)
    const before = world.parcels
    for (let round = 0; round < 3; round++) {
      for (const one of dialled) one.send(Uint8Array.of(round))
    }
    world.pass(10)
    expect(world.parcels - before).toBe(1)
    expect(heard).toEqual(dialled.map(() => ['0', '1', '2']))
  })

  test('know each for itself what of theirs is not taken', () => {
    const { world, dial } = pair()
    const [large, small] = [dial(), dial()]
    world.pass(10)
    world.wire.cut(0, 1, 1)
    for (let i = 0; i < 2; i++) large.send(new Uint8Array(900_000))
    small.send(new Uint8Array(1000))
    world.pass(10)
    expect([large.queuedBytes, small.queuedBytes]).toEqual([900_000, 1000])
    world.wire.heal()
    world.pass(1000)
    expect([large.queuedBytes, small.queuedBytes]).toEqual([0, 0])
  })

  test('are all told when their connection breaks, and the next one dials', () => {
    const { world, told, heard, dial } = pair()
    for (let i = 0; i < 3; i++) dial()
    world.pass(10)
    world.wire.reset(0, 1)
    world.pass(10)
    expect(told).toEqual(Array(3).fill(['open', 'closed: the connection was reset']))
    dial().send(Uint8Array.of(1))
    world.pass(10)
    expect([world.dialled.length, heard.at(-1)]).toEqual([2, ['1']])
  })

  test('of which one is too large for all nodes lose that one alone', () => {
    const { world, told, heard, dial } = pair()
    const [small, large] = [dial(), dial()]
    large.send(new Uint8Array(FRAME_BYTES_MAX + 1))
    expect(told[1]).toEqual([])
    small.send(Uint8Array.of(1))
    world.pass(10)
    small.send(Uint8Array.of(2))
    world.pass(10)
    expect([heard[0], told[0]]).toEqual([['1', '2'], ['open']])
    for (const one of [told[1], heard[1]]) {
      expect(one?.at(-1)).toMatch(/^closed: a frame is above .*; set the same bound on all nodes$/)
    }
  })
})

describe('a trunk', () => {
  test('of which nothing is heard when a stream is opened is not used for the next', () => {
    const { world, heard, dial } = pair()
    dial()
    world.pass(10)
    world.wire.swallow(0, 1)
    dial()
    world.pass(299)
    dial()
    expect(world.dialled).toHaveLength(1)
    world.pass(1)
    dial().send(Uint8Array.of(5))
    expect(world.dialled).toHaveLength(2)
    world.pass(10)
    expect(heard).toEqual([[], ['5']])
  })

  test('that was heard of in time is trusted, however long ago that was', () => {
    const { world, dial } = pair()
    dial()
    world.pass(100_000)
    dial()
    world.pass(100_000)
    dial()
    expect(world.dialled).toHaveLength(1)
  })

  test('without streams is given up after a while, and not before', () => {
    const { world, near, heard, dial } = pair()
    dial().close()
    world.pass(9000)
    const again = dial()
    world.pass(20_000)
    expect(world.dialled).toHaveLength(1)
    again.close()
    world.pass(10_100)
    expect(near.transport.trunks).toBe(0)
    dial().send(Uint8Array.of(1))
    world.pass(10)
    expect([world.dialled.length, heard.at(-1)]).toEqual([2, ['1']])
  })

  test.each([
    ['of no known kind', [9, 1]],
    ['a frame that ends too early', [1, 1, 3, 1, 200, 1]],
    ['a stream that was opened already', [1, 1, 1, 1]],
    ['a number in another form than the shortest', [1, 0x81, 0]],
  ])('that says what makes no sense (%s) is given up, with its streams', (_, bytes) => {
    const { world, far, heard } = pair()
    const told: string[] = []
    const listener = { ...noting([]), onClosed: (why: string) => void told.push(why) }
    const liar = world.wire.door(9, 'n9').connect(far.address, listener)
    liar.send(Uint8Array.of(1, 7))
    world.pass(10)
    liar.send(Uint8Array.from(bytes))
    world.pass(10)
    expect(told).toHaveLength(1)
    expect(heard[0]?.at(-1)).toMatch(/^closed: .*; they were damaged or are of another format$/)
    expect(far.transport.trunks).toBe(0)
  })

  test('on which whoever was called opens a stream is given up', () => {
    const world = new World()
    const near = world.open()
    world.wire.door(9, 'n9').accept(connection => {
      connection.send(Uint8Array.of(1, 5))
      return noting([])
    })
    const told: string[] = []
    near.transport.connect('n9', noting(told))
    world.pass(10)
    expect(told).toHaveLength(1)
    expect(near.transport.trunks).toBe(0)
  })

  test('tells a caller who comes before anybody accepts that it is over, and nothing else', () => {
    const world = new World()
    const [near, far] = [world.open(), world.open()]
    const told: string[] = []
    near.transport.connect(far.address, noting(told))
    world.pass(10)
    expect(told).toEqual(['closed: the other side closed the stream'])
  })

  test('ends in peace: what was sent arrives, then all who are there are told', () => {
    const { world, near, heard, told, dial } = pair()
    const [one, other] = [dial(), dial()]
    world.pass(10)
    one.send(Uint8Array.of(1))
    other.send(Uint8Array.of(2))
    near.transport.close()
    world.pass(100)
    expect(heard.map(([first, end]) => [first, end?.slice(0, 6)])).toEqual([
      ['1', 'closed'],
      ['2', 'closed'],
    ])
    expect(told).toEqual([['open'], ['open']])
  })
})

describe('streams to oneself', () => {
  test('go over no connection, and behave as others', () => {
    const { world, near, dial, told } = pair()
    const { heard, streams } = answering(near.transport)
    const [one, other] = [dial(near.address), dial(near.address)]
    one.send(Uint8Array.of(1))
    expect([one.queuedBytes, heard, told]).toEqual([1, [], [[], []]])
    world.pass(1)
    expect([one.queuedBytes, heard, told]).toEqual([0, [['1'], []], [['open'], ['open']]])
    streams[0]?.send(Uint8Array.of(2))
    streams[0]?.send(Uint8Array.of(3))
    other.send(Uint8Array.of(4))
    other.close()
    other.send(Uint8Array.of(5))
    streams[1]?.send(Uint8Array.of(6))
    world.pass(1)
    expect(told).toEqual([['open', '2', '3'], ['open']])
    expect(heard[1]).toEqual(['4', 'closed: the other side closed the stream'])
    expect(world.dialled).toHaveLength(0)
  })

  test('may be hung up before they are answered, and are over where nobody accepts', () => {
    const world = new World()
    const { address, transport } = world.open()
    const told: string[] = []
    transport.connect(address, noting(told))
    world.pass(1)
    expect(told).toEqual(['closed: the other side closed the stream'])
    const { heard } = answering(transport)
    transport.connect(address, noting(told)).close()
    world.pass(1)
    expect([told.length, heard]).toEqual([1, [['closed: the other side closed the stream']]])
  })

  test('are over, and nobody is told, when all is closed', () => {
    const world = new World()
    const { address, transport } = world.open()
    const { heard, streams } = answering(transport)
    const told: string[] = []
    const one = transport.connect(address, noting(told))
    world.pass(1)
    streams[0]?.send(Uint8Array.of(1))
    transport.close()
    one.send(Uint8Array.of(2))
    world.pass(1)
    expect([told, heard]).toEqual([['open'], [[]]])
  })
})
