/** Who is not let in, over the simulated wire: strangers, bad peers, what is counted of them. */

import { describe, expect, it } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { nodeId } from '../../base/ids.ts'
import { Fleet, type Member, nameOf, pair } from '../testing/fleet.ts'
import { encodeHello, encodeRefusal, type Hello, readGreeting } from './hello.ts'

const stateOf = (member: Member) => member.links.status().map(one => one.state)

describe('who is refused, on both sides, with a code', () => {
  it.each([
    ['wrong-cluster', { cluster: 'd' }],
    ['protocol-unknown', { protocol: { min: 2, max: 9 } }],
    ['wrong-node', { node: nodeId('n7') }],
  ])('%s', (code, over) => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    const two = fleet.start(2, [], over)
    fleet.pass(300)
    expect(one.told.length).toBeGreaterThan(2)
    for (const line of one.told) expect(line).toBe(`refused n2 ${code}`)
    for (const line of two.told) expect(line).toMatch(new RegExp(`refused (n1|somebody) ${code}`))
    expect(one.links.counters().refusedByPeers).toEqual({ [code]: one.told.length })
    expect(two.links.counters().refused[code]).toBeGreaterThanOrEqual(one.told.length)
    expect(one.links.status()[0]?.lastRefusal?.code).toBe(code)
    expect(stateOf(one)).not.toContain('up')
  })

  it('a node that meets its own name', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    fleet.start(2, [], { node: nameOf(1) })
    fleet.pass(300)
    expect(one.told[0]).toBe('refused n2 self')
  })

  it('whoever comes with an older boot, also while the newer is connected', () => {
    const fleet = new Fleet()
    fleet.memoryOf(1).peers.set(nameOf(2), { store: 's2', boot: 5, opening: 'o', replaced: [] })
    const one = fleet.start(1, [2])
    fleet.start(2, [1], { boot: 4 })
    fleet.pass(300)
    expect(one.told[0]).toBe('refused n2 old-incarnation')
    fleet.kill(2)
    fleet.start(2, [1], { boot: 6 })
    fleet.pass(2000)
    expect(one.told.at(-1)).toBe('up n2/6')
    expect(fleet.memoryOf(1).peers.get(nameOf(2))).toEqual({
      store: 's2',
      boot: 6,
      opening: 'o',
      replaced: [],
    })
  })

  it('whoever comes back with a store that was given up', () => {
    const { fleet, one } = pair()
    fleet.kill(2)
    fleet.start(2, [1], { store: 'new' })
    fleet.pass(2000)
    expect(one.told).toContain('up n2/1')
    fleet.kill(2)
    fleet.start(2, [1], { boot: 9 })
    fleet.pass(2000)
    expect(one.told).toContain('refused n2 old-incarnation')
    expect(one.told).not.toContain('up n2/9')
  })

  it('is tried again ever more rarely, not in a storm', () => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    fleet.start(2, [], { cluster: 'd' })
    fleet.pass(60_000)
    expect(one.told.length).toBeGreaterThan(60)
    expect(one.told.length).toBeLessThan(500)
  })
})

/** A program that calls node 1 and is no node. */
function stranger(fleet: Fleet) {
  const door = fleet.wire.door(9, 'host9:1')
  return (...frames: readonly Uint8Array[]) => {
    const heard: string[] = []
    const connection = door.connect(fleet.addressOf(1), {
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

describe('a program that is no node', () => {
  const rig = (limits = {}) => {
    const fleet = new Fleet({ limits })
    const one = fleet.start(1, [])
    const call = stranger(fleet)
    const hello: Hello = { ...fleet.self(9), lane: 'turn', to: nameOf(1) }
    return { fleet, one, call, hello }
  }

  it('is refused when its first frame is no hello', () => {
    const { fleet, one, call } = rig()
    const { heard } = call(new ByteWriter().text('GET / HTTP/1.1').finish(), Uint8Array.of(1))
    fleet.pass(100)
    expect(one.told).toEqual(['refused somebody malformed-bytes'])
    expect(heard).toEqual(['malformed-bytes', 'closed'])
    expect(one.links.counters()).toMatchObject({ accepted: 0, refused: { 'malformed-bytes': 1 } })
  })

  it('is not believed when it calls this node old', () => {
    const { fleet, one, call, hello } = rig()
    const old = { code: 'old-incarnation', message: 'a stranger says so, at some length' }
    call(encodeHello(hello), encodeRefusal(old))
    fleet.pass(100)
    expect(one.told).toEqual(['refused n9 old-incarnation'])
    expect(one.believed).toEqual([])
    expect(one.links.counters().refusedByPeers).toEqual({ 'old-incarnation': 1 })
  })

  it('is refused when it says nothing', () => {
    const { fleet, one, call } = rig()
    const { heard } = call()
    fleet.pass(2500)
    expect(one.told).toEqual(['refused somebody hello-missing'])
    expect(heard).toEqual(['hello-missing', 'closed'])
  })

  it('is refused when there are too many of it', () => {
    const { fleet, one, call } = rig({ acceptedMax: 3 })
    const calls = Array.from({ length: 5 }, () => call())
    fleet.pass(100)
    const refused = calls.filter(({ heard }) => heard.includes('too-many-connections'))
    expect(refused).toHaveLength(2)
    expect(one.links.counters().accepted).toBe(3)
  })

  it('is refused when a frame is too large', () => {
    const { fleet, one, call, hello } = rig({ frameBytesMax: 1000 })
    const { heard } = call(encodeHello(hello), new Uint8Array(1000), new Uint8Array(1001))
    fleet.pass(100)
    expect(one.told).toEqual(['n9: 0', 'refused n9 frame-oversize'])
    expect(heard).toEqual(['hello', 'frame-oversize', 'closed'])
  })

  it('is refused when whoever reads its frames finds them malformed', () => {
    const { fleet, one, call, hello } = rig()
    one.onFrame = () => {
      throw new WeirError('malformed-bytes', 'this is no packet')
    }
    const { heard } = call(encodeHello(hello), Uint8Array.of(5), Uint8Array.of(6))
    fleet.pass(100)
    expect(one.told).toEqual(['n9: 5', 'refused n9 malformed-bytes'])
    expect(heard).toEqual(['hello', 'malformed-bytes', 'closed'])
  })

  it('does not make our own mistakes look like its own', () => {
    const { fleet, one, call, hello } = rig()
    one.onFrame = () => {
      throw new WeirError('another-code', 'something else is wrong here')
    }
    call(encodeHello(hello), Uint8Array.of(5))
    expect(() => fleet.pass(100)).toThrow('another-code')
  })

  it('may hang up with a last word, which is counted as theirs', () => {
    const { fleet, one, call, hello } = rig()
    one.onFrame = () => {
      throw new WeirError('malformed-bytes', 'this is no packet')
    }
    const word = encodeRefusal({ code: 'old-incarnation', message: 'your folder came back' })
    call(encodeHello(hello), word)
    fleet.pass(100)
    expect(one.links.counters()).toMatchObject({
      refused: {},
      refusedByPeers: { 'old-incarnation': 1 },
    })
  })

  it('has nothing to refuse before it has said who it is', () => {
    const { fleet, one, call } = rig()
    call(encodeRefusal({ code: 'old-incarnation', message: 'your folder came back' }))
    fleet.pass(100)
    expect(one.links.counters()).toMatchObject({
      refused: { 'malformed-bytes': 1 },
      refusedByPeers: {},
    })
  })

  it('cannot fill our memory with codes of its own', () => {
    const { fleet, one, call, hello } = rig()
    one.onFrame = () => {
      throw new WeirError('malformed-bytes', 'this is no packet')
    }
    for (let i = 0; i < 50; i++) {
      call(encodeHello(hello), encodeRefusal({ code: `code-${i}`, message: 'x'.repeat(30) }))
      fleet.pass(100)
    }
    const { refusedByPeers } = one.links.counters()
    expect(Object.keys(refusedByPeers)).toHaveLength(33)
    expect(refusedByPeers['other']).toBe(18)
  })

  it('takes the place of its own earlier connection', () => {
    const { fleet, one, call, hello } = rig()
    const first = call(encodeHello(hello))
    fleet.pass(100)
    const second = call(encodeHello(hello))
    fleet.pass(100)
    first.connection.send(Uint8Array.of(1))
    second.connection.send(Uint8Array.of(2))
    fleet.pass(100)
    expect(one.told).toEqual(['n9: 2'])
    expect(one.links.counters().accepted).toBe(1)
  })
})

/** A node that is called and answers what it likes. */
describe('a peer that answers badly', () => {
  const rig = (answer: (hello: Hello) => readonly Uint8Array[]) => {
    const fleet = new Fleet()
    const one = fleet.start(1, [2])
    let calls = 0
    fleet.wire.door(2, fleet.addressOf(2)).accept(connection => ({
      onOpen: () => {},
      onFrame: frame => {
        const greeting = readGreeting(frame, { min: 1, max: 1 })
        if (greeting.kind !== 'hello') return
        if (greeting.hello.lane === 'turn') calls++
        for (const said of answer(greeting.hello)) connection.send(said)
      },
      onClosed: () => {},
    }))
    fleet.pass(1000)
    return { fleet, one, calls: () => calls }
  }
  const good = (fleet: Fleet, { lane }: Hello) =>
    encodeHello({ ...fleet.self(2), lane, to: nameOf(1) })

  it('with something that is no hello', () => {
    const { one } = rig(() => [Uint8Array.of(1, 2, 3)])
    expect(one.told[0]).toBe('refused n2 malformed-bytes')
  })

  it('with two hellos', () => {
    const fleet = new Fleet()
    const { one } = rig(hello => [good(fleet, hello), good(fleet, hello)])
    expect(one.told).toContain('refused n2 malformed-bytes')
  })

  it('with a packet on our own connection', () => {
    const fleet = new Fleet()
    const { one } = rig(hello => [good(fleet, hello), Uint8Array.of(1, 0, 0, 0)])
    expect(one.told).toContain('refused n2 malformed-bytes')
    expect(one.told.some(line => line.startsWith('n2:'))).toBe(false)
  })

  it('with nothing: the attempt ends, and others follow', () => {
    const { fleet, one, calls } = rig(() => [])
    fleet.pass(10_000)
    expect(calls()).toBeGreaterThan(2)
    expect(one.told).toEqual([])
  })

  it('that hangs up again and again is not dialled in a storm', () => {
    const fleet = new Fleet()
    const { calls } = rig(hello => [
      good(fleet, hello),
      encodeRefusal({ code: 'whim', message: 'no reason is given at all' }),
    ])
    expect(calls()).toBeGreaterThan(2)
    expect(calls()).toBeLessThan(20)
  })
})
