/** The receiver's table, cell by cell, and against a model that knows which offsets were taken. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frameOf, perhaps } from '../testing/traffic.ts'
import { type Frame, offsetsOf } from './frame.ts'
import { afterHearing, type ChannelState, compareReaders, NOBODY, unheard } from './state.ts'
import { judgeFrame, type Received, type Verdict } from './table.ts'

const STATE: ChannelState = {
  cursor: 10,
  reader: { generation: 2, term: 5 },
  watermark: 100,
  idle: false,
}

function received(change: Partial<ChannelState> = {}): Received {
  return { state: { ...STATE, ...change }, rewind: undefined }
}

/** Of reader 2.5, with a record at each of its offsets, and saying all that a frame can say. */
function saying(from: number, to: number, change: Partial<Frame> = {}): Frame {
  const offsets = Array.from({ length: Math.max(to - from, 0) }, (_, at) => from + at)
  const words = { watermark: 200, idle: true, barrier: 3 }
  return frameOf(1, [from, to], { generation: 2, readerTerm: 5, offsets, ...words, ...change })
}

/** Where a frame may begin and end, next to a cursor at 10: all there is. */
const cells: readonly (readonly [string, number, number, Verdict])[] = [
  ['ends before the cursor', 3, 9, 'nothing'],
  ['covers nothing before the cursor', 9, 9, 'nothing'],
  ['ends at the cursor', 3, 10, 'words'],
  ['covers nothing at the cursor', 10, 10, 'words'],
  ['begins at the cursor', 10, 14, 'all'],
  ['lies around the cursor', 7, 14, 'tail'],
  ['begins behind the cursor', 11, 14, 'rewind'],
  ['covers nothing behind the cursor', 11, 11, 'rewind'],
]

const readers: readonly (readonly [string, number, number, number])[] = [
  ['the reader before', 2, 4, -1],
  ['a high term of a lower generation', 1, 99, -1],
  ['the same reader', 2, 5, 0],
  ['the next reader', 2, 6, 1],
  ['a low term of a higher generation', 3, 1, 1],
]

describe('the table', () => {
  for (const [where, from, to, verdict] of cells) {
    for (const [who, generation, readerTerm, order] of readers) {
      const wanted = order < 0 ? 'older-reader' : verdict
      test(`a frame that ${where}, of ${who}: ${wanted}`, () => {
        const before = received()
        const frame = saying(from, to, { generation, readerTerm })
        const judgement = judgeFrame(before, frame)
        expect(judgement.verdict).toBe(wanted)
        const isUsed = wanted === 'words' || wanted === 'all' || wanted === 'tail'
        if (!isUsed) {
          expect(judgement.row).toBe(frame.records.size)
          expect(judgement.next.state).toEqual(STATE)
          return
        }
        const taken = [...offsetsOf(frame.records)].slice(judgement.row)
        expect(taken).toEqual([10, 11, 12, 13].slice(0, wanted === 'words' ? 0 : 4))
        expect(judgement.next.state).toEqual({
          cursor: to,
          reader: { generation, term: readerTerm },
          watermark: 200,
          idle: true,
        })
      })
    }
  }

  test('takes a stretch without records as it takes records', () => {
    const { verdict, row, next } = judgeFrame(
      received(),
      saying(10, 30, { ...frameOf(1, [10, 30]), generation: 2, readerTerm: 5 }),
    )
    expect([verdict, row, next.state.cursor]).toEqual(['all', 0, 30])
  })

  test('never splits an offset: all its records are before the row, or none', () => {
    const frame = frameOf(1, [8, 13], {
      offsets: [8, 9, 9, 10, 10, 10, 12],
      generation: 2,
      readerTerm: 5,
    })
    const { verdict, row } = judgeFrame(received(), frame)
    expect([verdict, row]).toEqual(['tail', 3])
  })
})

describe('a request to rewind', () => {
  const asked: Received = { state: STATE, rewind: { generation: 2, term: 5 } }
  const next = { generation: 2, readerTerm: 6 }

  test('is made once, of whoever sends behind the cursor', () => {
    const first = judgeFrame(received(), saying(12, 14))
    expect(first.next.rewind).toEqual({ generation: 2, term: 5 })
    const second = judgeFrame(first.next, saying(14, 15))
    expect(second).toEqual({ verdict: 'awaiting-rewind', row: 1, next: first.next })
  })

  test('is made again of a higher reader, whom nobody asked yet, and then no more', () => {
    const { verdict, next: after } = judgeFrame(asked, saying(12, 14, next))
    expect(verdict).toBe('rewind')
    expect(judgeFrame(after, saying(12, 14, next)).verdict).toBe('awaiting-rewind')
    expect(judgeFrame(after, saying(12, 14)).verdict).toBe('awaiting-rewind')
    // What nobody took of a reader does not make him the one to whom the group listens.
    expect(after.state.reader).toEqual(STATE.reader)
  })

  test.each([
    ['all', 10, 12],
    ['tail', 9, 12],
    ['words', 10, 10],
    ['nothing', 2, 3],
  ])('is fulfilled by a frame of which the table says: %s', (verdict, from, to) => {
    const judgement = judgeFrame(asked, saying(from, to))
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.next.rewind).toBeUndefined()
  })

  test('stays open whatever a lower reader sends', () => {
    const judgement = judgeFrame(asked, saying(10, 12, { generation: 1 }))
    expect(judgement).toEqual({ verdict: 'older-reader', row: 2, next: asked })
  })
})

describe('what is heard', () => {
  const reader = STATE.reader
  const heard = { to: 12, rows: 2, reader }

  test.each([
    [50, 100],
    [100, 100],
    [101, 101],
    [Infinity, Infinity],
    [undefined, 100],
  ])('a watermark of %s after one of 100 makes %s: the larger wins', (watermark, after) => {
    expect(afterHearing(STATE, { ...heard, watermark }).watermark).toBe(after)
  })

  test('of a channel for the first time: any watermark is the larger one', () => {
    expect(afterHearing(unheard(3), { ...heard, watermark: -5 }).watermark).toBe(-5)
    expect(unheard(3)).toEqual({ cursor: 3, reader: NOBODY, watermark: -Infinity, idle: false })
  })

  // was idle, rows, word -> is idle
  test.each([
    [false, 0, undefined, false],
    [false, 0, true, true],
    [false, 0, false, false],
    [false, 2, undefined, false],
    [false, 2, true, true],
    [false, 2, false, false],
    [true, 0, undefined, true],
    [true, 0, true, true],
    [true, 0, false, false],
    [true, 2, undefined, false],
    [true, 2, true, true],
    [true, 2, false, false],
  ])('idle %s, %s records, word %s: idle %s', (idle, rows, word, after) => {
    expect(afterHearing({ ...STATE, idle }, { ...heard, rows, idle: word }).idle).toBe(after)
  })

  test('a watermark alone does not end idleness', () => {
    const state = afterHearing({ ...STATE, idle: true }, { ...heard, rows: 0, watermark: 900 })
    expect(state.idle).toBe(true)
  })

  test('a lower reader does not take the place of a higher one', () => {
    const lower = { generation: 1, term: 9 }
    expect(afterHearing(STATE, { ...heard, reader: lower }).reader).toEqual(reader)
  })
})

describe('the order of readers', () => {
  test('is lexicographic', () => {
    const anyReader = fc.record({ generation: fc.nat(3), term: fc.nat(3) })
    fc.assert(
      fc.property(anyReader, anyReader, (one, other) => {
        const wanted = Math.sign(10 * (one.generation - other.generation) + one.term - other.term)
        expect(Math.sign(compareReaders(one, other))).toBe(wanted)
      }),
    )
  })
})

describe('frames of any kind and in any order', () => {
  const anyStep = fc
    .tuple(
      fc.integer({ min: -6, max: 3 }),
      fc.nat(6),
      fc.nat(2),
      perhaps('watermark', fc.nat(50)),
      perhaps('idle', fc.boolean()),
    )
    .map(([ahead, size, readerTerm, watermark, idle]) => ({
      ahead,
      size,
      readerTerm,
      ...watermark,
      ...idle,
    }))

  test('give each record once, in order, and words only where the cursor stands', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), steps => {
        let now: Received = { state: unheard(20), rewind: undefined }
        const taken: number[] = []
        let watermark = -Infinity
        for (const { ahead, size, ...rest } of steps) {
          const from = Math.max(now.state.cursor + ahead, 0)
          const offsets = Array.from({ length: size }, (_, at) => from + at)
          const frame = frameOf(1, [from, from + size], { ...rest, offsets })
          const before = now.state
          const { verdict, row, next } = judgeFrame(now, frame)
          taken.push(...[...offsetsOf(frame.records)].slice(row))
          now = next
          const isLower =
            compareReaders({ generation: 1, term: rest.readerTerm }, before.reader) < 0
          const isHere = !isLower && from <= before.cursor && from + size >= before.cursor
          expect(['words', 'all', 'tail'].includes(verdict)).toBe(isHere)
          if (isHere) watermark = Math.max(watermark, rest.watermark ?? -Infinity)
          expect(now.state.watermark).toBe(watermark)
        }
        expect(taken).toEqual(Array.from({ length: now.state.cursor - 20 }, (_, at) => 20 + at))
      }),
      { numRuns: 500 },
    )
  })
})
