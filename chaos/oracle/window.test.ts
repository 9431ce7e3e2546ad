/** Windows that are aligned to the clock: which they are, when they speak, what is too late. */

import { describe, expect, test } from 'vitest'
import { run, summing } from './testing/run.ts'
import { windowsOf } from './window.ts'

const tumbling = { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'event' } as const
const hopping = { kind: 'hopping', sizeMs: 10, everyMs: 5, offsetMs: 0, time: 'event' } as const
const cumulate = { kind: 'cumulate', sizeMs: 9, stepMs: 3, offsetMs: 0, time: 'event' } as const

const bounds = (spec: Parameters<typeof windowsOf>[0], time: number) =>
  windowsOf(spec, time).map(({ start, end }) => `${start}..${end}`)

describe('the windows of a time', () => {
  test('tumbling, before 1970 too', () => {
    expect(bounds(tumbling, 0)).toEqual(['0..10'])
    expect(bounds(tumbling, 9)).toEqual(['0..10'])
    expect(bounds(tumbling, 10)).toEqual(['10..20'])
    expect(bounds(tumbling, -1)).toEqual(['-10..0'])
    expect(bounds({ ...tumbling, offsetMs: 3 }, 2)).toEqual(['-7..3'])
    expect(bounds({ ...tumbling, offsetMs: 23 }, 3)).toEqual(['3..13'])
  })

  test('hopping', () => {
    expect(bounds(hopping, 7)).toEqual(['0..10', '5..15'])
    expect(bounds(hopping, 5)).toEqual(['0..10', '5..15'])
    expect(bounds({ ...hopping, everyMs: 4 }, 8)).toEqual(['0..10', '4..14', '8..18'])
    expect(bounds({ ...hopping, everyMs: 4 }, 10)).toEqual(['4..14', '8..18'])
  })

  test('hopping over gaps', () => {
    expect(bounds({ ...hopping, everyMs: 20 }, 9)).toEqual(['0..10'])
    expect(bounds({ ...hopping, everyMs: 20 }, 10)).toEqual([])
  })

  test('cumulate', () => {
    expect(bounds(cumulate, 0)).toEqual(['0..3', '0..6', '0..9'])
    expect(bounds(cumulate, 4)).toEqual(['0..6', '0..9'])
    expect(bounds(cumulate, 8)).toEqual(['0..9'])
  })
})

describe('final results', () => {
  test('come when the watermark reaches the end, not before', () => {
    const steps = [
      { items: [[1, 'a', 1] as const, [9, 'a', 2] as const, [10, 'a', 4] as const], watermark: 9 },
      { watermark: 10 },
      { ended: true },
    ]
    const { main } = run(summing(tumbling), steps)
    expect(main).toEqual(['1+ @9 "a" 0 10 3 2', '2+ @19 "a" 10 20 4 1'])
  })

  test('are not changed by what comes too late, and the late side has it', () => {
    const steps = [
      { items: [[1, 'a', 1] as const], watermark: 10 },
      { items: [[9, 'b', 2] as const, [10, 'a', 4] as const], ended: true },
    ]
    const { main, side, late } = run(summing(tumbling, { lateSide: 'late' }), steps, 'late')
    expect(main).toEqual(['0+ @9 "a" 0 10 1 1', '1+ @19 "a" 10 20 4 1'])
    expect(side).toEqual(['1+ @9 "b" 2'])
    expect(late).toBe(1)
  })

  test('a batch is taken under the watermark before it', () => {
    const items = [[1, 'a', 1] as const]
    expect(run(summing(tumbling), [{ items, watermark: 99 }]).main).toHaveLength(1)
  })

  test('a record between windows is in none, and not late', () => {
    const window = { ...hopping, everyMs: 20 }
    const steps = [{ watermark: 99 }, { items: [[12, 'a', 1] as const], ended: true }]
    expect(run(summing(window, { lateSide: 'late' }), steps, 'late')).toMatchObject({
      ...{ main: [], side: [], late: 0 },
    })
  })

  test('a record may be late for one of its windows alone', () => {
    const steps = [{ watermark: 10 }, { items: [[7, 'a', 1] as const], ended: true }]
    const { main, late } = run(summing(hopping), steps)
    expect(main).toEqual(['1+ @14 "a" 5 15 1 1'])
    expect(late).toBe(0)
  })
})

describe('lateness', () => {
  const late = (latenessMs: number) => summing(tumbling, { latenessMs })
  const steps = [
    { items: [[1, 'a', 1] as const], watermark: 10 },
    { items: [[2, 'a', 2] as const, [3, 'a', 2] as const, [4, 'b', 8] as const], watermark: 14 },
    { items: [[5, 'a', 4] as const], watermark: 15 },
    { items: [[6, 'a', 8] as const], ended: true },
  ]

  test('windows speak again, once a batch', () => {
    expect(run(late(5), steps).main).toEqual([
      '0+ @9 "a" 0 10 1 1',
      '1~ @9 "a" 0 10 5 3',
      '1+ @9 "b" 0 10 8 1',
      '2~ @9 "a" 0 10 9 4',
    ])
    expect(run(late(5), steps).late).toBe(1)
  })

  test('ends when the watermark reaches end and lateness', () => {
    expect(run(late(6), steps).late).toBe(0)
    expect(run(late(4), steps).late).toBe(2)
  })
})

describe('updating results', () => {
  test('come with every batch that changes them, and not with the end', () => {
    const steps = [
      { items: [[1, 'a', 1] as const, [2, 'a', 1] as const] },
      { items: [[3, 'a', 1] as const, [11, 'a', 5] as const] },
      { ended: true },
    ]
    expect(run(summing(tumbling, { mode: 'updating' }), steps).main).toEqual([
      '0+ @9 "a" 0 10 2 2',
      '1~ @9 "a" 0 10 3 3',
      '1+ @19 "a" 10 20 5 1',
    ])
  })
})

describe('processing time', () => {
  const window = { ...tumbling, time: 'processing' } as const

  test('is that of the batch, and nothing is late', () => {
    const steps = [
      { items: [[500, 'a', 1] as const], now: 3, watermark: 1000 },
      { items: [[1, 'a', 2] as const], now: 9 },
      { items: [[2, 'a', 4] as const], now: 10 },
      { ended: true, now: 11 },
    ]
    const { main, late } = run(summing(window), steps)
    expect(main).toEqual(['2+ @9 "a" 0 10 3 2', '3+ @19 "a" 10 20 4 1'])
    expect(late).toBe(0)
  })
})

describe('the global window', () => {
  const items = [[5, 'a', 1] as const, [3, 'a', 2] as const]

  test('speaks when the input ends', () => {
    const steps = [
      { items, watermark: 99 },
      { ended: true, now: 70 },
    ]
    expect(run(summing({ kind: 'global' }), steps).main).toEqual(['1+ @70 "a" 3 2'])
  })

  test('or with every change', () => {
    const steps = [
      { items, now: 7 },
      { items, watermark: 99, now: 8 },
    ]
    const { main } = run(summing({ kind: 'global' }, { mode: 'updating' }), steps)
    expect(main).toEqual(['0+ @7 "a" 3 2', '1~ @8 "a" 6 4'])
  })

  test('says nothing of nothing', () => {
    expect(run(summing({ kind: 'global' }, { key: [] }), [{ ended: true }]).main).toEqual([])
  })
})
