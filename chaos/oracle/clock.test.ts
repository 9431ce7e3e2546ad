/** What channels say of time where their records say it: by hand. */

import { expect, test } from 'vitest'
import { clocked } from './clock.ts'
import type { Batch } from './input.ts'
import type { Source } from './plan.ts'
import { TIMESTAMPTZ } from './type.ts'

const columns = [{ name: 'at', type: TIMESTAMPTZ }]

/** Two channels of which each batch has some times; what is said behind each batch. */
function said(source: Partial<Source>, ...times: readonly (readonly (readonly number[])[])[]) {
  const batches = times.map((channels): Batch => {
    const arrivals = channels.flatMap((all, channel) => {
      return all.map(time => ({ channel, time, values: [BigInt(time)] }))
    })
    return { arrivals, marks: [], now: 0, ended: false }
  })
  const channels = [0, 1].map(id => ({ id, source: 's' }))
  const plan = { sources: [{ id: 's', columns, ...source }], operators: [], sinks: [] }
  const told = clocked(plan, { channels, batches }).batches
  return told.map(({ marks }) => marks.map(({ channel, watermark }) => [channel, watermark]))
}

test('it is the latest record of each, less the lag, and never goes back', () => {
  const batches = [
    [[5, 9, 7], []],
    [[3], [20]],
    [[], []],
  ]
  const last = [
    [0, 7],
    [1, 18],
  ]
  expect(said({ lagMs: 2 }, ...batches)).toEqual([[[0, 7]], last, last])
})

test('a record whose column names no moment says nothing', () => {
  const far = Date.parse('9999-12-31T23:59:59.999Z') + 1
  expect(said({ lagMs: 0, time: 'at' }, [[far, 4], []])).toEqual([[[0, 4]]])
})

test('without a lag it is up to the input', () => {
  expect(said({}, [[5], [6]])).toEqual([[]])
})
