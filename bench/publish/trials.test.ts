/** The table of questions: what is judged, and how it is said. */

import { expect, test } from 'vitest'
import { judgements, questions } from './trials.ts'
import { p50Of, rateOf, type Turned, table, transactionsOf } from './turns.ts'

const turned = (done: number, p50Ms: number): Turned => ({
  done,
  failed: 0,
  seconds: 2,
  p50Ms,
  p99Ms: 20,
  maxMs: 30,
  transactions: 50,
  cpuSeconds: [0.5, 0.5],
  clientCpuSeconds: 0.2,
  load: 1.5,
})
const three = [turned(100, 9), turned(300, 8), turned(200, 10)]

test('the middle of the turns is judged', () => {
  const found = judgements(
    [
      { name: 'a', unit: 'ms', most: 9, figure: p50Of },
      { name: 'b', unit: 'ms', most: 10, figure: p50Of },
      { name: 'c', unit: 'a second', least: 100, figure: rateOf },
      { name: 'd', unit: 'a second', least: 26, figure: transactionsOf },
    ],
    three,
  )
  expect(found.map(({ wanted, measured, outcome }) => [wanted, measured, outcome])).toEqual([
    ['under 9 ms', 9, 'missed'],
    ['under 10 ms', 9, 'met'],
    ['at least 100 a second', 100, 'met'],
    ['at least 26 a second', 25, 'missed'],
  ])
})

test('every turn has a line, with the load it was measured under', () => {
  const [head, , ...rows] = table(three)
  expect(head).toContain('| p99 ms |')
  expect(rows).toHaveLength(3)
  expect(rows[1]).toBe('| 150 | 25 | 8 | 20 | 30 | 0 | 50 | 10 | 1.50 |')
  const [takeover] = table([{ ...turned(1, 1), transactions: Number.NaN }]).slice(2)
  expect(takeover).toContain('| - |')
})

test('questions have names of their own, and say one thing of each figure', () => {
  const names = questions.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { wanted } of questions) {
    for (const { least, most } of wanted) expect([least, most].filter(Boolean)).toHaveLength(1)
  }
})
