/** The book: what may follow, what it writes, and that its rows say all of it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHANNEL_TABLE } from '../stage/tables.ts'
import { anyWatermark } from '../testing/traffic.ts'
import { Book, type Following, groupWatermark, type StateRow } from './book.ts'
import { CHANNELS_MAX } from './bounds.ts'
import { type ChannelChange, type ChannelState, type Movement, unheard } from './state.ts'

const READER = { generation: 1, term: 4 }

/** Channels 1 and 2, opened at 10 and 20 by batch 1, at time 1000. */
function opened(): Book {
  const book = new Book()
  const changes = [
    { channel: 1, opened: 10 },
    { channel: 2, opened: 20 },
  ]
  book.move({ seq: 1, now: 1000, inputs: [], changes })
  return book
}

function next(change: Partial<Movement> = {}): Movement {
  return { seq: 2, now: 1000, inputs: [], changes: [], ...change }
}

const shown = (book: Book) => ({
  seq: book.seq,
  now: book.now,
  watermark: book.watermark,
  epoch: book.epoch,
  channels: [...book.channels],
})

const idle = (watermark: number): ChannelState => ({ ...unheard(0), watermark, idle: true })
const awake = (watermark: number): ChannelState => ({ ...unheard(0), watermark })

describe('the watermark of a group', () => {
  test.each([
    ['without channels', [], -Infinity],
    ['with a channel of which nothing was heard', [awake(50), unheard(0)], -Infinity],
    ['is the least', [awake(50), awake(30), awake(40)], 30],
    ['does not wait for who is idle', [awake(50), idle(30)], 50],
    ['does not wait for who is idle and never said anything', [awake(50), idle(-Infinity)], 50],
    ['where all are idle: the largest', [idle(50), idle(30)], 50],
    ['where all are idle and nobody said anything', [idle(-Infinity)], -Infinity],
    ['where one channel has ended', [awake(Infinity), awake(30)], 30],
    ['does not wait for who has ended, idle or not', [{ ...idle(Infinity) }, awake(20)], 20],
    [
      'where one has ended and the others are idle: these may come back',
      [awake(Infinity), idle(20)],
      20,
    ],
    [
      'where one has ended, and nothing was heard of another that is idle',
      [awake(Infinity), idle(-Infinity)],
      -Infinity,
    ],
    ['where all have ended, one of them idle', [awake(Infinity), idle(Infinity)], Infinity],
    ['where all have ended', [awake(Infinity), awake(Infinity)], Infinity],
  ])('%s', (_, channels, wanted) => {
    expect(groupWatermark(channels)).toBe(wanted)
  })

  test('is the same whichever of the last channels falls idle first', () => {
    const run = (order: readonly number[]) => {
      const book = opened()
      book.move(
        next({
          changes: [
            { channel: 1, watermark: 50 },
            { channel: 2, watermark: 80 },
          ],
        }),
      )
      order.forEach((channel, at) => {
        book.move(next({ seq: 3 + at, changes: [{ channel, idle: true }] }))
      })
      return book.watermark
    }
    expect(run([1, 2])).toBe(80)
    expect(run([2, 1])).toBe(80)
  })

  test('never goes back: not when a channel wakes up, and not when one is opened', () => {
    const book = opened()
    const words = [
      { channel: 1, watermark: 50 },
      { channel: 2, idle: true },
    ]
    book.move(next({ changes: words }))
    expect(book.watermark).toBe(50)
    book.move(next({ seq: 3, changes: [{ channel: 2, idle: false, watermark: 30 }] }))
    expect(book.watermark).toBe(50)
    book.move(next({ seq: 4, changes: [{ channel: 3, opened: 0 }] }))
    expect(book.watermark).toBe(50)
    book.move(
      next({
        seq: 5,
        changes: [
          { channel: 1, watermark: 90 },
          { channel: 2, watermark: 70 },
          { channel: 3, watermark: 60 },
        ],
      }),
    )
    expect(book.watermark).toBe(60)
  })
})

/** Every verdict, by the movement that comes second. */
const table: readonly (readonly [string, Partial<Movement>, Following])[] = [
  ['that only moves time', { now: 1001 }, 'follows'],
  ['at the same time', {}, 'follows'],
  ['that is the last again', { seq: 1 }, 'again'],
  ['from long ago', { seq: 0 }, 'again'],
  ['after one that is missing', { seq: 3 }, 'gap'],
  ['whose time is earlier', { now: 999 }, 'time-goes-back'],
  ['at the cursors', { inputs: [{ channel: 1, from: 10, to: 12 }] }, 'follows'],
  ['before a cursor', { inputs: [{ channel: 1, from: 9, to: 12 }] }, 'not-at-the-cursor'],
  ['behind a cursor', { inputs: [{ channel: 2, from: 21, to: 22 }] }, 'not-at-the-cursor'],
  [
    'of a channel that is not there',
    { inputs: [{ channel: 3, from: 0, to: 1 }] },
    'unknown-channel',
  ],
  [
    'of words for a channel that is not there',
    { changes: [{ channel: 3, idle: true }] },
    'unknown-channel',
  ],
  ['that opens a channel again', { changes: [{ channel: 1, opened: 10 }] }, 'known-channel'],
  [
    'that opens a channel and takes of it',
    { changes: [{ channel: 3, opened: 5 }], inputs: [{ channel: 3, from: 5, to: 6 }] },
    'follows',
  ],
  [
    'that opens a channel and takes of it elsewhere',
    { changes: [{ channel: 3, opened: 5 }], inputs: [{ channel: 3, from: 0, to: 6 }] },
    'not-at-the-cursor',
  ],
  ['with a watermark', { changes: [{ channel: 1, watermark: -5 }] }, 'follows'],
  [
    'with a watermark that says nothing',
    { changes: [{ channel: 1, watermark: -Infinity }] },
    'changes-nothing',
  ],
  ['with idleness', { changes: [{ channel: 1, idle: true }] }, 'follows'],
  ['with the idleness that is', { changes: [{ channel: 1, idle: false }] }, 'changes-nothing'],
  ['with a reader', { changes: [{ channel: 1, reader: READER }] }, 'follows'],
  [
    'with no higher reader',
    { changes: [{ channel: 1, reader: { generation: 0, term: 0 } }] },
    'changes-nothing',
  ],
]

describe('a movement', () => {
  test.each(table)('%s', (_, change, wanted) => {
    const book = opened()
    const before = shown(book)
    const movement = next(change)
    expect(book.judge(movement)).toBe(wanted)
    expect(shown(book)).toEqual(before)
    if (wanted === 'follows') book.move(movement)
    else expect(() => book.move(movement)).toThrow('a-movement-follows')
    if (wanted !== 'follows') expect(shown(book)).toEqual(before)
  })

  test('does not turn back what the one before said', () => {
    const book = opened()
    book.move(next({ changes: [{ channel: 1, watermark: 50, reader: READER, idle: true }] }))
    const judge = (change: Partial<ChannelChange>) =>
      book.judge(next({ seq: 3, changes: [{ channel: 1, ...change }] }))
    expect(judge({ watermark: 50 })).toBe('changes-nothing')
    expect(judge({ watermark: 51 })).toBe('follows')
    expect(judge({ reader: READER })).toBe('changes-nothing')
    expect(judge({ reader: { generation: 1, term: 5 } })).toBe('follows')
    expect(judge({ idle: true })).toBe('changes-nothing')
  })

  test('opens a bounded number of channels', () => {
    const changes = Array.from({ length: CHANNELS_MAX - 1 }, (_, at) => ({
      channel: 10 + at,
      opened: 0,
    }))
    expect(opened().judge(next({ changes }))).toBe('too-many-channels')
    expect(opened().judge(next({ changes: changes.slice(1) }))).toBe('follows')
  })

  test('changes what it says and nothing else', () => {
    const book = opened()
    book.move(
      next({
        now: 1005,
        inputs: [{ channel: 2, from: 20, to: 25 }],
        changes: [{ channel: 1, watermark: 7, reader: READER }],
      }),
    )
    expect(shown(book)).toEqual({
      seq: 2,
      now: 1005,
      watermark: -Infinity,
      epoch: 0,
      channels: [
        [1, { cursor: 10, reader: READER, watermark: 7, idle: false }],
        [2, { ...unheard(25) }],
      ],
    })
  })
})

describe('rows', () => {
  interface Wish {
    readonly channel: number
    readonly take: number
    readonly watermark: number | null
    readonly idle: boolean
    readonly reader: ChannelState['reader']
  }

  const anyWish: fc.Arbitrary<Wish> = fc.record({
    channel: fc.nat(5),
    take: fc.nat(9),
    watermark: fc.option(anyWatermark),
    idle: fc.boolean(),
    reader: fc.record({ generation: fc.nat(2), term: fc.nat(3) }),
  })

  /** Made such that it follows. */
  function movementOf(book: Book, wish: Wish): Movement {
    const { channel, take, watermark, reader } = wish
    const state = book.channels.get(channel)
    const seq = book.seq + 1
    const now = book.now + take
    if (state === undefined) {
      return { seq, now, inputs: [], changes: [{ channel, opened: 100 * take }] }
    }
    const change: ChannelChange = {
      channel,
      ...(watermark !== null && watermark > state.watermark ? { watermark } : {}),
      ...(wish.idle === state.idle ? {} : { idle: wish.idle }),
      ...(reader.generation > state.reader.generation ? { reader } : {}),
    }
    const inputs = take === 0 ? [] : [{ channel, from: state.cursor, to: state.cursor + take }]
    return { seq, now, inputs, changes: Object.keys(change).length > 1 ? [change] : [] }
  }

  test('that were written, the last of each key, are the book', () => {
    fc.assert(
      fc.property(fc.array(anyWish, { maxLength: 30 }), fc.nat(3), (wishes, epoch) => {
        const book = new Book()
        const stored = new Map<string, StateRow>()
        const store = (rows: readonly StateRow[]) => {
          for (const row of rows) {
            stored.set(row.key.join(), row)
          }
        }
        for (const wish of wishes) {
          const rows = book.move(movementOf(book, wish))
          const keys = rows.map(({ key }) =>
            [...key].map(byte => byte.toString(16).padStart(2, '0')).join(''),
          )
          expect(keys).toEqual([...keys].sort())
          store(rows)
        }
        if (epoch > 0) store([book.cut(epoch)])
        const { channels, ...rest } = shown(Book.of(stored.values()))
        const { channels: wanted, ...restWanted } = shown(book)
        expect(rest).toEqual(restWanted)
        expect(new Map(channels)).toEqual(new Map(wanted))
      }),
    )
  })

  test('of a batch are its position and the channels that it touched', () => {
    const book = opened()
    const rows = book.move(next({ inputs: [{ channel: 2, from: 20, to: 21 }] }))
    expect(rows).toHaveLength(2)
    expect(rows.map(({ key }) => [...key.subarray(0, 5)])).toEqual([
      [0, CHANNEL_TABLE, 0, 0, 0],
      [0, CHANNEL_TABLE, 0, 0, 2],
    ])
  })

  test('stand in the slot of the group', () => {
    const book = Book.of([], 0x123)
    const first = { seq: 1, now: 0, inputs: [], changes: [{ channel: 7, opened: 1 }] }
    const rows = [...book.copy().move(first), book.cut(3)]
    expect(rows.map(({ key }) => [...key.subarray(0, 4)])).toEqual(
      rows.map(() => [0, CHANNEL_TABLE, 0x01, 0x23]),
    )
    expect([...Book.of(rows, 0x123).channels.keys()]).toEqual([7])
  })

  const row = (key: readonly number[], value: readonly number[]): StateRow => ({
    key: Uint8Array.from(key),
    value: Uint8Array.from(value),
  })
  const CHANNEL_KEY = [0, 0, 0, 0, 2, 128, 0, 0, 0, 0, 0, 0, 7]

  test('that are sound are read', () => {
    const book = Book.of([row(CHANNEL_KEY, [5, 1, 2, 0, 0, 1])])
    const state = { cursor: 5, reader: { generation: 1, term: 2 }, watermark: 0, idle: true }
    expect([...book.channels]).toEqual([[7, state]])
  })

  test.each([
    ['of an unknown kind', [0, 0, 0, 0, 3], [1]],
    ['without a kind', [0, 0, 0, 0], [1]],
    ['with half the key of a channel', CHANNEL_KEY.slice(0, 9), [5, 1, 2, 0, 0, 1]],
    ['that are too short', CHANNEL_KEY, [5, 1, 2, 0, 0]],
    ['that are too long', CHANNEL_KEY, [5, 1, 2, 0, 0, 1, 1]],
    ['that are neither idle nor not', CHANNEL_KEY, [5, 1, 2, 0, 0, 2]],
  ])('%s are refused', (_, key, value) => {
    expect(() => Book.of([row(key, value)])).toThrow('malformed-bytes')
  })
})

describe('a copy', () => {
  test('goes its own way', () => {
    const book = opened()
    const copy = book.copy()
    expect(shown(copy)).toEqual(shown(book))
    copy.move(next({ inputs: [{ channel: 1, from: 10, to: 11 }] }))
    copy.cut(3)
    expect(shown(book)).toEqual(shown(opened()))
    expect([copy.seq, copy.epoch, copy.channels.get(1)?.cursor]).toEqual([2, 3, 11])
  })
})

describe('epochs', () => {
  test('ascend', () => {
    const book = opened()
    book.cut(4)
    expect(() => book.cut(4)).toThrow('epochs-ascend')
    expect(() => book.cut(3)).toThrow('epochs-ascend')
    expect(book.epoch).toBe(4)
  })
})
