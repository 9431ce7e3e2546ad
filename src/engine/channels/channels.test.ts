/** All channels of a group: streams, credit, words, new ones, and what a discard leaves. */

import { describe, expect, test } from 'vitest'
import { applied, full, opened, send, shown, taken } from '../testing/group.ts'
import { frameOf } from '../testing/traffic.ts'
import { CHANNELS_MAX } from './bounds.ts'
import { Channels } from './channels.ts'
import { costOf, shareOf } from './credit.ts'

describe('streams', () => {
  test('begin with a hello that names the cursor and what may be sent', () => {
    const channels = opened(1, 2)
    expect(channels.hello()).toEqual([
      { channel: 1, bytes: shareOf(2), cursor: 10 },
      { channel: 2, bytes: shareOf(2), cursor: 20 },
    ])
  })

  test('share the credit of the group', () => {
    const channels = opened(...Array.from({ length: 64 }, (_, at) => at))
    expect(shareOf(64)).toBeLessThan(shareOf(1))
    expect(channels.hello([5])).toEqual([{ channel: 5, bytes: shareOf(64), cursor: 50 }])
  })

  test('that did not begin are not heard', () => {
    const channels = opened(1)
    expect(send(channels, full(2, 0, 1))).toBe('no-stream')
    const anew = new Channels(channels.applied, 1)
    expect(send(anew, full(1, 10, 11))).toBe('no-stream')
    expect(() => anew.hello([2])).toThrow('a-channel-is-known')
  })

  test('that begin anew go on behind what was taken; what waited comes again', () => {
    const channels = opened(1)
    send(channels, full(1, 10, 12))
    taken(channels)
    send(channels, full(1, 12, 15))
    expect(channels.hello()).toEqual([{ channel: 1, bytes: shareOf(1) - costOf(80), cursor: 12 }])
    expect(channels.waiting.rows).toBe(0)
    expect(send(channels, full(1, 12, 13))).toBe('all')
    expect(shown(taken(channels))).toEqual([[1, 12, 13, [12]]])
  })

  test('of lower generations than the group is of are not heard, though none was before', () => {
    const book = opened(1).applied.copy()
    const channels = new Channels(book, 2)
    channels.hello()
    expect(send(channels, full(1, 10, 11, { generation: 1, readerTerm: 9 }))).toBe('older-reader')
    expect(send(channels, full(1, 10, 11, { generation: 2, readerTerm: 0 }))).toBe('all')
    expect(taken(channels).changes).toEqual([{ channel: 1, reader: { generation: 2, term: 0 } }])
  })
})

describe('frames', () => {
  test('are taken in order of channels, each channel without gaps', () => {
    const channels = opened(1, 2)
    expect(send(channels, full(2, 20, 22))).toBe('all')
    expect(send(channels, full(1, 10, 13))).toBe('all')
    expect(send(channels, full(1, 11, 15))).toBe('tail')
    expect(send(channels, full(2, 22, 22))).toBe('words')
    expect(shown(taken(channels))).toEqual([
      [1, 10, 15, [10, 11, 12, 13, 14]],
      [2, 20, 22, [20, 21]],
    ])
    expect(taken(channels)).toEqual({ inputs: [], changes: [], costs: new Map() })
  })

  test('that nobody needs give their credit back at once', () => {
    const channels = opened(1)
    send(channels, full(1, 10, 13))
    const held = channels.heldBytes
    expect(held).toBe(costOf(100))
    expect(send(channels, full(1, 10, 12))).toBe('nothing')
    expect(send(channels, full(1, 11, 13))).toBe('words')
    expect(send(channels, full(1, 15, 17))).toBe('rewind')
    expect(send(channels, full(1, 17, 19))).toBe('awaiting-rewind')
    expect(channels.heldBytes).toBe(held)
  })

  test('that are taken give their credit back when they are applied', () => {
    const channels = opened(1)
    send(channels, full(1, 10, 13))
    taken(channels)
    expect(channels.heldBytes).toBe(costOf(100))
    applied(channels)
    expect(channels.heldBytes).toBe(0)
  })

  test('behind the cursor make one request to rewind, to the cursor of what was heard', () => {
    const channels = opened(1, 2)
    send(channels, full(1, 10, 12))
    send(channels, full(1, 13, 14))
    send(channels, full(1, 14, 15))
    const reader = { generation: 1, term: 1 }
    expect(channels.duties(0).rewinds).toEqual([{ channel: 1, reader, cursor: 12 }])
    expect(channels.duties(0).rewinds).toEqual([])
    expect(send(channels, full(1, 12, 15))).toBe('all')
    expect(send(channels, full(1, 19, 20))).toBe('rewind')
    channels.hello([1])
    expect(channels.duties(0).rewinds).toEqual([])
  })

  test('that answer a request before it was said leave nothing to be asked for', () => {
    const channels = opened(1)
    expect(send(channels, full(1, 12, 14))).toBe('rewind')
    expect(send(channels, full(1, 10, 13))).toBe('all')
    expect(channels.duties(0).rewinds).toEqual([])
    expect(send(channels, full(1, 14, 15))).toBe('rewind')
    expect(channels.duties(0).rewinds.map(({ cursor }) => cursor)).toEqual([13])
  })

  test('beyond the credit are not kept, and asked for again', () => {
    const channels = opened(1)
    expect(channels.onFrame(full(1, 10, 11), shareOf(1), 0)).toBe('all')
    expect(send(channels, full(1, 11, 12))).toBe('overspent')
    expect(send(channels, full(1, 12, 13))).toBe('overspent')
    expect(channels.duties(0).rewinds.map(({ cursor }) => cursor)).toEqual([11])
    taken(channels)
    applied(channels)
    const [grant] = channels.duties(0).credits
    expect(grant).toEqual({ channel: 1, bytes: shareOf(1) + costOf(shareOf(1)) })
    expect(send(channels, full(1, 12, 13))).toBe('awaiting-rewind')
    expect(send(channels, full(1, 11, 13))).toBe('all')
    expect(shown(taken(channels))).toEqual([[1, 11, 13, [11, 12]]])
  })

  test('of an older reader are not counted: they came in another stream', () => {
    const channels = opened(1)
    send(channels, full(1, 10, 11, { readerTerm: 5 }))
    const held = channels.heldBytes
    expect(channels.onFrame(full(1, 11, 12), 2 * shareOf(1), 0)).toBe('older-reader')
    expect(channels.heldBytes).toBe(held)
    expect(send(channels, full(1, 11, 12, { readerTerm: 5 }))).toBe('all')
  })
})

describe('a batch', () => {
  test('is bounded in rows, and takes of every channel in turn', () => {
    const channels = opened(1, 2, 3)
    for (let turn = 0; turn < 4; turn++) {
      for (const channel of [1, 2, 3]) {
        const from = 10 * channel + 2 * turn
        send(channels, full(channel, from, from + 2))
      }
    }
    const ends = (rowsMax: number) =>
      shown(taken(channels, { rowsMax, bytesMax: 1e9 })).map(([channel, , to]) => [channel, to])
    expect(ends(5)).toEqual([
      [1, 12],
      [2, 22],
    ])
    // Whose turn was next is first.
    expect(ends(2)).toEqual([[3, 32]])
    expect(ends(8)).toEqual([
      [1, 16],
      [2, 24],
      [3, 34],
    ])
    expect(ends(1e6)).toEqual([
      [1, 18],
      [2, 28],
      [3, 38],
    ])
  })

  test('is bounded in bytes', () => {
    const channels = opened(1)
    for (let from = 10; from < 20; from++) {
      send(channels, full(1, from, from + 1))
    }
    expect(shown(taken(channels, { rowsMax: 1e6, bytesMax: 3 * costOf(60) + 1 }))).toEqual([
      [1, 10, 13, [10, 11, 12]],
    ])
  })

  test('takes one frame at least, however large', () => {
    const channels = opened(1)
    send(channels, full(1, 10, 19))
    expect(shown(taken(channels, { rowsMax: 1, bytesMax: 1 }))).toHaveLength(1)
  })

  test('takes words even where no row fits, because they are none', () => {
    const channels = opened(1, 2)
    send(channels, full(1, 10, 12))
    send(channels, frameOf(2, [20, 20], { watermark: 5 }))
    const { inputs, changes } = taken(channels, { rowsMax: 2, bytesMax: 1e9 })
    expect([inputs.length, changes.length]).toEqual([1, 2])
  })
})

describe('words', () => {
  const reader = { generation: 1, term: 1 }

  test('are taken behind the records, as what has changed', () => {
    const channels = opened(1, 2)
    send(channels, full(1, 10, 12, { watermark: 50, idle: true }))
    send(channels, full(1, 12, 13, { watermark: 40 }))
    send(channels, frameOf(2, [20, 20], { watermark: 70 }))
    expect(taken(channels).changes).toEqual([
      { channel: 1, reader, watermark: 50 },
      { channel: 2, reader, watermark: 70 },
    ])
    expect(channels.ahead.watermark).toBe(50)
    expect(channels.applied.watermark).toBe(-Infinity)
  })

  test('that change nothing wake nobody up', () => {
    const channels = opened(1)
    send(channels, full(1, 10, 12, { watermark: 50, idle: true }))
    send(channels, frameOf(1, [12, 12], { watermark: 50, idle: true, readerTerm: 2 }))
    expect(channels.waiting.bytes).toBe(costOf(80))
    taken(channels)
    send(channels, frameOf(1, [12, 12], { watermark: 49, readerTerm: 3 }))
    expect(channels.waiting.bytes).toBe(0)
    // And yet the reader who said them is the one to whom the group listens.
    expect(send(channels, full(1, 12, 13, { readerTerm: 2 }))).toBe('older-reader')
  })

  test('that a channel is idle, and is not, are changes of their own', () => {
    const channels = opened(1)
    send(channels, frameOf(1, [10, 10], { idle: true }))
    expect(taken(channels).changes).toEqual([{ channel: 1, reader, idle: true }])
    send(channels, frameOf(1, [10, 10], { idle: false }))
    expect(taken(channels).changes).toEqual([{ channel: 1, idle: false }])
    send(channels, frameOf(1, [10, 10], { idle: true }))
    send(channels, full(1, 10, 11))
    expect(taken(channels).changes).toEqual([])
  })

  test('idleness ends with a record, and not with offsets that hold none', () => {
    const channels = opened(1)
    send(channels, frameOf(1, [10, 10], { idle: true }))
    taken(channels)
    send(channels, frameOf(1, [10, 12]))
    expect(taken(channels).changes).toEqual([])
    send(channels, full(1, 12, 13))
    expect(taken(channels).changes).toEqual([{ channel: 1, idle: false }])
  })

  test('of a reader alone are told with the next change', () => {
    const channels = opened(1)
    send(channels, frameOf(1, [10, 10], { barrier: 1 }))
    expect(taken(channels).changes).toEqual([])
    channels.onBarrierProposed(1)
    send(channels, frameOf(1, [10, 12]))
    expect(taken(channels).changes).toEqual([{ channel: 1, reader }])
  })
})

describe('a channel that is new', () => {
  test('begins with the next batch, at its offset', () => {
    const channels = opened(1)
    expect(channels.isOpening).toBe(false)
    channels.open(5, 77)
    expect(channels.isOpening).toBe(true)
    expect(taken(channels).changes).toEqual([{ channel: 5, opened: 77 }])
    expect(channels.isOpening).toBe(false)
    expect(channels.hello([5])).toEqual([{ channel: 5, bytes: shareOf(2), cursor: 77 }])
  })

  test('stays as it is when it is known', () => {
    const channels = opened(1)
    channels.open(1, 99)
    expect(channels.isOpening).toBe(false)
    expect(channels.ahead.channels.get(1)?.cursor).toBe(10)
  })

  test('is opened again by the next batch, when the one that opened it is thrown away', () => {
    const channels = opened(1)
    channels.open(5, 77)
    taken(channels)
    const anew = new Channels(channels.applied, 1)
    anew.open(5, 77)
    expect(anew.isOpening).toBe(true)
    taken(anew)
    applied(anew)
    expect(anew.isOpening).toBe(false)
    expect([...anew.applied.channels.keys()]).toEqual([1, 5])
  })

  test('is one of a bounded number', () => {
    const channels = opened(1)
    for (let channel = 2; channel <= CHANNELS_MAX; channel++) {
      channels.open(channel, 0)
    }
    expect(() => channels.open(CHANNELS_MAX + 1, 0)).toThrow('channels-of-a-group-are-bounded')
  })
})

describe('whoever begins anew', () => {
  test('begins at what is applied, and knows nothing of what was only heard', () => {
    const channels = opened(1, 2)
    send(channels, full(1, 10, 12, { watermark: 50 }))
    taken(channels)
    applied(channels)
    send(channels, full(1, 12, 14, { watermark: 60, barrier: 3 }))
    send(channels, full(2, 25, 26))
    taken(channels)
    const anew = new Channels(channels.applied, 1)
    expect(anew.ahead.channels).toEqual(channels.applied.channels)
    expect([anew.ahead.seq, anew.ahead.watermark]).toEqual([2, -Infinity])
    expect([anew.heldBytes, anew.waiting.rows]).toEqual([0, 0])
    const { rewinds, wanted } = anew.duties(0)
    expect([rewinds, wanted]).toEqual([[], undefined])
    expect(anew.hello().map(({ cursor, bytes }) => [cursor, bytes])).toEqual([
      [12, shareOf(2)],
      [20, shareOf(2)],
    ])
  })
})
