/** Lines: what waits is taken in order, whole or, by a replay, up to an offset. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsOf } from '../columns/records.ts'
import { anyRecords } from '../testing/arbitrary.ts'
import { recordsAt } from '../testing/traffic.ts'
import { FRAME_OVERHEAD_BYTES, PARTS_MAX } from './bounds.ts'
import { offsetsOf } from './frame.ts'
import { Line, type Part, rowsFrom } from './line.ts'
import { unheard } from './state.ts'

const RECEIVED = { state: unheard(0), rewind: undefined }
const READER = { generation: 1, term: 1 }

function part(from: number, to: number, change: Partial<Part> = {}): Part {
  const offsets = Array.from({ length: to - from }, (_, at) => from + at)
  const records = recordsAt(1, offsets)
  return { from, to, records, reader: READER, cost: 300, atMs: from, ...change }
}

function lineOf(...parts: readonly Part[]): Line {
  const line = new Line(RECEIVED)
  for (const one of parts) {
    line.push(one)
  }
  return line
}

const said = ({ from, to, watermark, idle, barrier, cost }: Part) => ({
  from,
  to,
  watermark,
  idle,
  barrier,
  cost,
})

function drained(line: Line): readonly Part[] {
  const parts: Part[] = []
  for (let one = line.shift(); one !== undefined; one = line.shift()) {
    parts.push(one)
  }
  return parts
}

const offsetsIn = (pieces: readonly Part['records'][]) => pieces.flatMap(one => [...offsetsOf(one)])

describe('a line', () => {
  test('gives what it was given, in order, and knows how much waits', () => {
    const [one, other] = [part(0, 4), part(4, 6)]
    const line = lineOf(one, other)
    expect([line.rows, line.cost, line.isEmpty]).toEqual([6, 600, false])
    expect(line.peek()).toBe(one)
    expect(line.shift()).toBe(one)
    expect([line.rows, line.cost]).toEqual([2, 300])
    expect(line.shift()).toBe(other)
    expect(line.shift()).toBeUndefined()
    expect([line.rows, line.cost, line.isEmpty]).toEqual([0, 0, true])
  })

  test('forgets what waits, and says what that held', () => {
    const line = lineOf(part(0, 4), part(4, 6))
    line.takeTo(2)
    const received = { state: unheard(9), rewind: undefined }
    expect(line.drop(received)).toBe(600)
    expect(line.received).toBe(received)
    expect([line.rows, line.cost, line.isEmpty]).toEqual([0, 0, true])
  })

  test('knows whose barriers wait', () => {
    const line = lineOf(part(0, 4, { barrier: 3 }), part(4, 6, { barrier: 4 }), part(6, 7))
    const waiting = () => [3, 4, 5].filter(epoch => line.waitsFor(epoch))
    expect(waiting()).toEqual([3, 4])
    line.takeTo(4)
    expect(waiting()).toEqual([3, 4])
    line.shift()
    expect(waiting()).toEqual([4])
  })

  test('is full only when its sender was given more credit than there is', () => {
    const line = new Line(RECEIVED)
    const cheap = part(0, 0, { cost: FRAME_OVERHEAD_BYTES })
    for (let turn = 0; turn < PARTS_MAX; turn++) {
      line.push(cheap)
    }
    expect(() => line.push(cheap)).toThrow('credit-bounds-what-waits')
  })
})

describe('a replay takes', () => {
  test('whole parts and a part of the next; its cost stays until it is gone', () => {
    const line = lineOf(part(0, 4), part(4, 9))
    const { records, cost, passed } = line.takeTo(6)
    expect([offsetsIn(records), cost, passed]).toEqual([[0, 1, 2, 3, 4, 5], 300, []])
    expect([line.rows, line.cost]).toEqual([3, 300])
    expect(line.takeTo(9).cost).toBe(300)
    expect(line.isEmpty).toBe(true)
  })

  test('no words: they wait where it stopped, the largest watermark of them', () => {
    const line = lineOf(part(0, 4, { watermark: 90 }), part(4, 6, { watermark: 70 }), part(6, 8))
    line.takeTo(6)
    const [words, rest] = drained(line)
    expect(words && said(words)).toEqual({
      from: 6,
      to: 6,
      watermark: 90,
      idle: undefined,
      barrier: undefined,
      cost: 0,
    })
    expect(rest && said(rest).from).toBe(6)
  })

  test('no idleness and no barrier: they wait where they stand, and behind it are lost', () => {
    const at = (to: number) => {
      const line = lineOf(part(0, 4, { idle: true, barrier: 7 }), part(4, 6))
      const { passed } = line.takeTo(to)
      return [passed, drained(line).map(({ from, idle, barrier }) => [from, idle, barrier])]
    }
    expect(at(3)).toEqual([
      [],
      [
        [3, true, 7],
        [4, undefined, undefined],
      ],
    ])
    expect(at(4)).toEqual([
      [],
      [
        [4, true, 7],
        [4, undefined, undefined],
      ],
    ])
    expect(at(5)).toEqual([[7], [[5, undefined, undefined]]])
    expect(at(6)).toEqual([[7], []])
  })

  test('never a part of an offset', () => {
    const line = lineOf(part(0, 9, { records: recordsAt(1, [2, 2, 5, 5, 5, 8]) }))
    expect(offsetsIn(line.takeTo(5).records)).toEqual([2, 2])
    expect(offsetsIn(line.takeTo(6).records)).toEqual([5, 5, 5])
    expect(offsetsIn(line.takeTo(9).records)).toEqual([8])
  })

  test('everything once, wherever it stops, and gives back what everything cost', () => {
    const sizes = fc.array(fc.tuple(fc.nat(5), fc.option(fc.nat(99))), { maxLength: 12 })
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(7), { maxLength: 20 }), (all, steps) => {
        const line = new Line(RECEIVED)
        let end = 0
        for (const [size, watermark] of all) {
          line.push(part(end, end + size, watermark === null ? {} : { watermark }))
          end += size
        }
        const { rows, cost } = line
        let [taken, given, to] = [[] as number[], 0, 0]
        for (const step of [...steps, end]) {
          to = Math.min(to + step, end)
          const stretch = line.takeTo(to)
          taken = [...taken, ...offsetsIn(stretch.records)]
          given += stretch.cost
          expect(taken.length + line.rows).toBe(rows)
          expect(given + line.cost).toBe(cost)
        }
        expect(taken).toEqual(Array.from({ length: end }, (_, at) => at))
        // Words that stand at the end are still there to be taken.
        const largest = Math.max(-Infinity, ...all.map(([, watermark]) => watermark ?? -Infinity))
        const left = drained(line).map(({ watermark }) => watermark ?? -Infinity)
        expect(Math.max(-Infinity, ...left)).toBe(largest)
      }),
      { numRuns: 300 },
    )
  })
})

describe('rows from one on', () => {
  test('are those rows, and all of them without a copy', () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(), fc.nat(), (records, one, other) => {
        const [row = 0, end = 0] = [one, other]
          .map(n => n % (records.size + 1))
          .sort((a, b) => a - b)
        expect(rowsOf(rowsFrom(records, row, end))).toEqual(rowsOf(records).slice(row, end))
        expect(rowsFrom(records, 0)).toBe(records)
      }),
    )
  })
})
