/** What is left of a failing case: as much as fails, and not much more. */

import { expect, test } from 'vitest'
import { columnsOf } from '../oracle/columns.ts'
import { answered } from '../oracle/oracle.ts'
import { type Case, drawCase } from './generate/case.ts'
import { shrunk } from './shrink.ts'

const arrivalsOf = ({ input }: Case) => input.batches.flatMap(({ arrivals }) => arrivals)

/** The first seed from here on whose case does. */
function firstCase(from: number, does: (one: Case) => boolean): Case {
  for (let seed = from; seed < from + 1000; seed++) {
    const one = drawCase(seed)
    if (does(one)) return one
  }
  throw new Error('no seed does')
}

/** A bug that needs a session and two records of the same time. */
function needsTies(one: Case): boolean {
  const hasSession = one.plan.operators.some(
    ({ spec }) => spec.kind === 'aggregate' && spec.window.kind === 'session',
  )
  const times = arrivalsOf(one).map(({ time }) => time)
  return hasSession && new Set(times).size < times.length
}

test('only what it takes is left', () => {
  const one = firstCase(0, other => needsTies(other) && other.plan.operators.length > 3)
  const { one: small, tries } = shrunk(one, needsTies)
  expect(needsTies(small)).toBe(true)
  expect(arrivalsOf(small)).toHaveLength(2)
  expect(small.plan.operators.length).toBeLessThan(one.plan.operators.length)
  expect(small.plan.sinks).toHaveLength(1)
  expect(tries).toBeGreaterThan(0)
})

test('what is left is a case that can be computed', () => {
  const one = firstCase(50, other => other.plan.operators.length > 5)
  const { one: small } = shrunk(one, other => other.plan.sinks.length > 0)
  expect(() => answered(small.plan, small.input)).not.toThrow()
  const [sink] = small.plan.sinks
  const names = sink && columnsOf(small.plan)(sink.from).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining([...(sink?.key ?? [])]))
  expect(small.input.batches.flatMap(({ arrivals }) => arrivals)).toEqual([])
  expect(small.setting).toMatchObject({ groups: 1, between: 'nothing' })
})

test('a case that never fails smaller stays', () => {
  const one = drawCase(7)
  expect(shrunk(one, () => false).one).toBe(one)
})
