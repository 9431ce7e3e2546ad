/** Streams that groups open: whom they reach, and what ends them. */

import { describe, expect, test } from 'vitest'
import { decodeTold, encodeAsk, type Opening } from '../../engine/exchange/talk.ts'
import { FEED_BOUNDS, type FeedBounds } from './bounds.ts'
import { type Outlet, type Served, Serving } from './serving.ts'
import { Time } from './testing/rig.ts'
import { Caller, OPENING, Wires } from './testing/wires.ts'

/** Notes what it is asked, and says nothing by itself. */
class Notebook implements Served {
  readonly noted: string[] = []
  readonly outlets: Outlet[] = []

  attach(branch: number, hello: { cursor: number; bytes: number }, outlet: Outlet): void {
    this.noted.push(`attach ${branch} ${hello.cursor} ${hello.bytes}`)
    this.outlets.push(outlet)
  }

  detach(branch: number, outlet: Outlet): void {
    this.noted.push(`detach ${branch} ${this.outlets.indexOf(outlet)}`)
  }

  onAsk(branch: number, outlet: Outlet, ask: { kind: string }): void {
    this.noted.push(`${ask.kind} ${branch} ${this.outlets.indexOf(outlet)}`)
  }
}

class Rig {
  readonly time = new Time()
  readonly wires = new Wires(this.time)
  readonly served = new Notebook()
  readonly serving: Serving
  /** Nobody sends here. */
  isLed = true

  constructor(bounds: Partial<FeedBounds> = {}) {
    this.serving = new Serving({
      ...{ clock: this.time.clock, transport: this.wires.door(1) },
      bounds: { ...FEED_BOUNDS, ...bounds },
      look: ({ channel }: Opening) => ({
        ...{ cluster: 'c', generation: 2, isSender: true, groups: 2 },
        place: this.isLed ? { served: this.served, branch: 10 * channel } : undefined,
      }),
    })
  }

  caller(): Caller {
    return new Caller(this.wires.door(0))
  }

  /** One whose hello was heard. */
  welcome(): Caller {
    const caller = this.caller()
    caller.hello()
    this.time.pass(10)
    return caller
  }
}

describe('a stream', () => {
  test('reaches whoever sends on the channel, with cursor and credit', () => {
    const rig = new Rig()
    rig.welcome()
    expect(rig.served.noted).toEqual(['attach 10 5 1000'])
    expect(rig.serving.streams).toBe(1)
  })

  test('carries what is asked, and frames back', () => {
    const rig = new Rig()
    const caller = rig.welcome()
    caller.say({ kind: 'grant', bytes: 9 })
    caller.say({ kind: 'rewind', reader: { generation: 2, term: 1 }, cursor: 3 })
    caller.say({ kind: 'wanted', epoch: 4 })
    caller.say({ kind: 'taken', cursor: 5 })
    rig.served.outlets[0]?.send(new Uint8Array(70))
    rig.time.pass(10)
    expect(rig.served.noted.slice(1)).toEqual([
      'grant 10 0',
      'rewind 10 0',
      'wanted 10 0',
      'taken 10 0',
    ])
    expect(caller.heard).toEqual(['frame 70'])
  })

  test('that the caller ends is told of once, and takes nothing more', () => {
    const rig = new Rig()
    rig.welcome().connection.close()
    rig.time.pass(10)
    expect(rig.served.noted.slice(1)).toEqual(['detach 10 0'])
    rig.served.outlets[0]?.send(new Uint8Array(70))
    rig.served.outlets[0]?.end()
    rig.time.pass(10)
    expect([rig.served.noted.length, rig.serving.streams]).toEqual([2, 0])
  })

  test('that whoever sends ends says why, and is told of', () => {
    const rig = new Rig()
    const caller = rig.welcome()
    rig.served.outlets[0]?.end({ code: 'not-the-sender', message: 'ask another' })
    rig.time.pass(10)
    expect([caller.heard, caller.isClosed]).toEqual([['not-the-sender'], true])
    expect(rig.served.noted.slice(1)).toEqual(['detach 10 0'])
  })

  test('breaks with the connection', () => {
    const rig = new Rig()
    rig.welcome()
    rig.wires.wire.reset(0, 1)
    rig.time.pass(10)
    expect(rig.served.noted.slice(1)).toEqual(['detach 10 0'])
  })
})

describe('who is refused', () => {
  const refused = (more: Partial<Opening>, isLed = true): readonly string[] => {
    const rig = new Rig()
    rig.isLed = isLed
    const caller = rig.caller()
    caller.hello(more)
    rig.time.pass(10)
    expect([caller.isClosed, rig.served.noted, rig.serving.streams]).toEqual([true, [], 0])
    for (const told of caller.told) {
      if (told.kind === 'refusal') expect(told.refusal.message).toMatch(/.{10,}[:;] .{5,}|.{20,}/)
    }
    return caller.heard
  }

  test.each([
    [{ cluster: 'd' }, 'other-cluster'],
    [{ generation: 1 }, 'generation-over'],
    [{ generation: 3 }, 'generation-ahead'],
    [{ group: 2 }, 'unknown-channel'],
  ])('%j', (more, code) => {
    expect(refused(more)).toEqual([code])
  })

  test('one who asks where nobody sends', () => {
    expect(refused({}, false)).toEqual(['not-the-sender'])
  })

  test('one who does not say hello in time', () => {
    const rig = new Rig()
    const caller = rig.caller()
    rig.time.pass(FEED_BOUNDS.handshakeMs + 50)
    expect([caller.heard, caller.isClosed]).toEqual([['no-hello'], true])
  })

  test('one who asks before the hello, or says it twice', () => {
    const rig = new Rig()
    const early = rig.caller()
    early.say({ kind: 'grant', bytes: 1 })
    const twice = rig.welcome()
    twice.hello()
    rig.time.pass(10)
    expect([early.heard, twice.heard]).toEqual([['malformed-bytes'], ['malformed-bytes']])
    expect(rig.served.noted).toEqual(['attach 10 5 1000', 'detach 10 0'])
  })

  test('one whose bytes were damaged on their way, each of them', () => {
    const hello = encodeAsk({ kind: 'hello', opening: OPENING })
    for (let at = 0; at < hello.length; at++) {
      const rig = new Rig()
      const caller = rig.caller()
      caller.connection.send(hello.map((byte, one) => (one === at ? byte ^ 16 : byte)))
      rig.time.pass(10)
      expect([caller.heard, rig.served.noted]).toEqual([['malformed-bytes'], []])
    }
  })

  test('one who takes nothing of what is sent to him', () => {
    const rig = new Rig({ queuedBytesMax: 300_000 })
    const caller = rig.welcome()
    rig.wires.wire.freeze(0)
    for (let left = 8; left > 0; left--) {
      rig.served.outlets[0]?.send(new Uint8Array(100_000))
      rig.time.pass(10)
    }
    expect(rig.served.noted.slice(1)).toEqual(['detach 10 0'])
    expect(caller.told.every(told => told.kind === 'frame')).toBe(true)
  })

  test('one more than there may be, until another goes', () => {
    const rig = new Rig({ streamsMax: 2 })
    const [first] = [rig.welcome(), rig.welcome()]
    expect(rig.welcome().heard).toEqual(['too-many-streams'])
    first.connection.close()
    rig.time.pass(10)
    expect(rig.welcome().heard).toEqual([])
    expect(rig.serving.streams).toBe(2)
  })
})

test('when it is closed, all streams end, and none is taken any more', () => {
  const rig = new Rig()
  const caller = rig.welcome()
  rig.serving.close()
  const late = rig.caller()
  late.hello()
  rig.time.pass(10)
  expect([caller.isClosed, late.isClosed, rig.serving.streams]).toEqual([true, true, 0])
  expect(rig.served.noted).toEqual(['attach 10 5 1000', 'detach 10 0'])
})

test('a frame arrives as it was sent', () => {
  const rig = new Rig()
  const caller = rig.welcome()
  const frame = Uint8Array.from({ length: 300 }, (_, at) => at & 255)
  rig.served.outlets[0]?.send(frame)
  rig.time.pass(10)
  expect(caller.told).toEqual([{ kind: 'frame', bytes: frame }])
  expect(() => decodeTold(frame)).toThrow('malformed-bytes')
})
