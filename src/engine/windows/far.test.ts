/**
 * Windows of very many slices of which few hold anything: what is said costs what there is to say,
 * and no batch does more than it has room for. Were empty slices work, these would not end.
 */

import { describe, expect, test } from 'vitest'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import { run, type Step } from '../testing/verify.ts'
import { came, cumulate, END, hopping, passes, story, sums } from './testing/told.ts'

const HOUR = 3_600_000
/** Slices of a millisecond, for want of a greater divisor. */
const finest = hopping(99_991, 26)

const played = (window: WindowSpec, more: Partial<AggregateSpec>, ...steps: readonly Step[]) =>
  run(story(sums(window, more), ...steps)).outputs.get('main') ?? []

describe('one record in very many windows', () => {
  test.each<[string, WindowSpec, number]>([
    ['of slices of a millisecond', finest, Math.ceil(99_991 / 26)],
    ['of an hour, each second', hopping(HOUR, 1000), 3600],
    ['that grow by a millisecond', cumulate(4000, 1), 4000],
  ])('%s is said for each, and that is all', (_, window, count) => {
    expect(played(window, {}, came('a@0'), END)).toHaveLength(count)
    expect(played(window, { latenessMs: HOUR }, came('a@0'), END)).toHaveLength(count)
    expect(played(window, { mode: 'updating' }, came('a@0'), END)).toHaveLength(count)
    expect(played(window, { earlyMs: 5 }, came('a@0'), { now: 9 })).toHaveLength(count)
  })

  test('and so in two that are far from each other', () => {
    const said = played(finest, {}, came('a@0 b@9000004'), passes(9_000_004), END)
    expect(said).toHaveLength(2 * 3846)
  })
})
