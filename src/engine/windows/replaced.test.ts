/**
 * Results that cannot be said: a sum beyond BIGINT is a dead letter, and where it was to replace
 * what was said before, that is taken back; what can be said again later is.
 */

import { describe, expect, test } from 'vitest'
import { DELETE, INSERT, type Row, recordsOf, UPDATE } from '../columns/records.ts'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import { testCompiler } from '../testing/compiler.ts'
import { type Script, type Step, verifyOperator } from '../testing/verify.ts'
import { input, windowIdentity } from './testing/events.ts'
import { END, hopping, passes, session, sums, tumbling } from './testing/told.ts'

/** Two of them are beyond BIGINT. */
const HUGE = 5n * 10n ** 18n

const came = (...items: readonly (readonly [time: number, n: bigint])[]): Step => ({
  records: recordsOf(
    input,
    items.map(([time, n]) => ({ time, values: ['a', n === HUGE || n === -HUGE ? n : Number(n)] })),
  ),
})

const script = (spec: AggregateSpec, ...steps: readonly Step[]): Script => ({
  spec,
  input,
  steps,
  compiler: testCompiler,
})

const KINDS = { [INSERT]: '+', [UPDATE]: '~', [DELETE]: '-' } as Readonly<Record<number, string>>

const shown = ({ kind = INSERT, values }: Row) =>
  `${KINDS[kind]} ${values.map(value => (value === HUGE ? 'huge' : value)).join(' ')}`

function outcome(window: WindowSpec, more: Partial<AggregateSpec>, ...steps: readonly Step[]) {
  const { outputs, dead } = verifyOperator(script(sums(window, more), ...steps), {
    identity: windowIdentity,
  })
  return { said: (outputs.get('main') ?? []).map(shown), dead: dead.length }
}

const RANGE = 'out-of-range: 10000000000000000000 is beyond BIGINT'

describe('a result that was said and cannot be said again', () => {
  const steps = [came([1, HUGE]), came([2, HUGE]), came([3, -HUGE])]

  test('is taken back, and said again when it can be: updating', () => {
    expect(outcome(tumbling(10), { mode: 'updating' }, ...steps)).toEqual({
      said: ['~ a 0 10 1 huge', '- a 0 10 2 ', '~ a 0 10 3 huge'],
      dead: 1,
    })
  })

  test('is taken back when late records do it', () => {
    const [first, ...late] = steps as [Step, ...Step[]]
    expect(outcome(tumbling(10), { latenessMs: 50 }, first, passes(10), ...late)).toEqual({
      said: ['+ a 0 10 1 huge', '- a 0 10 2 ', '~ a 0 10 3 huge'],
      dead: 1,
    })
  })

  test('is taken back in each of the windows that share the record', () => {
    const { said, dead } = outcome(hopping(10, 5), { mode: 'updating' }, came([7, HUGE], [8, HUGE]))
    expect(said).toEqual(['- a 0 10 2 ', '- a 5 15 2 '])
    expect(dead).toBe(2)
  })

  test('is taken back once where a session goes on with the same bounds', () => {
    const late = { latenessMs: 100 }
    const told = outcome(session(10), late, came([1, HUGE], [5, 0n]), passes(20), came([3, HUGE]))
    expect(told).toEqual({ said: ['+ a 1 15 2 huge', '- a 1 15 3 '], dead: 1 })
  })

  test('is taken back with its own columns where a session outgrows them', () => {
    const late = { latenessMs: 100 }
    const told = outcome(session(10), late, came([1, HUGE]), passes(20), came([5, HUGE]))
    expect(told).toEqual({ said: ['+ a 1 11 1 huge', '- a 1 11 1 huge', '- a 1 15 2 '], dead: 1 })
    const again = [came([6, -HUGE]), passes(22)]
    expect(
      outcome(session(10), late, came([1, HUGE]), passes(20), came([5, HUGE]), ...again).said,
    ).toEqual(['+ a 1 11 1 huge', '- a 1 11 1 huge', '- a 1 15 2 ', '~ a 1 16 3 huge'])
  })

  test('is taken back when the window closes: early results are said no more', () => {
    const now = { now: 9 }
    const early = { earlyMs: 5 }
    const told = outcome(tumbling(10), early, came([1, HUGE]), now, came([2, HUGE]), END)
    expect(told).toEqual({ said: ['~ a 0 10 1 huge', '- a 0 10 2 '], dead: 1 })
  })
})

test('a first result that cannot be said is a dead letter and nothing else', () => {
  const overflows = script(sums(tumbling(10)), came([1, HUGE], [2, HUGE]), passes(10))
  const { outputs, dead } = verifyOperator(overflows)
  expect([outputs.get('main') ?? [], dead]).toEqual([[], [RANGE]])
})
