/** FILTER keeps records out of an aggregate before its arguments are computed. */

import { expect, test } from 'vitest'
import type { AggregateCall } from '../plan/plan.ts'
import { verifyOperator } from '../testing/verify.ts'
import { came, END, hopping, said, session, story, sums, tumbling } from './testing/told.ts'

const call = (more: Partial<AggregateCall>): AggregateCall => ({
  ...{ name: 'sum', fn: 'sum', args: ['fail(n)'], distinct: false },
  ...more,
})

const windows = [tumbling(10), hopping(10, 10), session(10), { kind: 'global' }] as const

test.each(windows)(
  'an argument that fails for a record that is kept out does not matter: $kind',
  w => {
    const aggregates = [call({ filter: 'n >= 0' }), call({ name: 'c', fn: 'count', args: [] })]
    const { outputs, dead } = verifyOperator(
      story(sums(w, { aggregates }), came('a@1=5 a@2=-7 a@3=2'), END),
    )
    expect(outputs.get('main')?.map(({ values }) => values.slice(-2))).toEqual([[7, 3]])
    expect(dead).toEqual([])
  },
)

test('an argument that fails for a record that counts makes it a dead letter, whole', () => {
  const aggregates = [call({ filter: 'n >= -5' }), call({ name: 'c', fn: 'count', args: [] })]
  const outcome = verifyOperator(
    story(sums(tumbling(10), { aggregates }), came('a@1=5 a@2=-7 a@3=-2'), END),
  )
  expect(said(outcome)).toEqual(['a 0..10 5 2'])
  expect(outcome.dead).toEqual(['negative: -2 is negative'])
})

test('so it is with DISTINCT', () => {
  const aggregates = [call({ distinct: true, filter: 'n >= 3' })]
  const script = story(sums(tumbling(10), { aggregates }), came('a@1=5 a@2=-7 a@3=5 a@4=6'), END)
  const { outputs, dead } = verifyOperator(script)
  expect([outputs.get('main')?.map(({ values }) => values.at(-1)), dead]).toEqual([[11], []])
})
