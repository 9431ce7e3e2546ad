/** Sessions: what belongs together, what late records change, what is taken back. */

import { describe, expect, test } from 'vitest'
import { type Item, run, summing } from './testing/run.ts'

const session = { kind: 'session', gapMs: 10, time: 'event' } as const

const a = (...times: readonly number[]): Item[] => times.map(time => [time, 'a', 1])

describe('sessions', () => {
  test('hang together below the gap, not at it', () => {
    const { main } = run(summing(session), [{ items: a(0, 9, 19), ended: true }])
    expect(main).toEqual(['0+ @18 "a" 0 19 2 2', '0+ @28 "a" 19 29 1 1'])
  })

  test('are joined by what comes between them', () => {
    const steps = [{ items: a(0, 16) }, { items: a(8), ended: true }]
    expect(run(summing(session), steps).main).toEqual(['1+ @25 "a" 0 26 3 3'])
  })

  test('are each key its own', () => {
    const items: Item[] = [
      [0, 'a', 1],
      [5, null, 2],
      [6, 'a', 4],
      [7, null, 8],
    ]
    const { main } = run(summing(session), [{ items, ended: true }])
    expect(main).toEqual(['0+ @15 "a" 0 16 5 2', '0+ @16 null 5 17 10 2'])
  })

  test('speak when the watermark reaches their end', () => {
    const steps = [{ items: a(0), watermark: 9 }, { watermark: 10 }]
    expect(run(summing(session), steps).main).toEqual(['1+ @9 "a" 0 10 1 1'])
  })
})

describe('late records of sessions', () => {
  test('alone they are too late, with a neighbour they are not', () => {
    const steps = [
      { items: a(15), watermark: 12 },
      { items: a(2, 6), ended: true },
    ]
    const { main, late } = run(summing(session), steps)
    expect(main).toEqual(['1+ @24 "a" 6 25 2 2'])
    expect(late).toBe(1)
  })

  test('within a batch, in order of arrival', () => {
    const steps = [{ watermark: 12 }, { items: a(2, 6), ended: true }]
    expect(run(summing(session), steps).late).toBe(1)
    const other = [{ watermark: 12 }, { items: a(6, 2), ended: true }]
    expect(run(summing(session), other).late).toBe(0)
  })

  test('do not touch a session that is forgotten', () => {
    const steps = [
      { items: a(0), watermark: 10 },
      { items: a(5), ended: true },
    ]
    expect(run(summing(session), steps).main).toEqual(['0+ @9 "a" 0 10 1 1', '1+ @14 "a" 5 15 1 1'])
  })

  test('take back what was said when a session grows again', () => {
    const steps = [{ items: a(0), watermark: 10 }, { items: a(5), watermark: 14 }, { ended: true }]
    expect(run(summing(session, { latenessMs: 5 }), steps).main).toEqual([
      '0+ @9 "a" 0 10 1 1',
      '1- @9 "a" 0 10 1 1',
      '2+ @14 "a" 0 15 2 2',
    ])
  })

  test('that change no bounds say it again', () => {
    const steps = [
      { items: a(0, 5), watermark: 15 },
      { items: a(3), watermark: 15 },
    ]
    expect(run(summing(session, { latenessMs: 5 }), steps).main).toEqual([
      '0+ @14 "a" 0 15 2 2',
      '1~ @14 "a" 0 15 3 3',
    ])
  })

  test('join two that had spoken', () => {
    const steps = [
      { items: a(0, 16), watermark: 26 },
      { items: a(8), watermark: 26 },
    ]
    expect(run(summing(session, { latenessMs: 50 }), steps).main).toEqual([
      '0+ @9 "a" 0 10 1 1',
      '0+ @25 "a" 16 26 1 1',
      '1- @9 "a" 0 10 1 1',
      '1- @25 "a" 16 26 1 1',
      '1+ @25 "a" 0 26 3 3',
    ])
  })
})

describe('updating sessions', () => {
  test('speak at once, and take back at once', () => {
    const steps = [{ items: a(0) }, { items: a(5) }, { items: a(5), ended: true }]
    expect(run(summing(session, { mode: 'updating' }), steps).main).toEqual([
      '0+ @9 "a" 0 10 1 1',
      '1- @9 "a" 0 10 1 1',
      '1+ @14 "a" 0 15 2 2',
      '2~ @14 "a" 0 15 3 3',
    ])
  })
})

test('sessions by processing time', () => {
  const steps = [
    { items: a(900), now: 5 },
    { items: a(1), now: 14 },
    { items: a(2), now: 24 },
    { now: 30, ended: true },
  ]
  const { main } = run(summing({ ...session, time: 'processing' }), steps)
  expect(main).toEqual(['2+ @23 "a" 5 24 2 2', '3+ @33 "a" 24 34 1 1'])
})

test('by processing time, they speak once where their source ends before the input does', () => {
  const window = { kind: 'session', gapMs: 10, time: 'processing' } as const
  const steps = [
    { items: a(0), now: 5, watermark: Number.POSITIVE_INFINITY },
    { now: 6 },
    { now: 20, ended: true },
  ]
  expect(run(summing(window), steps).main).toEqual(['0+ @14 "a" 5 15 1 1'])
})
