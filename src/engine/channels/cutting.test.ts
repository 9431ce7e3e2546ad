/** Barriers among the channels of a group: what they hold, until when, and what a cut comes to. */

import { describe, expect, test } from 'vitest'
import { ALL, applied, full, opened, pending, send, shown, taken } from '../testing/group.ts'
import { frameOf } from '../testing/traffic.ts'
import { ALIGNMENT_SILENCE_MS } from './bounds.ts'
import { Channels } from './channels.ts'
import { shareOf } from './credit.ts'

describe('a barrier', () => {
  /** Channels 1 and 2; the barrier of epoch 7 came on channel 1 at 12, with more behind it. */
  function held(): Channels {
    const channels = opened(1, 2)
    send(channels, full(1, 10, 12, { barrier: 7 }))
    send(channels, full(1, 12, 14))
    send(channels, full(2, 20, 21))
    taken(channels)
    return channels
  }

  test('holds its channel there, whatever waits behind it', () => {
    const channels = held()
    expect(channels.ahead.channels.get(1)?.cursor).toBe(12)
    expect(channels.waiting).toEqual({ rows: 0, bytes: 0, sinceMs: Infinity })
    expect(shown(taken(channels))).toEqual([])
    expect(channels.duties(0).wanted).toEqual({ epoch: 7, channels: [2] })
  })

  test('keeps credit from its channel, until it has its place in the log', () => {
    const channels = opened(1, 2)
    channels.onFrame(full(1, 10, 12, { barrier: 7 }), shareOf(2), 0)
    channels.onFrame(full(2, 20, 22), shareOf(2), 0)
    taken(channels)
    applied(channels)
    expect(channels.duties(0).credits.map(({ channel }) => channel)).toEqual([2])
    expect(channels.hello([1])).toEqual([{ channel: 1, bytes: 0, cursor: 12 }])
    send(channels, frameOf(2, [22, 22], { barrier: 7 }))
    taken(channels)
    expect(channels.duties(0).credits).toEqual([])
    channels.onBarrierProposed(7)
    expect(channels.duties(0).credits.map(({ channel }) => channel)).toEqual([1])
  })

  test('is proposed once all are there, counts at the cursors, and lets go on', () => {
    const channels = held()
    send(channels, full(2, 21, 23, { barrier: 7 }))
    taken(channels)
    const { barrier, wanted } = channels.duties(0)
    const offsets = [
      { channel: 1, offset: 12 },
      { channel: 2, offset: 23 },
    ]
    expect([barrier, wanted]).toEqual([{ epoch: 7, offsets }, undefined])
    channels.onBarrierProposed(7)
    expect(channels.duties(0).barrier).toBeUndefined()
    expect(shown(taken(channels))).toEqual([[1, 12, 14, [12, 13]]])
    expect(channels.onBarrierApplied({ epoch: 7, offsets }).counting).toBe('short')
    const [opening, ...others] = pending.get(channels) ?? []
    expect(opening).toBeDefined()
    pending.set(channels, others.slice(-1))
    for (const { seq, collected } of [opening, ...others.slice(0, -1)].flatMap(one => one ?? [])) {
      channels.onApplied({ seq, now: 0, ...collected }, collected.costs)
    }
    const { counting, row } = channels.onBarrierApplied({ epoch: 7, offsets })
    expect([counting, row === undefined]).toEqual(['counts', false])
    expect([channels.applied.epoch, channels.ahead.epoch]).toEqual([7, 7])
    expect(channels.onBarrierApplied({ epoch: 7, offsets })).toEqual({ counting: 'again' })
    applied(channels)
    const late = channels.onBarrierApplied({ epoch: 8, offsets })
    expect(late).toEqual({ counting: 'past' })
  })

  test('lets go on once it is applied, whoever proposed it', () => {
    const channels = held()
    send(channels, full(2, 21, 23, { barrier: 7 }))
    taken(channels)
    applied(channels)
    const { barrier } = channels.duties(0)
    expect(barrier && channels.onBarrierApplied(barrier).counting).toBe('counts')
    expect(channels.duties(0).barrier).toBeUndefined()
    expect(shown(taken(channels))).toEqual([[1, 12, 14, [12, 13]]])
  })

  test('that is repeated while it is held, or waits, is no news', () => {
    const channels = held()
    const repeated = frameOf(1, [12, 12], { barrier: 7 })
    expect(send(channels, repeated)).toBe('nothing')
    send(channels, full(2, 21, 23, { barrier: 7 }))
    send(channels, full(2, 23, 24))
    expect(send(channels, frameOf(2, [23, 23], { barrier: 7 }))).toBe('nothing')
    expect(channels.duties(0).failures).toEqual([])
    taken(channels)
    expect(channels.duties(0).barrier?.epoch).toBe(7)
  })

  test('that is repeated behind itself is taken once, and is over when it is', () => {
    const channels = opened(1, 2)
    send(channels, full(1, 10, 12, { barrier: 7 }))
    expect(send(channels, frameOf(1, [12, 12], { barrier: 7 }))).toBe('words')
    send(channels, full(1, 12, 13))
    expect(shown(taken(channels))).toEqual([[1, 10, 12, [10, 11]]])
    channels.onBarrierProposed(7)
    expect(shown(taken(channels))).toEqual([[1, 12, 13, [12]]])
    expect(channels.duties(0).wanted).toBeUndefined()
  })

  test('that stands where more was taken fails its epoch: once, and nobody waits for it', () => {
    const channels = held()
    expect(send(channels, frameOf(2, [20, 20], { barrier: 7 }))).toBe('nothing')
    const { failures, wanted } = channels.duties(0)
    expect([failures, wanted]).toEqual([[{ epoch: 7, why: 'past' }], undefined])
    expect(shown(taken(channels))).toEqual([[1, 12, 14, [12, 13]]])
  })

  test('of an epoch that is cut already is no news, to a new leader neither', () => {
    const book = opened(1, 2).applied.copy()
    book.cut(7)
    const channels = new Channels(book, 1)
    channels.hello()
    send(channels, full(1, 10, 12, { barrier: 7 }))
    send(channels, full(1, 12, 13))
    expect(shown(taken(channels))).toEqual([[1, 10, 13, [10, 11, 12]]])
    expect(send(channels, frameOf(1, [11, 11], { barrier: 7 }))).toBe('nothing')
    expect(channels.duties(0)).toEqual({
      rewinds: [],
      credits: [],
      wanted: undefined,
      barrier: undefined,
      failures: [],
    })
  })

  test('is given up when the others do not move, and the channel goes on', () => {
    const channels = held()
    expect(channels.duties(ALIGNMENT_SILENCE_MS - 1).failures).toEqual([])
    send(channels, full(2, 21, 22), 1500)
    taken(channels, ALL, 1500)
    expect(channels.duties(ALIGNMENT_SILENCE_MS).failures).toEqual([])
    const { failures } = channels.duties(1500 + ALIGNMENT_SILENCE_MS)
    expect(failures).toEqual([{ epoch: 7, why: 'silence' }])
    expect(shown(taken(channels))).toEqual([[1, 12, 14, [12, 13]]])
  })

  test('is put off by a cursor only: not by words at it', () => {
    const channels = held()
    send(channels, frameOf(2, [21, 21], { watermark: 5 }), 1500)
    taken(channels, ALL, 1500)
    expect(channels.duties(ALIGNMENT_SILENCE_MS).failures).toHaveLength(1)
  })

  test('of an epoch that was closed elsewhere holds nobody', () => {
    const channels = held()
    channels.onEpochClosed(7)
    expect(shown(taken(channels))).toEqual([[1, 12, 14, [12, 13]]])
    expect(channels.duties(0).failures).toEqual([])
  })
})
