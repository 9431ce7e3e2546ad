/** What time it is for whoever is fed by some sources: by hand. */

import { expect, test } from 'vitest'
import { type Mark, momentsOf } from './input.ts'

const END = Number.POSITIVE_INFINITY

/** The watermark behind each batch, of two channels of one source. */
function watermarks(...marks: readonly (readonly Mark[])[]): readonly number[] {
  const batches = marks.map(all => ({ arrivals: [], marks: all, now: 0, ended: false }))
  const channels = [0, 1].map(id => ({ id, source: 's' }))
  return momentsOf({ channels, batches }, new Set(['s'])).map(({ after }) => after)
}

test('is the least of what channels said, and never goes back', () => {
  const said = [{ channel: 0, watermark: 5 }]
  expect(watermarks(said, [{ channel: 1, watermark: 9 }])).toEqual([-END, 5])
  expect(
    watermarks([...said, { channel: 1, watermark: 9 }], [{ channel: 0, watermark: 1 }]),
  ).toEqual([5, 5])
})

test('waits for nobody who is idle, or at their end', () => {
  const five: Mark[] = [{ channel: 0, watermark: 5 }]
  expect(watermarks([...five, { channel: 1, idle: true }])).toEqual([5])
  expect(watermarks([...five, { channel: 1, watermark: END }])).toEqual([5])
})

test('is at its end where all channels are, and only there', () => {
  const ended: Mark[] = [{ channel: 1, watermark: END }]
  const idle: Mark[] = [{ channel: 0, watermark: 5, idle: true }]
  expect(watermarks([...ended, ...idle])).toEqual([5])
  expect(watermarks(ended, [{ channel: 0, watermark: END }])).toEqual([-END, END])
})
