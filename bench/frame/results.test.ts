/** Turns, quantiles, ratios, targets: the arithmetic of a benchmark. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { median, quantile } from '../../chaos/live/quantile.ts'
import type { Figures } from './contestant.ts'
import { cpuSecondsPer100k, perCpuSecond, perSecond } from './contestant.ts'
import { ticksOf } from './cpu.ts'
import { residentMb, residentMbOf } from './memory.ts'
import { type Measured, Results, turnsOf } from './results.ts'
import { judged, type Target } from './target.ts'

const small = { outstanding: 1, groups: 1 }
const large = { outstanding: 1000, groups: 100 }

const figures = (done: number): Figures => ({
  done,
  failed: 0,
  seconds: 2,
  p50Ms: 1,
  p99Ms: 2,
  maxMs: 3,
  cpuSeconds: [3, 1, 1],
  clientCpuSeconds: 1,
})

const one = (contestant: string, round: number, done: number): Measured => ({
  contestant,
  round,
  at: small,
  figures: figures(done),
})

test('a median is in the middle, of two rounds as of three', () => {
  expect(median([])).toBeNaN()
  expect(median([7])).toBe(7)
  expect(median([4, 1])).toBe(2.5)
  expect(median([5, 1, 3])).toBe(3)
  expect(median([4, 10, 1, 3])).toBe(3.5)
})

test('a quantile is one of the numbers', () => {
  expect(quantile([5, 1, 3], 0.5)).toBe(3)
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2)
  expect(quantile([1, 2, 3], 0)).toBe(1)
  expect(quantile([1, 2, 3], 1)).toBe(3)
  const numbers = fc.array(fc.integer(), { minLength: 1 })
  fc.assert(
    fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const found = quantile(all, share)
      expect(all).toContain(found)
      const notAbove = all.filter(number => number <= found).length
      expect(notAbove).toBeGreaterThanOrEqual(share * all.length - 1e-9)
    }),
  )
})

describe('turns', () => {
  test('everybody meets every case in every round, next to each other', () => {
    const turns = turnsOf(3, [small, large], ['a', 'b'])
    expect(turns).toHaveLength(12)
    for (let i = 0; i < turns.length; i += 2) {
      const [first, second] = [turns[i], turns[i + 1]]
      expect(first?.at).toBe(second?.at)
      expect(first?.round).toBe(second?.round)
      expect([first?.contestant, second?.contestant].sort()).toEqual(['a', 'b'])
    }
  })

  test('who begins changes from round to round and from case to case', () => {
    const begins = turnsOf(2, [small, large], ['a', 'b']).filter((_, i) => i % 2 === 0)
    expect(begins.map(({ contestant }) => contestant)).toEqual(['a', 'b', 'b', 'a'])
  })
})

test('rates are of the measured time, costs of all processes that serve', () => {
  expect(perSecond(figures(1000))).toBe(500)
  expect(perCpuSecond(figures(1000))).toBe(200)
  expect(cpuSecondsPer100k(figures(1000))).toBe(500)
})

describe('results', () => {
  const results = new Results([
    one('weir', 0, 100),
    one('etcd', 0, 50),
    one('etcd', 1, 10),
    one('weir', 1, 40),
    one('weir', 2, 90),
  ])

  test('the middle of the rounds', () => {
    expect(results.middle('weir', small, perSecond)).toBe(45)
    expect(results.middle('weir', large, perSecond)).toBe(undefined)
    expect(results.middle('nobody', small, perSecond)).toBe(undefined)
  })

  test('a ratio compares what was measured in one round', () => {
    expect(results.ratio(['weir', 'etcd'], small, perSecond)).toBe(3)
    expect(results.ratio(['weir', 'nobody'], small, perSecond)).toBe(undefined)
  })

  test('contestants and cases, each once', () => {
    expect(results.contestants).toEqual(['weir', 'etcd'])
    expect(results.cases).toEqual([small])
  })

  const target = (measure: Target['measure']): Target => ({
    name: 'throughput',
    wanted: 'at least 2 x etcd',
    unit: 'x',
    measure,
    isMet: value => value >= 2,
  })
  test.each([
    [2, 'met'],
    [1.9, 'missed'],
    [undefined, 'not measured'],
    [Number.NaN, 'not measured'],
  ])('%s is %s', (value, outcome) => {
    expect(
      judged(
        target(() => value),
        results,
      ).outcome,
    ).toBe(outcome)
  })
})

test('processor time is found behind a name that looks like more fields', () => {
  const stat = '7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 120 34 0 0 20 0 1 0 99 0'
  expect(ticksOf(stat)).toBe(154)
})

test('memory is found in what the kernel says of a process', () => {
  expect(residentMbOf('VmPeak:\t  999 kB\nVmRSS:\t  2048 kB\nVmData: 7 kB\n')).toBe(2)
  expect(residentMbOf('Name: gone\n')).toBeNaN()
  expect(residentMb(process.pid)).toBeGreaterThan(1)
})
