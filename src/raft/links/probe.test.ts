/** The way there and back: what is sent, what counts as an answer, and what is told of it. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOf, pair } from '../testing/fleet.ts'
import { LineRig } from '../testing/line-rig.ts'
import { readPacket } from '../wire/packet.ts'
import { Accepted } from './accepted.ts'
import { encodeHello, readGreeting } from './hello.ts'
import { ECHO_QUEUE_BYTES_MAX, encodeProbe, PROBES_MAX, type Probe, readProbe } from './probe.ts'

const anyProbe: fc.Arbitrary<Probe> = fc.record({
  kind: fc.constantFrom('probe', 'echo'),
  serial: fc.nat(2 ** 32 - 1),
})

describe('a probe in bytes', () => {
  it('survives them, and is neither greeting nor packet', () => {
    fc.assert(
      fc.property(anyProbe, probe => {
        const bytes = encodeProbe(probe)
        expect(readProbe(bytes)).toEqual(probe)
        expect(() => readGreeting(bytes, { min: 1, max: 1 })).toThrow('malformed-bytes')
        expect(() => readPacket(bytes, () => {})).toThrow('malformed-bytes')
      }),
    )
  })

  it('is nothing else, and nothing else is a probe', () => {
    const bytes = encodeProbe({ kind: 'probe', serial: 7 })
    for (const other of [bytes.slice(0, -1), Uint8Array.of(...bytes, 0), new Uint8Array(0)]) {
      expect(readProbe(other)).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.boolean(), (noise, isTail) => {
        const frame = isTail ? Uint8Array.of(...bytes.slice(0, 4), ...noise) : noise
        const found = readProbe(frame)
        // One encoding: what was read is what would be written.
        if (found !== undefined) expect(encodeProbe(found)).toEqual(frame)
      }),
    )
  })
})

const EVERY = 1000

/** Up, and echoing what it hears after so long on the way. */
function probed(delayMs = 0): LineRig {
  const rig = new LineRig({ limits: { probeMs: EVERY } }).up()
  rig.callee.echoes = true
  if (delayMs > 0) rig.wire.addDelay(2, delayMs * 1000)
  return rig
}

describe('a line', () => {
  it('measures the way there and back, now and then', () => {
    const rig = probed(20)
    expect(rig.line.rttMs).toBeUndefined()
    rig.pass(EVERY + 100)
    // The delay is drawn; without it the way takes a fraction of a millisecond.
    expect(rig.line.rttMs).toBeGreaterThan(1)
    expect(rig.line.rttMs).toBeLessThan(100)
    rig.pass(3 * EVERY)
    expect(rig.callee.serials).toEqual([1, 2, 3, 4])
    expect([rig.told, rig.line.state]).toEqual([[], 'up'])
  })

  it('has one probe on its way, and what is not answered counts by what it has waited', () => {
    const rig = probed()
    rig.pass(EVERY + 100)
    expect(rig.line.rttMs).toBeLessThan(5)
    rig.callee.echoes = false
    rig.pass(3 * EVERY)
    expect(rig.callee.serials).toEqual([1, 2])
    expect(rig.line.rttMs).toBeGreaterThan(1.9 * EVERY)
    rig.callee.say(encodeProbe({ kind: 'echo', serial: 2 }))
    rig.callee.echoes = true
    rig.pass(EVERY + 100)
    expect(rig.line.rttMs).toBeLessThan(5)
  })

  it('believes no echo of what it did not send, nor a second one', () => {
    const rig = probed()
    rig.callee.echoes = false
    for (const serial of [0, 1, 2]) rig.callee.say(encodeProbe({ kind: 'echo', serial }))
    rig.pass(EVERY - 100)
    expect(rig.line.rttMs).toBeUndefined()
    rig.pass(200)
    expect(rig.callee.serials).toEqual([1])
    for (const serial of [0, 2, 3]) rig.callee.say(encodeProbe({ kind: 'echo', serial }))
    rig.pass(50)
    expect(rig.line.rttMs).toBeUndefined()
    const echo = encodeProbe({ kind: 'echo', serial: 1 })
    rig.callee.say(echo, echo)
    rig.pass(50)
    expect(rig.line.rttMs).toBeLessThan(200)
    expect([rig.told, rig.line.state]).toEqual([[], 'up'])
  })

  it('forgets what it measured with the connection, and measures the next one', () => {
    const rig = probed()
    rig.pass(EVERY + 100)
    expect(rig.line.rttMs).toBeDefined()
    rig.callee.hangUp()
    rig.pass(5)
    expect(rig.line.rttMs).toBeUndefined()
    rig.callee.hello()
    rig.pass(EVERY + 100)
    expect(rig.line.rttMs).toBeDefined()
    rig.line.close()
    expect(rig.line.rttMs).toBeUndefined()
    const before = rig.callee.serials.length
    rig.pass(5 * EVERY)
    expect(rig.callee.serials).toHaveLength(before)
  })

  it('refuses whoever probes it where only echoes belong', () => {
    const rig = probed()
    rig.callee.say(encodeProbe({ kind: 'probe', serial: 1 }))
    rig.pass(5)
    expect(rig.told).toContain('refused by us: malformed-bytes')
  })

  it('refuses an echo before the hello', () => {
    const rig = new LineRig()
    rig.line.dial()
    rig.pass(5)
    rig.callee.say(encodeProbe({ kind: 'echo', serial: 1 }))
    rig.pass(5)
    expect(rig.told).toContain('refused by us: malformed-bytes')
  })

  it('probes on the lane of images as well, for what swallows images says nothing either', () => {
    const rig = new LineRig({ lane: 'image' })
    rig.callee.echoes = true
    rig.line.dial()
    rig.pass(5)
    rig.callee.hello({ lane: 'image' })
    rig.pass(2 * EVERY + 20)
    expect(rig.callee.serials).toEqual([1, 2])
    rig.callee.echoes = false
    rig.pass(EVERY + rig.limits.stuckMs + 10)
    expect(rig.told.at(-1)).toBe('down image: no echo came for 3000 ms')
  })
})

describe('an echo that does not come', () => {
  const STUCK = 3 * EVERY
  const stuck = (limits = {}) =>
    new LineRig({ limits: { probeMs: EVERY, stuckMs: STUCK, ...limits } }).up()
  const DOWN = `down turn: no echo came for ${STUCK} ms`

  it('ends the connection, and the next one is measured anew', () => {
    const rig = stuck()
    rig.pass(EVERY + STUCK - 10)
    expect(rig.told).toEqual([])
    rig.pass(20)
    expect(rig.told).toEqual([DOWN])
    rig.callee.echoes = true
    rig.pass(5)
    rig.callee.hello()
    rig.pass(10 * EVERY)
    expect([rig.told.slice(1), rig.line.state]).toEqual([['judge peer/4', 'up turn 4'], 'up'])
    expect(rig.dialledMs).toHaveLength(2)
  })

  it('in time ends nothing, though it is always late', () => {
    const rig = stuck()
    for (let serial = 1; serial < 9; serial++) {
      while (rig.callee.serials.at(-1) !== serial) rig.pass(10)
      rig.pass(STUCK - 50)
      rig.callee.say(encodeProbe({ kind: 'echo', serial }))
    }
    expect([rig.told, rig.line.state]).toEqual([[], 'up'])
  })

  it('is awaited longer for the stretch in front of its probe, however much is sent behind', () => {
    const rig = stuck({ slowestBytesPerS: 1000 })
    for (let n = 0; n < 8000; n++) rig.line.send(Uint8Array.of(7))
    rig.pass(EVERY + STUCK + EVERY / 2)
    expect(rig.callee.serials).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(rig.told).toEqual([])
    rig.pass(EVERY)
    expect(rig.told).toEqual([`down turn: no echo came for ${STUCK + EVERY} ms`])
  })

  it('is awaited longer for a large frame, by what the way has shown or a slow one does', () => {
    const large = new Uint8Array(5000)
    const waited = (before: () => LineRig) => {
      const rig = before()
      rig.callee.echoes = false
      rig.line.send(large)
      rig.pass(30_000)
      return rig.told[0]
    }
    const fresh = () => stuck({ slowestBytesPerS: 1000 })
    const shown = () => {
      const rig = fresh()
      rig.callee.echoes = true
      for (let n = 0; n < 3; n++) {
        rig.line.send(large)
        rig.pass(10)
      }
      return rig
    }
    expect(waited(fresh)).toBe(`down turn: no echo came for ${STUCK + 5 * EVERY} ms`)
    expect(waited(shown)).toBe(`down turn: no echo came for ${STUCK + EVERY} ms`)
  })

  it.each([1, 300, 1000, 10_000])('at %i kB/s is missed as soon as on an idle way', kBPerS => {
    const rig = stuck()
    rig.callee.echoes = true
    for (let ms = 0; ms < 2500; ms++) {
      rig.line.send(new Uint8Array(kBPerS))
      rig.pass(1)
    }
    rig.callee.echoes = false
    rig.pass(STUCK - 10)
    expect([rig.told, rig.line.state]).toEqual([[], 'up'])
    rig.pass(2 * EVERY + 10)
    expect(rig.told[0]).toMatch(/^down turn: no echo came/)
  })

  it('of a slow way that lives ends nothing, however much lies on it', () => {
    const rig = stuck({ slowestBytesPerS: 1000 })
    for (let n = 0; n < 40; n++) rig.line.send(new Uint8Array(1000))
    rig.pass(10)
    for (let serial = 1; serial <= 40; serial++) {
      rig.pass(EVERY)
      rig.callee.say(encodeProbe({ kind: 'echo', serial }))
    }
    rig.pass(10)
    expect([rig.told, rig.line.state, rig.line.rttMs]).toEqual([[], 'up', expect.any(Number)])
    expect(rig.line.rttMs).toBeGreaterThan(39 * EVERY)
  })

  it('is waited for with a bounded number of others', () => {
    const rig = stuck({ slowestBytesPerS: 100 })
    for (let n = 0; n < PROBES_MAX + 50; n++) rig.line.send(new Uint8Array(200))
    rig.pass(EVERY / 2)
    expect(rig.callee.serials).toHaveLength(PROBES_MAX)
    for (const serial of rig.callee.serials.slice(0, 500))
      rig.callee.say(encodeProbe({ kind: 'echo', serial }))
    rig.pass(10)
    rig.line.send(Uint8Array.of(7))
    rig.pass(10)
    expect(rig.callee.serials).toHaveLength(PROBES_MAX + 1)
  })

  it('is no fault of the way while its probe still waits here', () => {
    const rig = new LineRig({ limits: { probeMs: EVERY, stuckMs: STUCK }, bufferBytes: 1 }).up()
    rig.wire.freeze(2)
    for (let n = 0; n < 3; n++) rig.line.send(Uint8Array.of(n))
    rig.pass(EVERY + STUCK)
    expect(rig.told).toEqual([`down turn: nothing was taken for ${STUCK} ms`])
  })

  it('counts no time in which this process stood still', () => {
    const { fleet, one } = pair()
    fleet.freeze(1)
    fleet.pass(20_000)
    fleet.thaw(1)
    fleet.pass(2000)
    expect(one.told).toEqual([])
    expect(one.links.status()).toMatchObject([{ state: 'up', lastClosed: undefined }])
  })
})

describe('two nodes', () => {
  it('know how far they are apart; probes are no frames of theirs', () => {
    const { fleet, one, two } = pair()
    fleet.wire.addDelay(2, 30_000)
    fleet.pass(1500)
    for (const { links, told } of [one, two]) {
      const [status] = links.status()
      expect(status?.rttMs).toBeGreaterThan(1)
      expect(status?.rttMs).toBeLessThan(200)
      expect(status).toMatchObject({ sentBytes: 0, receivedBytes: 0 })
      expect(told.filter(one => !one.startsWith('up'))).toEqual([])
    }
  })
})

it('whoever was called echoes each probe, unless too much waits already', () => {
  const rig = new LineRig()
  const sent: Uint8Array[] = []
  const connection = { send: (frame: Uint8Array) => sent.push(frame), queuedBytes: 0, close() {} }
  const accepted = new Accepted(rig.parts, connection, {
    judge: () => undefined,
    onHello: () => {},
    onFrame: () => {
      throw new Error('a probe is no frame of a node')
    },
    onRefused: () => {},
    onGone: () => {},
  })
  const { self } = rig.parts
  accepted.onFrame(encodeHello({ ...self, node: nameOf(7), lane: 'turn', to: self.node }))
  expect(sent).toHaveLength(1)
  const probe = (serial: number) => accepted.onFrame(encodeProbe({ kind: 'probe', serial }))
  probe(1)
  connection.queuedBytes = ECHO_QUEUE_BYTES_MAX + 1
  probe(2)
  connection.queuedBytes = ECHO_QUEUE_BYTES_MAX
  probe(3)
  expect(sent.slice(1).map(readProbe)).toEqual([
    { kind: 'echo', serial: 1 },
    { kind: 'echo', serial: 3 },
  ])
})

it('a probe or echo of which one bit turned over is neither', () => {
  fc.assert(
    fc.property(anyProbe, fc.nat(), (probe, bit) => {
      const bytes = encodeProbe(probe)
      const at = bit % (8 * bytes.length)
      bytes[at >>> 3] = (bytes[at >>> 3] as number) ^ (1 << (at & 7))
      expect(readProbe(bytes)).toBeUndefined()
    }),
  )
})
