/** How schedules of a journal are told to the oracle. */

import { expect, test } from 'vitest'
import type { BatchSchedule } from '../../../src/engine/batch/schedule.ts'
import { batchesOf } from './oracle.ts'

const batch = { kind: 'batch', digest: 0, now: 1, inputs: [], changes: [] } as const

test('who was idle, has records, and is idle behind them, is idle', () => {
  const arrival = { channel: 2, time: 5, values: [] }
  const owned = new Map([[2, new Map([[1, [arrival]]])]])
  const schedules: readonly BatchSchedule[] = [
    { ...batch, seq: 1, changes: [{ channel: 2, watermark: 3, idle: true }] },
    { ...batch, seq: 2, inputs: [{ channel: 2, from: 0, to: 2 }] },
    { ...batch, seq: 3, changes: [{ channel: 2, idle: false }] },
  ]
  const told = batchesOf(schedules, owned)
  expect(told.map(({ arrivals }) => arrivals)).toEqual([[], [arrival], []])
  expect(told.map(({ marks }) => marks.findLast(({ idle }) => idle !== undefined)?.idle)).toEqual([
    true,
    true,
    false,
  ])
})
