/** Plans that make no sense are refused, with the operator's name and what to do. */

import { describe, expect, test } from 'vitest'
import type { AggregateSpec, OperatorSpec, Plan, WindowSpec } from './plan.ts'
import { SEMANTICS } from './plan.ts'
import { mustBeSound } from './soundness.ts'

const tumbling: WindowSpec = { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'event' }

function aggregate(more: Partial<AggregateSpec> = {}): AggregateSpec {
  return {
    kind: 'aggregate',
    key: [],
    window: tumbling,
    aggregates: [],
    latenessMs: 0,
    mode: 'final',
    ...more,
  }
}

/** Each reads the one before it. */
function planOf(...specs: readonly OperatorSpec[]): Plan {
  const operators = specs.map((spec, at) => ({
    id: `op${at}`,
    inputs: [{ from: at === 0 ? 'in' : `op${at - 1}` }],
    spec,
  }))
  return { semantics: SEMANTICS, job: 'job', sources: [], operators, sinks: [], errors: 'skip' }
}

const windows: readonly WindowSpec[] = [
  tumbling,
  { kind: 'hopping', sizeMs: 10, everyMs: 5, offsetMs: 0, time: 'event' },
  { kind: 'cumulate', sizeMs: 10, stepMs: 5, offsetMs: 0, time: 'processing' },
  { kind: 'session', gapMs: 5, time: 'event' },
  { kind: 'global' },
  { kind: 'count', rows: 3 },
  { kind: 'sliding', sizeMs: 3 },
  { kind: 'sliding-rows', rows: 3 },
]

const options: Readonly<Record<string, Partial<AggregateSpec>>> = {
  nothing: {},
  updating: { mode: 'updating' },
  early: { earlyMs: 5 },
  lateness: { latenessMs: 5 },
  side: { lateSide: 'late' },
}

/** What each window refuses. A total table: a new window or option must find its place. */
const refused: Readonly<Record<WindowSpec['kind'], readonly string[]>> = {
  tumbling: [],
  hopping: [],
  cumulate: [],
  session: [],
  global: [],
  count: ['updating', 'early', 'lateness', 'side'],
  sliding: ['updating', 'early', 'lateness'],
  'sliding-rows': ['updating', 'early', 'lateness'],
}

describe.each(windows)('a $kind window', window => {
  test.each(Object.entries(options))('with %s', (name, more) => {
    const check = () => mustBeSound(planOf(aggregate({ window, ...more })))
    if (refused[window.kind].includes(name)) expect(check).toThrow(`with a ${window.kind} window`)
    else expect(check).not.toThrow()
  })
})

test('updating results are not early as well', () => {
  const spec = aggregate({ mode: 'updating', earlyMs: 5 })
  expect(() => mustBeSound(planOf(spec))).toThrow('op0: updating results are said whenever')
})

describe('results that come again', () => {
  const again = [{ mode: 'updating' }, { latenessMs: 5 }, { earlyMs: 5 }] as const
  const key = [{ name: 'k', expression: 'k' }]
  const takers: readonly OperatorSpec[] = [
    aggregate(),
    { kind: 'dedup', key },
    { kind: 'key-by', key },
    { kind: 'split', branches: [] },
    { kind: 'unnest', array: 'a', as: 'b', keepEmpty: false },
  ]
  const alone: readonly OperatorSpec[] = [
    { kind: 'filter', where: 'k' },
    { kind: 'project', columns: [] },
    { kind: 'union' },
  ]

  test.each(again)('because of %j are not counted again', more => {
    for (const taker of takers) {
      const plan = planOf(aggregate(more), taker)
      expect(() => mustBeSound(plan), taker.kind).toThrow('the results of op0 may be said again')
    }
  })

  test.each(again)('because of %j go on one by one, and still come again behind that', more => {
    for (const spec of alone) {
      expect(() => mustBeSound(planOf(aggregate(more), spec))).not.toThrow()
      const plan = planOf(aggregate(more), spec, aggregate())
      expect(() => mustBeSound(plan)).toThrow('the results of op1 may be said again')
    }
  })

  test.each(again)('because of %j leave side outputs as they are', more => {
    const plan = planOf(aggregate({ ...more, lateSide: 'late' }), aggregate())
    const [first, second] = plan.operators
    const late = { ...second, inputs: [{ from: 'op0', side: 'late' }] }
    const operators = [first, late] as Plan['operators']
    expect(() => mustBeSound({ ...plan, operators })).not.toThrow()
  })

  test('are no matter where each is said once', () => {
    expect(() => mustBeSound(planOf(aggregate(), ...takers))).not.toThrow()
  })
})

describe('names', () => {
  const sink = (id: string) => ({ id, from: { from: 'op0' }, key: [], options: {} })
  const named = (more: Partial<Plan>) => () =>
    mustBeSound({ ...planOf({ kind: 'union' }), ...more })
  const source = (id: string) => ({ id, columns: [], time: { lagMs: 0 }, options: {} })

  test('that edges and outputs cannot be taken for each other by', () => {
    expect(named({ sinks: [sink('op0'), sink('out')], sources: [source('in')] })).not.toThrow()
  })

  test.each<[Partial<Plan>, string]>([
    [{ sinks: [sink('dead-letters')] }, 'name-refused: dead-letters is where records go'],
    [{ sinks: [sink('a'), sink('a')] }, 'duplicate-name: two are called a; give one'],
    [{ sinks: [sink('>op0<in')] }, 'name-refused: the name >op0<in has a sign'],
    [{ sources: [source('a.b')] }, 'name-refused: the name a.b has a sign'],
    [{ sources: [source('op0')] }, 'duplicate-name: two are called op0'],
  ])('are others than %j', (more, message) => {
    expect(named(more)).toThrow(message)
  })
})
