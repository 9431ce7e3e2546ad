/**
 * Guards against elections that fail because processes are slow; what each bug was, see README.md
 * beside this file. Time is simulated, and the figures are those of the simulated machine.
 */

import { describe, expect, it } from 'vitest'
import { type Found, findLeaders, type SurvivorsOptions } from '../testing/survivors.ts'

const RUNS = 12

function runs(options: Omit<SurvivorsOptions, 'seed'>): readonly Found[] {
  return Array.from({ length: RUNS }, (_, at) => findLeaders({ ...options, seed: at + 1 }))
}

const longest = (found: readonly Found[]) => Math.max(...found.map(({ tookMs }) => tookMs))
const mostTerms = (found: readonly Found[]) => Math.max(...found.map(({ terms }) => terms))

const killed = { voters: 3, groups: 50, noticedWithinMs: 60 }

describe('the survivors of a killed leader elect in one term', () => {
  it.each([
    ['when they are quick', { ...killed, actMs: 0.05, syncMs: 3 }, 300],
    ['when they have just started', { ...killed, actMs: 0.6, syncMs: 10 }, 600],
    [
      'when their processes stand still now and then',
      { ...killed, actMs: 0.3, syncMs: 10, stalls: { share: 0.1, ms: 200 } },
      1300,
    ],
  ])('%s', (_, options, boundMs) => {
    const found = runs(options)
    expect(mostTerms(found)).toBe(1)
    expect(longest(found)).toBeLessThan(boundMs)
  })
})

describe('survivors whose disks are slower than their patience', () => {
  it('elect within a second, with a term more at most', () => {
    const found = runs({ ...killed, actMs: 0.1, syncMs: 150 })
    expect(mostTerms(found)).toBeLessThanOrEqual(2)
    expect(longest(found)).toBeLessThan(1000)
  })
})

describe('of five, the four that survive', () => {
  it('elect within a second, with two terms more at most', () => {
    const found = runs({ voters: 5, groups: 50, noticedWithinMs: 60, actMs: 0.3, syncMs: 10 })
    expect(longest(found)).toBeLessThan(1000)
    expect(mostTerms(found)).toBeLessThanOrEqual(3)
  })
})

describe('a leader that falls silent', () => {
  it.each([
    ['is replaced within one and a half election times', 0.1, 1500],
    ['is so on slow machines, too', 0.6, 1500],
  ])('%s', (_, actMs, boundMs) => {
    const found = runs({ voters: 3, groups: 50, actMs, syncMs: 10 })
    expect(mostTerms(found)).toBe(1)
    expect(longest(found)).toBeLessThan(boundMs)
  })
})
