/** Windows by the record, and every so many records. */

import { expect, test } from 'vitest'
import { type Item, run, summing } from './testing/run.ts'

const items: Item[] = [
  [5, 'a', 1],
  [0, 'a', 2],
  [9, 'b', 4],
  [10, 'a', 8],
  [5, 'a', 16],
]

test('sliding by time: in order of time, with all of the same time, the far end left out', () => {
  const { main } = run(summing({ kind: 'sliding', sizeMs: 10 }), [{ items, ended: true }])
  expect(main).toEqual([
    '0+ @0 "a" 2 2 1',
    '0+ @5 "a" 1 19 3',
    '0+ @5 "a" 16 19 3',
    '0+ @9 "b" 4 4 1',
    '0+ @10 "a" 8 25 3',
  ])
})

test('sliding by time waits until the watermark is beyond', () => {
  const steps = [{ items, watermark: 5 }, { watermark: 6 }, { items: [[5, 'a', 32] as const] }]
  const { main, late } = run(summing({ kind: 'sliding', sizeMs: 1 }), steps)
  expect(main).toEqual(['0+ @0 "a" 2 2 1', '1+ @5 "a" 1 17 2', '1+ @5 "a" 16 17 2'])
  expect(late).toBe(1)
})

test('a record at the watermark is not late', () => {
  const steps = [{ watermark: 5 }, { items: [[5, 'a', 1] as const], watermark: 6 }]
  expect(run(summing({ kind: 'sliding', sizeMs: 1 }), steps).main).toEqual(['1+ @5 "a" 1 1 1'])
})

test('sliding by rows: in order of time, then arrival', () => {
  const steps = [
    { items, watermark: 10 },
    { items: [[1, 'a', 32] as const], ended: true },
  ]
  const { main, late } = run(summing({ kind: 'sliding-rows', rows: 2 }), steps)
  expect(main).toEqual([
    '0+ @0 "a" 2 2 1',
    '0+ @5 "a" 1 3 2',
    '0+ @5 "a" 16 17 2',
    '0+ @9 "b" 4 4 1',
    '1+ @10 "a" 8 24 2',
  ])
  expect(late).toBe(1)
})

test('count: every so many of a key, with the one that makes it full', () => {
  const steps = [{ items }, { items: [[1, 'b', 1] as const], ended: true }]
  expect(run(summing({ kind: 'count', rows: 2 }), steps).main).toEqual([
    '0+ @0 "a" 3 2',
    '0+ @5 "a" 24 2',
    '1+ @1 "b" 5 2',
  ])
  expect(run(summing({ kind: 'count', rows: 5 }), steps).main).toEqual([])
})
