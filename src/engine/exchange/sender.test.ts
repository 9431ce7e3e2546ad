/** The sending end, fact by fact; courses of many facts are in chaos/exchange. */

import { describe, expect, test } from 'vitest'
import { costOf } from '../channels/credit.ts'
import { begun, SMALL, senderOf, shownFrames, stretchOf } from '../testing/sending.ts'

const READER = { generation: 1, term: 3 }

describe('the head', () => {
  test('begins at the least cursor, once all groups have said theirs', () => {
    const sender = senderOf(2)
    expect(sender.duties(0).head).toBe(undefined)
    sender.onHello(0, { cursor: 20, bytes: 1e6 }, 0)
    expect(sender.duties(1).head).toBe(undefined)
    sender.onHello(1, { cursor: 10, bytes: 1e6 }, 1)
    expect(sender.duties(1).head).toBe(10)
  })

  test('does not wait long for a group that is silent', () => {
    const sender = senderOf(2)
    sender.onHello(0, { cursor: 20, bytes: 1e6 }, 5)
    expect(sender.duties(54).head).toBe(undefined)
    expect(sender.duties(55).head).toBe(20)
  })

  test('does not begin where a group stands that is far behind: it is read for alone', () => {
    const sender = begun([100_000, 99_000, 10])
    expect(sender.duties(0)).toMatchObject({ head: 99_000, behind: 10 })
  })

  test('reads on as long as one group has come so far', () => {
    const sender = begun([10, 10])
    sender.duties(0)
    sender.onStreamClosed(1)
    sender.onHead(stretchOf(10, 14, { 0: [11], 1: [12] }))
    expect(sender.duties(0).head).toBe(14)
    sender.onStreamClosed(0)
    expect(sender.duties(0).head).toBe(undefined)
  })

  test('waits when no group has credit for what was read', () => {
    const sender = senderOf(1)
    sender.onHello(0, { cursor: 10, bytes: 0 }, 0)
    expect(sender.duties(0).head).toBe(10)
    sender.onHead(stretchOf(10, 14, { 0: [11] }))
    expect(sender.duties(0).head).toBe(undefined)
    sender.onGrant(0, 1)
    expect(sender.duties(0)).toMatchObject({ head: 14, frames: [{ branch: 0 }] })
  })

  test('takes no answer to what it does not ask', () => {
    const sender = begun([10])
    sender.onHead(stretchOf(10, 12, { 0: [10] }))
    sender.duties(0)
    sender.onHead(stretchOf(9, 12, { 0: [10] }))
    sender.onHead(stretchOf(11, 12, { 0: [11] }))
    expect(sender.duties(0)).toMatchObject({ head: 10, frames: [] })
  })
})

describe('frames', () => {
  test('cover the source without gaps, each group with what is for it', () => {
    const sender = begun([10, 10])
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [10, 10, 12], 1: [13] }, 50))
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-14 [10 10 12] w50', '1: 10-14 [13] w50'])
  })

  test('begin where each group stands, be it ahead of the head', () => {
    const sender = begun([10, 12, 20])
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [10, 13], 1: [11, 13], 2: [11] }, 50))
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-14 [10 13] w50', '1: 12-14 [13] w50'])
    sender.onHead(stretchOf(14, 24, { 2: [19, 20] }, 60))
    expect(shownFrames(sender.duties(0))).toContain('2: 20-24 [20] w60')
  })

  test('without records wait behind what was sent last, in one frame then, or with records', () => {
    const sender = begun([10, 10], { bounds: { ...SMALL, wordsMs: 20 } })
    expect(sender.duties(100).dueAtMs).toBe(Infinity)
    sender.onHead(stretchOf(10, 12, { 0: [11] }, 50))
    const first = sender.duties(105)
    expect(shownFrames(first)).toEqual(['0: 10-12 [11] w50'])
    expect([first.head, first.dueAtMs]).toEqual([12, 120])
    sender.onHead(stretchOf(12, 14, { 0: [13] }, 60))
    expect(shownFrames(sender.duties(110))).toEqual(['0: 12-14 [13] w60'])
    expect(sender.duties(119)).toMatchObject({ frames: [], dueAtMs: 120 })
    const second = sender.duties(120)
    expect([shownFrames(second), second.dueAtMs]).toEqual([['1: 10-14 w60'], Infinity])
    sender.onHead(stretchOf(14, 15, {}, 70))
    expect(sender.duties(121)).toMatchObject({ frames: [], dueAtMs: 130, head: 15 })
    sender.onHead(stretchOf(15, 16, { 1: [15] }, 70))
    expect(shownFrames(sender.duties(122))).toEqual(['1: 14-16 [15] w70'])
    expect(shownFrames(sender.duties(130))).toEqual(['0: 14-16 w70'])
  })

  test('that have a barrier do not wait, nor do those that begin a stream anew', () => {
    const bounds = { ...SMALL, wordsMs: 20 }
    const sender = begun([10], { bounds, barrier: { epoch: 3, offset: 12 } })
    sender.duties(0)
    sender.onHead(stretchOf(10, 12))
    expect(shownFrames(sender.duties(1))).toEqual(['0: 10-12 b3'])
    sender.onHead(stretchOf(12, 13, {}, 5))
    expect(shownFrames(sender.duties(2))).toEqual([])
    sender.onRewind(0, { cursor: 12, reader: READER })
    expect(shownFrames(sender.duties(3))).toEqual(['0: 12-12 awake b3'])
    sender.onHead(stretchOf(13, 14))
    sender.onStreamClosed(0)
    expect(sender.duties(4).dueAtMs).toBe(Infinity)
  })

  test('say at first that the source is awake, and each word once', () => {
    const sender = begun([10])
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-10 awake'])
    sender.onHead(stretchOf(10, 10, {}, 50))
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-10 w50'])
    sender.onHead(stretchOf(10, 10, {}, 50))
    sender.onHead(stretchOf(10, 10, {}, 40))
    expect(shownFrames(sender.duties(0))).toEqual([])
    sender.onHead(stretchOf(10, 10, {}, 50), true)
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-10 idle'])
    sender.onHead(stretchOf(10, 11, { 0: [10] }, 50))
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-11 [10] awake'])
  })

  test('go over stretches without records at once', () => {
    const sender = senderOf(1)
    sender.onHello(0, { cursor: 10, bytes: 0 }, 0)
    sender.duties(0)
    for (const from of [10, 12, 14]) sender.onHead(stretchOf(from, from + 2, {}, from))
    sender.onHead(stretchOf(16, 18, { 0: [17] }, 16))
    sender.onHead(stretchOf(18, 20, {}, 18))
    sender.onGrant(0, 1e6)
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-18 [17] w16 awake', '0: 18-20 w18'])
  })

  test('are cut where they weigh enough, and never within an offset', () => {
    const sender = begun([10], { bounds: SMALL })
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [10, 11, 11, 11, 12, 13] }, 50))
    const frames = shownFrames(sender.duties(0))
    expect(frames.length).toBeGreaterThan(1)
    expect(frames.at(-1)).toMatch(/w50$/)
    expect(frames.filter(frame => frame.includes('w50'))).toHaveLength(1)
    expect(frames.filter(frame => /\[.*11/.test(frame))).toEqual([
      expect.stringContaining('11 11 11'),
    ])
  })

  test('are sent as long as there is credit, and one may overdraw it', () => {
    const sender = senderOf(1, { bounds: { ...SMALL, branchBytes: 1e6, frameBytes: 1 } })
    sender.onHello(0, { cursor: 10, bytes: 2 * costOf(0) + 1 }, 0)
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [10, 11, 12, 13] }))
    // The first word took some of it.
    expect(shownFrames(sender.duties(0)).map(frame => frame.slice(0, 8))).toEqual(['0: 10-11'])
    sender.onGrant(0, 1e6)
    sender.onGrant(0, 1)
    expect(sender.duties(0).frames).toHaveLength(3)
  })

  test('of one turn are bounded, and everybody has his', () => {
    const sender = begun([10, 10], { bounds: { ...SMALL, branchBytes: 1e6, turnBytes: 1 } })
    const turns: string[] = []
    for (let isMore = true; isMore; ) {
      const duties = sender.duties(0)
      turns.push(...shownFrames(duties))
      isMore = duties.isMore
    }
    expect(turns).toEqual(['0: 10-10 awake', '1: 10-10 awake'])
  })
})

describe('a stream that begins again', () => {
  test('is served from memory, words and all', () => {
    const sender = begun([10])
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [11, 12] }, 50))
    sender.onHead(stretchOf(14, 16, { 0: [15] }, 60), true)
    sender.duties(0)
    sender.onHello(0, { cursor: 12, bytes: 1e6 }, 1)
    const again = ['0: 12-14 [12] w50 awake', '0: 14-16 [15] w60 idle']
    expect(shownFrames(sender.duties(1))).toEqual(again)
    sender.onRewind(0, { cursor: 12, reader: READER })
    expect(shownFrames(sender.duties(1))).toEqual(again)
  })

  test('is not turned back by a request to another reader', () => {
    const sender = begun([10])
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [11, 12] }, 50))
    sender.duties(0)
    sender.onRewind(0, { cursor: 10, reader: { generation: 1, term: 2 } })
    expect(sender.duties(0).frames).toEqual([])
  })

  test('is nobody once it is closed', () => {
    const sender = begun([10])
    sender.onStreamClosed(0)
    sender.onGrant(0, 1e6)
    sender.onRewind(0, { cursor: 10, reader: READER })
    expect(sender.duties(0).frames).toEqual([])
  })
})

describe('a group that is slow', () => {
  function slow() {
    const sender = senderOf(2, { bounds: SMALL })
    sender.onHello(0, { cursor: 10, bytes: 1e6 }, 0)
    sender.onHello(1, { cursor: 10, bytes: 0 }, 0)
    sender.duties(0)
    for (const from of [10, 13, 16, 19]) {
      sender.onHead(stretchOf(from, from + 3, { 0: [from], 1: [from, from + 1] }, from), false)
      expect(sender.duties(0).head).toBe(from + 3)
    }
    return sender
  }

  test('is detached, and takes no more memory than its share', () => {
    const sender = slow()
    expect(sender.kept.bytes).toBeLessThanOrEqual(2 * SMALL.branchBytes + 200)
    expect(sender.duties(0).behind).toBe(undefined)
    sender.onGrant(1, 1e6)
    expect(sender.duties(0).behind).toBe(10)
  })

  test('hears nothing from the head, and goes on with it when it is there', () => {
    const sender = slow()
    sender.onGrant(1, 1e6)
    sender.onHead(stretchOf(22, 22, {}, 99), true)
    expect(sender.duties(0).behind).toBe(10)
    sender.onBehind(stretchOf(10, 15, { 1: [10, 11, 13, 14] }, 11))
    const one = (duties: Parameters<typeof shownFrames>[0]) =>
      shownFrames(duties).filter(frame => frame.startsWith('1'))
    const caught = one(sender.duties(0))
    expect(caught.join()).toMatch(/^1: 10-[^w]*w11$/)
    expect(sender.duties(0).behind).toBe(15)
    sender.onBehind(stretchOf(15, 20, { 1: [16, 17, 19] }, 16))
    const last = one(sender.duties(0))
    expect(last.at(-1)).toMatch(/w99 idle$/)
    expect(sender.duties(0).behind).toBe(undefined)
  })

  test('is read for with the others who are where it is, the last one first', () => {
    const sender = begun([10, 30, 30, 100_000], { bounds: { ...SMALL, reachOffsets: 5 } })
    expect(sender.duties(0)).toMatchObject({ head: 100_000, behind: 10 })
    sender.onBehind(stretchOf(10, 40, { 0: [10], 1: [31], 2: [12] }))
    const shown = shownFrames(sender.duties(0))
    expect(shown).toContain('1: 30-40 [31]')
    expect(shown).toContain('2: 30-40')
  })
})

describe('a barrier', () => {
  const committed = { epoch: 4, offset: 12 }

  test('is placed where nothing was sent, and told only when it is committed', () => {
    const sender = begun([10, 15])
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [11] }, 50))
    sender.onEpochOpened(4)
    // One group has taken more than the head has read.
    expect(sender.duties(0).barrierAt).toEqual({ epoch: 4, offset: 15 })
    sender.onHead(stretchOf(14, 18, { 0: [14, 15], 1: [16] }, 60))
    const before = sender.duties(0)
    expect(shownFrames(before)).toEqual(['0: 14-15 [14]'])
    expect(before.barrierAt).toBe(undefined)
    sender.onBarrierCommitted({ epoch: 4, offset: 15 })
    expect(shownFrames(sender.duties(0))).toEqual([
      '1: 15-15 b4',
      '0: 15-15 b4',
      '1: 15-18 [16] w60',
      '0: 15-18 [15] w60',
    ])
  })

  test('is not placed before all groups have said where they are', () => {
    const sender = senderOf(2)
    sender.onHello(0, { cursor: 10, bytes: 1e6 }, 0)
    sender.onEpochOpened(4)
    expect(sender.duties(1000).barrierAt).toBe(undefined)
    sender.onHello(1, { cursor: 30, bytes: 1e6 }, 1000)
    expect(sender.duties(1000).barrierAt).toEqual({ epoch: 4, offset: 30 })
  })

  test('that was refused is placed anew, further on', () => {
    const sender = begun([10])
    sender.onEpochOpened(4)
    sender.duties(0)
    sender.onBarrierRefused(4)
    expect(sender.duties(0).barrierAt).toEqual({ epoch: 4, offset: 10 })
    sender.onBarrierRefused(3)
    expect(sender.duties(0).barrierAt).toBe(undefined)
  })

  test('is repeated by a successor at its place', () => {
    const sender = begun([10], { barrier: committed })
    sender.duties(0)
    sender.onHead(stretchOf(10, 20, { 0: [11, 12] }, 50))
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-12 [11] b4', '0: 12-20 [12] w50'])
  })

  test('is told once, unasked, to a group that is past it: it alone can say that it fails', () => {
    const sender = begun([13], { barrier: committed })
    expect(shownFrames(sender.duties(0))).toEqual(['0: 12-12 b4', '0: 13-13 awake'])
    expect(shownFrames(sender.duties(0))).toEqual([])
  })

  test('holds nothing up when its epoch is over', () => {
    const sender = begun([10])
    sender.onEpochOpened(4)
    sender.duties(0)
    sender.onHead(stretchOf(10, 14, { 0: [11] }))
    expect(sender.duties(0).frames).toEqual([])
    sender.onEpochClosed(4)
    sender.onEpochOpened(4)
    sender.onBarrierCommitted({ epoch: 4, offset: 10 })
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-14 [11]'])
  })

  test('stands in an outbox where the log has it', () => {
    const sender = begun([10], { isOutbox: true })
    sender.onEpochOpened(4)
    expect(sender.duties(0).barrierAt).toBe(undefined)
    sender.onBarrierCommitted({ epoch: 4, offset: 10 })
    expect(shownFrames(sender.duties(0))).toEqual(['0: 10-10 b4'])
  })
})

describe('the floor of an outbox', () => {
  test('is what all groups have committed, and not what they have heard', () => {
    const sender = begun([10, 20])
    expect(sender.floor).toBe(0)
    sender.onTaken(0, 8)
    sender.onTaken(1, 19)
    expect(sender.floor).toBe(8)
    sender.onTaken(0, 7)
    expect(sender.floor).toBe(8)
  })
})
