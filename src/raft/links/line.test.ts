/** One line: each state, each event, and what follows. */

import { describe, expect, it, test } from 'vitest'
import { Callee, ELSEWHERE, LineRig, PLACE } from '../testing/line-rig.ts'

type Start = 'new' | 'pausing' | 'connecting' | 'up' | 'closed'

/** A line in this state. */
const starts: Readonly<Record<Start, () => LineRig>> = {
  new: () => new LineRig(),
  pausing: () => {
    const rig = new LineRig()
    rig.share = 1
    rig.line.dial()
    rig.pass(5)
    rig.callee.hangUp()
    rig.pass(5)
    return rig
  },
  connecting: () => {
    const rig = new LineRig()
    rig.line.dial()
    rig.pass(5)
    return rig
  },
  up: () => new LineRig().up(),
  closed: () => {
    const rig = new LineRig().up()
    rig.line.close()
    rig.pass(5)
    return rig
  },
}

const calls = {
  dial: (rig: LineRig) => rig.line.dial(),
  redial: (rig: LineRig) => rig.line.redial(),
  moveTo: (rig: LineRig) => rig.line.moveTo(ELSEWHERE),
  close: (rig: LineRig) => rig.line.close(),
  send: (rig: LineRig) => rig.line.send(Uint8Array.of(7)),
} as const

interface Row {
  readonly state: string
  /** Connections that whoever is called here, and elsewhere, has of us in the end. */
  readonly here: number
  readonly elsewhere?: number
}

const table: Readonly<Record<Start, Readonly<Record<keyof typeof calls, Row>>>> = {
  new: {
    dial: { state: 'connecting', here: 1 },
    redial: { state: 'connecting', here: 1 },
    moveTo: { state: 'connecting', here: 0, elsewhere: 1 },
    close: { state: 'closed', here: 0 },
    send: { state: 'waiting', here: 0 },
  },
  pausing: {
    dial: { state: 'connecting', here: 1 },
    redial: { state: 'connecting', here: 1 },
    moveTo: { state: 'connecting', here: 0, elsewhere: 1 },
    close: { state: 'closed', here: 0 },
    send: { state: 'waiting', here: 0 },
  },
  connecting: {
    dial: { state: 'connecting', here: 1 },
    redial: { state: 'connecting', here: 1 },
    moveTo: { state: 'connecting', here: 0, elsewhere: 1 },
    close: { state: 'closed', here: 0 },
    send: { state: 'connecting', here: 1 },
  },
  up: {
    dial: { state: 'up', here: 1 },
    redial: { state: 'connecting', here: 1 },
    moveTo: { state: 'connecting', here: 0, elsewhere: 1 },
    close: { state: 'closed', here: 0 },
    send: { state: 'up', here: 1 },
  },
  closed: {
    dial: { state: 'closed', here: 0 },
    redial: { state: 'closed', here: 0 },
    moveTo: { state: 'closed', here: 0 },
    close: { state: 'closed', here: 0 },
    send: { state: 'closed', here: 0 },
  },
}

const cells = (Object.keys(table) as Start[]).flatMap(start =>
  (Object.keys(calls) as (keyof typeof calls)[]).map(
    call => [start, call, table[start][call]] as const,
  ),
)

describe('a line that is', () => {
  it.each(cells)('%s, on %s', (start, call, row) => {
    const rig = starts[start]()
    rig.told.length = 0
    const taken = calls[call](rig)
    expect(rig.line.state).toBe(row.state)
    if (call === 'send') expect(taken).toBe(start === 'up')
    rig.pass(20)
    expect([rig.callee.open, rig.other.open]).toEqual([row.here, row.elsewhere ?? 0])
    expect(rig.callee.heard.includes('frame 7')).toBe(call === 'send' && start === 'up')
    expect(rig.told).toEqual([])
  })
})

describe('what the other side does', () => {
  const strange = (rig: LineRig) => rig.callee.hello({ protocol: { min: 7, max: 9 } })
  const malformed = (rig: LineRig) => rig.callee.say(Uint8Array.of(1, 2, 3, 4, 5, 6))
  const hello = (rig: LineRig) => rig.callee.hello()
  const whim = (rig: LineRig) => rig.callee.refuse('whim')
  const hangUp = (rig: LineRig) => rig.callee.hangUp()
  const hungUp = 'the other side closed the connection'

  it.each<[Start, string, (rig: LineRig) => void, readonly string[], readonly string[]]>([
    ['connecting', 'a hello', hello, ['judge peer/4', 'up turn 4'], []],
    [
      'connecting',
      'a refusal',
      whim,
      ['failed turn: they refused: whim', 'refused by them: whim'],
      ['closed'],
    ],
    [
      'connecting',
      'bytes',
      malformed,
      ['failed turn: we refused: malformed-bytes', 'refused by us: malformed-bytes'],
      ['malformed-bytes', 'closed'],
    ],
    [
      'connecting',
      'a strange protocol',
      strange,
      ['failed turn: we refused: protocol-unknown', 'refused by us: protocol-unknown'],
      ['protocol-unknown', 'closed'],
    ],
    ['connecting', 'the end', hangUp, [`failed turn: ${hungUp}`], []],
    [
      'up',
      'a second hello',
      hello,
      ['down turn: we refused: malformed-bytes', 'refused by us: malformed-bytes'],
      ['malformed-bytes', 'closed'],
    ],
    [
      'up',
      'a refusal',
      whim,
      ['down turn: they refused: whim', 'refused by them: whim'],
      ['closed'],
    ],
    [
      'up',
      'bytes',
      malformed,
      ['down turn: we refused: malformed-bytes', 'refused by us: malformed-bytes'],
      ['malformed-bytes', 'closed'],
    ],
    [
      'up',
      'a strange protocol',
      strange,
      ['down turn: we refused: protocol-unknown', 'refused by us: protocol-unknown'],
      ['protocol-unknown', 'closed'],
    ],
    ['up', 'the end', hangUp, [`down turn: ${hungUp}`], []],
  ])('when %s, with %s', (start, what, event, told, heard) => {
    const rig = starts[start]()
    rig.told.length = 0
    rig.callee.heard.length = 0
    event(rig)
    rig.pass(5)
    expect(rig.told).toEqual(told)
    expect(rig.callee.heard).toEqual(heard)
    expect(rig.line.state).toBe(what === 'a hello' ? 'up' : 'waiting')
  })

  it('when its hello is judged badly', () => {
    const rig = starts.connecting()
    rig.verdict = { code: 'self', message: 'two of one name; rename one' }
    rig.callee.hello()
    rig.pass(5)
    expect(rig.told).toEqual([
      'judge peer/4',
      'failed turn: we refused: self',
      'refused by us: self',
    ])
    expect(rig.callee.heard).toEqual(['hello', 'self', 'closed'])
  })
})

describe('time', () => {
  it('ends an attempt to which nobody answers', () => {
    const rig = starts.connecting()
    rig.pass(rig.limits.handshakeMs - 6)
    expect(rig.told).toEqual([])
    rig.pass(2)
    expect(rig.told).toEqual(['failed turn: no hello came within 2000 ms'])
    expect(rig.line.state).toBe('waiting')
  })

  it('ends nothing that is up and echoes, whether or not anything is said', () => {
    const rig = starts.up()
    rig.callee.echoes = true
    rig.pass(60_000)
    rig.line.send(Uint8Array.of(1))
    rig.pass(60_000)
    expect(rig.told).toEqual([])
    expect(rig.dialledMs).toHaveLength(1)
  })

  it('of an attempt that was given up ends nothing later', () => {
    const rig = starts.connecting()
    rig.pass(rig.limits.handshakeMs - 20)
    rig.line.redial()
    rig.pass(1000)
    expect(rig.told).toEqual([])
    expect(rig.line.state).toBe('connecting')
  })

  it('for which nothing was taken ends a connection, not the one behind it', () => {
    const rig = new LineRig({ bufferBytes: 1 }).up()
    rig.wire.freeze(2)
    for (let n = 0; n < 3; n++) rig.line.send(Uint8Array.of(n))
    rig.pass(rig.limits.stuckMs - 50)
    expect(rig.told).toEqual([])
    rig.wire.thaw(2)
    rig.line.redial()
    rig.pass(5)
    rig.callee.hello()
    rig.pass(5)
    expect(rig.line.state).toBe('up')
    rig.wire.freeze(2)
    for (let n = 0; n < 3; n++) rig.line.send(Uint8Array.of(n))
    rig.pass(rig.limits.stuckMs - 50)
    expect(rig.line.state).toBe('up')
    rig.pass(100)
    expect(rig.told.at(-1)).toBe('down turn: nothing was taken for 3000 ms')
  })

  it('in which all was taken is followed by a watch of its own', () => {
    const rig = new LineRig({ bufferBytes: 1 }).up()
    rig.callee.echoes = true
    rig.line.send(Uint8Array.of(1))
    rig.pass(2 * rig.limits.stuckMs)
    rig.wire.freeze(2)
    for (let n = 0; n < 3; n++) rig.line.send(Uint8Array.of(n))
    expect(rig.line.queuedBytes).toBeGreaterThan(0)
    // A probe that was taken may have begun a watch that saw the beginning of this: then another.
    rig.pass(rig.limits.stuckMs)
    while (rig.line.state === 'up') rig.pass(10)
    expect(rig.told).toEqual(['down turn: nothing was taken for 3000 ms'])
    expect(rig.line.queuedBytes).toBe(0)
  })
})

describe('pauses between attempts', () => {
  /** Nobody is there: each attempt is refused within a millisecond. */
  const pauses = (share: number, limits = {}) => {
    const rig = new LineRig({ limits })
    rig.wire.kill(2)
    rig.share = share
    rig.line.dial()
    rig.pass(20_000)
    return { rig, gaps: rig.dialledMs.slice(1).map((at, n) => at - (rig.dialledMs[n] ?? 0)) }
  }

  it('are the shortest at least', () => {
    const { gaps } = pauses(0)
    for (const gap of gaps) expect([20, 21]).toContain(gap)
  })

  it('double up to the longest', () => {
    const { gaps } = pauses(1)
    const wanted = [40, 80, 160, 320, 640, 1000, 1000, 1000]
    for (const [n, ms] of wanted.entries()) expect([ms, ms + 1]).toContain(gaps[n])
  })

  it('are drawn between the two', () => {
    const { gaps } = pauses(0.5)
    expect([510, 511]).toContain(gaps[10])
  })

  it('stay within the longest after thousands of failures', () => {
    const { gaps } = pauses(1, { reconnectMinMs: 1, reconnectMaxMs: 4 })
    expect(gaps.length).toBeGreaterThan(3000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5)
  })

  it('begin anew with a new place, and when a life was good', () => {
    const { rig } = pauses(1)
    const before = rig.dialledMs.length
    rig.line.moveTo('nowhere')
    rig.pass(50)
    expect(rig.dialledMs.length - before).toBe(2)
    rig.line.moveTo(ELSEWHERE)
    rig.pass(5)
    rig.other.hello()
    rig.pass(rig.limits.settledMs + 5)
    const settled = rig.dialledMs.length
    rig.other.hangUp()
    rig.pass(2)
    expect(rig.dialledMs.length - settled).toBe(1)
    expect(rig.line.state).toBe('connecting')
  })

  it('come between lives that were short, though each was up', () => {
    const rig = new LineRig()
    rig.share = 1
    rig.line.dial()
    for (const pauseMs of [40, 80, 160]) {
      rig.pass(5)
      rig.callee.hello()
      rig.pass(5)
      expect(rig.line.state).toBe('up')
      rig.callee.hangUp()
      rig.pass(pauseMs - 5)
      expect(rig.line.state).toBe('waiting')
      rig.pass(10)
      expect(rig.line.state).toBe('connecting')
    }
  })
})

describe('whoever is told may act at once:', () => {
  it.each<['judge' | 'up' | 'down' | 'refused', (rig: LineRig) => void]>([
    ['judge', rig => rig.callee.hello()],
    ['up', rig => rig.callee.hello()],
    ['down', rig => rig.callee.hangUp()],
    ['refused', rig => rig.callee.refuse('whim')],
  ])('in %s it may close the line, move it, or dial', (name, event) => {
    for (const [act, state] of [
      ['close', 'closed'],
      ['moveTo', 'connecting'],
      ['redial', 'connecting'],
    ] as const) {
      const rig = starts.connecting()
      let acted = 0
      rig.react[name] = () => {
        if (acted++ === 0) calls[act](rig)
      }
      event(rig)
      rig.pass(5)
      expect(acted).toBe(1)
      expect(rig.line.state).toBe(state)
      expect(rig.callee.open + rig.other.open).toBe(state === 'closed' ? 0 : 1)
    }
  })

  it('a verdict over a line that was closed meanwhile is nobody’s', () => {
    const rig = starts.connecting()
    rig.verdict = { code: 'self', message: 'two of one name; rename one' }
    rig.react.judge = () => rig.line.close()
    rig.callee.hello()
    rig.pass(5)
    expect(rig.told).toEqual(['judge peer/4'])
    expect(rig.callee.heard).not.toContain('self')
  })
})

test.each(['turn', 'image'] as const)('lane %s is named to both sides', lane => {
  const rig = new LineRig({ lane })
  rig.line.dial()
  rig.pass(5)
  expect(rig.callee.hellos).toMatchObject([{ node: 'me', to: 'peer', lane, boot: 1 }])
  rig.callee.hello({ lane })
  rig.pass(5)
  expect(rig.told).toEqual(['judge peer/4', `up ${lane} 4`])
})

test('a queue takes what fits to the byte, and no more', () => {
  const limits = { queuedBytesMax: 10, frameBytesMax: 10 }
  const rig = new LineRig({ limits, bufferBytes: 1 }).up()
  rig.wire.freeze(2)
  rig.line.send(Uint8Array.of(1))
  expect(rig.line.send(new Uint8Array(9))).toBe(true)
  expect(rig.line.send(Uint8Array.of(1))).toBe(true)
  expect(rig.line.queuedBytes).toBe(10)
  expect(rig.line.send(Uint8Array.of(1))).toBe(false)
  expect(rig.line.send(new Uint8Array(0))).toBe(true)
})

test('a place that another process takes over is dialled all the same', () => {
  const rig = new LineRig().up()
  rig.wire.kill(2)
  const next = new Callee(rig.wire.door(2, PLACE))
  rig.pass(50)
  next.hello({ boot: 5 })
  rig.pass(5)
  expect(rig.told.at(-1)).toBe('up turn 5')
})
