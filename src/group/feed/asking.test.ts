/** Streams that a group's leader opens for its channels, and how they are opened again. */

import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import type { Connection, Transport } from '../../base/env.ts'
import { type Frame, noRecords, writeFrame } from '../../engine/channels/frame.ts'
import { type Ask, decodeAsk, encodeTold } from '../../engine/exchange/talk.ts'
import { input } from '../../engine/windows/testing/events.ts'
import { Asking } from './asking.ts'
import { FEED_BOUNDS } from './bounds.ts'
import { Time } from './testing/rig.ts'
import { Wires } from './testing/wires.ts'

const NONE = { rewinds: [], credits: [], wanted: undefined }
const READER = { generation: 2, term: 1 }

class Rig {
  readonly time = new Time()
  readonly wires = new Wires(this.time)
  /** What the other side was asked, stream by stream. */
  readonly streams: { readonly connection: Connection; readonly asked: Ask[]; isOver: boolean }[] =
    []
  readonly frames: Frame[] = []
  readonly refused: string[] = []
  address: string | undefined = 'n1'
  cursor = 5
  taken = 0
  readonly asking: Asking

  constructor() {
    this.#accept(this.wires.door(1))
    this.asking = new Asking({
      ...{ clock: this.time.clock, random: this.time.random, transport: this.wires.door(0) },
      self: { cluster: 'c', job: 'j', generation: 2, group: 1, term: 5 },
      group: {
        hello: channel => ({ channel, cursor: this.cursor, bytes: 100 }),
        onFrame: frame => {
          this.frames.push(frame)
          return 'all'
        },
        taken: () => this.taken,
      },
      addressOf: () => this.address,
      schemaOf: channel => (channel < 3 ? input : undefined),
      onRefused: (channel, code) => void this.refused.push(`${channel} ${code}`),
    })
  }

  #accept(door: Transport<string>): void {
    door.accept(connection => {
      const stream = { connection, asked: [] as Ask[], isOver: false }
      this.streams.push(stream)
      return {
        onOpen: () => undefined,
        onFrame: bytes => void stream.asked.push(decodeAsk(bytes)),
        onClosed: () => {
          stream.isOver = true
        },
      }
    })
  }

  /** With one channel, whose stream is open. */
  static opened(): Rig {
    const rig = new Rig()
    rig.asking.open([1])
    rig.time.pass(10)
    return rig
  }

  get last() {
    const stream = this.streams.at(-1)
    if (stream === undefined) throw new Error('nobody was asked')
    return stream
  }

  tell(frame: Partial<Frame>): void {
    const channel = frame.channel ?? 1
    const out = new ByteWriter()
    const words = { channel, generation: 2, readerTerm: 1, from: 5, to: 6 }
    writeFrame(out, { ...words, records: noRecords(input, channel), ...frame })
    this.last.connection.send(encodeTold({ kind: 'frame', bytes: out.finish() }))
    this.time.pass(10)
  }
}

const kinds = (asked: readonly Ask[]) => asked.map(({ kind }) => kind)

describe('a channel', () => {
  test('is asked for with a hello that says where the group stands', () => {
    const { last } = Rig.opened()
    const who = { cluster: 'c', job: 'j', generation: 2, group: 1, term: 5 }
    const opening = { ...who, channel: 1, cursor: 5, bytes: 100 }
    expect(last.asked).toEqual([{ kind: 'hello', opening }])
  })

  test('is asked for once, however often it is named', () => {
    const rig = Rig.opened()
    rig.asking.open([1, 2])
    rig.time.pass(10)
    expect(rig.streams).toHaveLength(2)
  })

  test('whose sender nobody knows is asked for when somebody does', () => {
    const rig = new Rig()
    rig.address = undefined
    rig.asking.open([1])
    rig.time.pass(5000)
    expect(rig.streams).toEqual([])
    rig.address = 'n1'
    rig.asking.onMoved(1)
    rig.time.pass(10)
    expect(rig.streams).toHaveLength(1)
  })

  test('brings frames to the group', () => {
    const rig = Rig.opened()
    rig.tell({ from: 5, to: 9 })
    expect(rig.frames.map(({ from, to }) => [from, to])).toEqual([[5, 9]])
  })
})

describe('what the group says', () => {
  test('goes to its channel', () => {
    const rig = Rig.opened()
    rig.asking.onDuties({
      rewinds: [{ channel: 1, reader: READER, cursor: 7 }],
      credits: [{ channel: 1, bytes: 300 }],
      wanted: undefined,
    })
    rig.time.pass(10)
    expect(rig.last.asked.slice(1)).toEqual([
      { kind: 'rewind', reader: READER, cursor: 7 },
      { kind: 'grant', bytes: 300 },
    ])
  })

  test('of channels that are not open goes nowhere', () => {
    const rig = Rig.opened()
    const duties = { rewinds: [{ channel: 4, reader: READER, cursor: 7 }] }
    rig.asking.onDuties({ ...NONE, ...duties, wanted: { epoch: 3, channels: [4] } })
    rig.time.pass(10)
    expect(kinds(rig.last.asked)).toEqual(['hello'])
  })

  test('of an epoch is said once in a stream, and again in the next', () => {
    const rig = Rig.opened()
    const wanted = { ...NONE, wanted: { epoch: 3, channels: [1] } }
    for (let left = 3; left > 0; left--) rig.asking.onDuties(wanted)
    rig.time.pass(10)
    expect(kinds(rig.last.asked)).toEqual(['hello', 'wanted'])
    rig.asking.onMoved(1)
    rig.asking.onDuties(wanted)
    rig.time.pass(10)
    expect(kinds(rig.last.asked)).toEqual(['hello', 'wanted'])
    expect(rig.streams).toHaveLength(2)
  })

  test('of what is committed is said now and then, when there is more', () => {
    const rig = Rig.opened()
    rig.time.pass(5 * FEED_BOUNDS.takenMs)
    expect(kinds(rig.last.asked)).toEqual(['hello'])
    rig.taken = 8
    rig.asking.onDuties(NONE)
    rig.time.pass(5 * FEED_BOUNDS.takenMs)
    expect(rig.last.asked.slice(1)).toEqual([{ kind: 'taken', cursor: 8 }])
  })
})

describe('a stream that ended', () => {
  test('is opened again, from where the group stands by then', () => {
    const rig = Rig.opened()
    rig.cursor = 12
    rig.last.connection.close()
    rig.time.pass(FEED_BOUNDS.retryMaxMs + 10)
    expect(rig.streams).toHaveLength(2)
    expect(rig.last.asked).toMatchObject([{ kind: 'hello', opening: { cursor: 12 } }])
  })

  test('is opened more and more seldom, if it ends again and again', () => {
    const rig = Rig.opened()
    const hangUp = (ms: number): number => {
      const before = rig.streams.length
      const endMs = rig.time.queue.nowMs + ms
      while (rig.time.queue.nowMs < endMs) {
        if (!rig.last.isOver) rig.last.connection.close()
        rig.time.pass(1)
      }
      return rig.streams.length - before
    }
    const first = hangUp(1000)
    hangUp(3000)
    expect(hangUp(1000)).toBeLessThan(first)
  })

  test('is opened at the place to which the sender has moved', () => {
    const rig = Rig.opened()
    const former = rig.last
    rig.asking.onMoved(1)
    rig.time.pass(10)
    expect([former.isOver, rig.streams.length]).toEqual([true, 2])
  })

  test('by a refusal is opened again, and people hear of it', () => {
    const rig = Rig.opened()
    const refusal = { code: 'not-the-sender', message: 'ask another' }
    rig.last.connection.send(encodeTold({ kind: 'refusal', refusal }))
    rig.time.pass(FEED_BOUNDS.retryMaxMs + 10)
    expect(rig.refused).toEqual(['1 not-the-sender'])
    expect(rig.streams).toHaveLength(2)
  })

  test.each([
    ['of another channel', (rig: Rig) => rig.tell({ channel: 2 })],
    ['that is none', (rig: Rig) => rig.last.connection.send(new Uint8Array(9))],
  ])('because a frame came %s is opened again, and the group hears none of it', (_, tell) => {
    const rig = Rig.opened()
    tell(rig)
    rig.time.pass(FEED_BOUNDS.retryMaxMs + 10)
    expect([rig.refused, rig.frames]).toEqual([['1 malformed-bytes'], []])
    expect(rig.streams).toHaveLength(2)
  })

  test('by one refusal after the other is told of once, until frames came', () => {
    const rig = Rig.opened()
    const refuse = (): void => {
      const refusal = { code: 'generation-ahead', message: 'ask again' }
      rig.last.connection.send(encodeTold({ kind: 'refusal', refusal }))
      rig.time.pass(FEED_BOUNDS.retryMaxMs + 10)
    }
    refuse()
    refuse()
    expect(rig.refused).toHaveLength(1)
    rig.tell({})
    refuse()
    expect([rig.refused.length, rig.streams.length]).toEqual([2, 4])
  })

  test('before it began is opened again: nobody answered', () => {
    const rig = new Rig()
    rig.wires.wire.cut(0, 1, 1)
    rig.asking.open([1])
    rig.time.pass(FEED_BOUNDS.handshakeMs / 2)
    rig.cursor = 9
    rig.time.pass(FEED_BOUNDS.handshakeMs)
    rig.wires.wire.heal()
    rig.time.pass(10)
    // What was on its way of the first attempt comes too, and is over by then.
    const open = rig.streams.filter(({ isOver }) => !isOver)
    expect(open.map(({ asked }) => asked)).toMatchObject([
      [{ kind: 'hello', opening: { cursor: 9 } }],
    ])
  })

  test('tells nothing any more', () => {
    const rig = Rig.opened()
    const former = rig.last
    rig.asking.onMoved(1)
    former.connection.send(encodeTold({ kind: 'frame', bytes: new Uint8Array(20) }))
    rig.time.pass(10)
    expect([rig.frames, rig.refused]).toEqual([[], []])
  })
})

test('when the lead is lost all streams end, and none is opened any more', () => {
  const rig = Rig.opened()
  const { last } = rig
  rig.asking.close()
  rig.asking.open([2])
  rig.asking.onMoved(1)
  rig.taken = 9
  rig.time.pass(10_000)
  expect([last.isOver, rig.streams.length]).toEqual([true, 1])
})

test('nor does a pause that was under way then open one', () => {
  const rig = Rig.opened()
  rig.last.connection.close()
  rig.time.pass(1)
  rig.asking.close()
  rig.time.pass(10_000)
  expect(rig.streams).toHaveLength(1)
})
