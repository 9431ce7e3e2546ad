/** What one step must say besides its shape, and the columns that no two parts may share. */

import { describe, expect, it } from 'vitest'
import { jobAround, read } from '../testing/jobs.ts'
import { hasStage, isStateful, keyColumns, suggestedName } from './step.ts'

function findings(step: string, level: 'error' | 'warning') {
  const text = jobAround(`  - ${step}\n  - to: out`)
  return read(text)
    .findings.filter(one => one.level === level)
    .map(({ code, message }) => `${code}: ${message}`)
}

describe('errors', () => {
  it.each([
    ['map: {}', 'missing-key: exactly one of select and set is wanted'],
    [
      'map: { select: { a: x }, set: { b: y } }',
      'bad-value: exactly one of select and set is wanted',
    ],
    ['project: {}', 'missing-key: one of keep, drop and rename is wanted'],
    ['project: { keep: [a], drop: [b] }', 'bad-value: keep and drop exclude each other'],
    ['project: { keep: [a, b, a] }', 'duplicate-column: the column a is here already'],
    ['project: { rename: { a: c, b: c } }', 'duplicate-column: the column c is here already'],
    ['rolling: { select: { n: count() } }', 'missing-key: exactly one of time and count is wanted'],
    [
      'rolling: { time: 1m, count: 5, select: { n: count() } }',
      'bad-value: exactly one of time and count is wanted',
    ],
    [
      'aggregate: { key: [a, a], select: { n: count() } }',
      'duplicate-column: the column a is here already',
    ],
    [
      'aggregate: { key: a, select: { a: count() } }',
      'duplicate-column: the column a comes from the key already',
    ],
    [
      'aggregate: { window: { tumbling: 1m }, select: { window_start: count() } }',
      'duplicate-column: the column window_start comes from the window already',
    ],
    [
      'aggregate: { key: window_end, window: { tumbling: 1m }, select: { n: count() } }',
      "duplicate-column: the column window_end of the key is the window's name",
    ],
    [
      'aggregate: { window: { count: 5 }, lateness: 1s, select: { n: count() } }',
      'bad-value: lateness and late are for windows that close by event time',
    ],
    [
      'aggregate: { late: side, select: { n: count() } }',
      'bad-value: lateness and late are for windows that close by event time',
    ],
    [
      'aggregate: { window: { session: 1m, time: processing }, late: drop, select: { n: x } }',
      'bad-value: lateness and late are for windows that close by event time',
    ],
    [
      'aggregate: { mode: updating, emit: { early: 1s }, select: { n: x } }',
      'bad-value: early results are for mode: final; updating is earlier',
    ],
    [
      'aggregate: { window: { count: 5 }, emit: { early: 1s }, select: { n: count() } }',
      'bad-value: a count window says each result once: it has no mode and no emit',
    ],
    [
      'aggregate: { window: { sliding: 5s }, mode: updating, select: { n: count() } }',
      'bad-value: a sliding window says each result once: it has no mode and no emit',
    ],
    [
      'aggregate: { window: { sliding: 1m }, lateness: 1s, select: { n: count() } }',
      'bad-value: a sliding window waits for nobody: let the lag of the source be longer',
    ],
    [
      'topN: { n: 3, by: ms, key: page, as: page }',
      'duplicate-column: the column page comes from the key already',
    ],
    [
      'topN: { n: 3, by: ms, key: [page, page] }',
      'duplicate-column: the column page is here already',
    ],
    [
      'topN: { n: 3, by: ms, key: window_start, window: { tumbling: 1m } }',
      "duplicate-column: the column window_start of the key is the window's name",
    ],
    [
      'topN: { n: 3, by: ms, window: { hopping: 1m } }',
      'bad-window: a hopping window needs every: DURATION',
    ],
  ])('%s', (step, message) => {
    expect(findings(step, 'error')).toEqual([message])
  })

  it.each([
    'aggregate: { window: { count: 5 }, select: { window_start: count() } }',
    'aggregate: { key: window_end, select: { n: count() } }',
    'aggregate: { window: { tumbling: 1m }, lateness: 1s, late: drop, select: { n: x } }',
    'aggregate: { window: { sliding: 1m }, late: drop, select: { n: count() } }',
    'project: { keep: [a, b], rename: { a: b, b: a } }',
    'topN: { n: 3, by: ms }',
  ])('none: %s', step => {
    expect(findings(step, 'error')).toEqual([])
  })

  it('does not speak twice of a window that is faulty', () => {
    const step = 'aggregate: { window: { hopping: 1m }, lateness: 1s, select: { n: count() } }'
    expect(findings(step, 'error')).toEqual(['bad-window: a hopping window needs every: DURATION'])
  })
})

describe('a global window', () => {
  it('that says nothing before the end is odd', () => {
    const odd = 'no-result: its only result comes when the input ends'
    expect(findings('{ name: a, aggregate: { select: { n: count() } } }', 'warning')).toEqual([odd])
    expect(
      findings('{ name: a, aggregate: { mode: updating, select: { n: count() } } }', 'warning'),
    ).toEqual([])
    expect(
      findings(
        '{ name: a, aggregate: { emit: { early: 1s }, select: { n: count() } } }',
        'warning',
      ),
    ).toEqual([])
  })
})

describe('keys', () => {
  const keyOf = (key: string) => {
    const { spec } = read(jobAround(`  - { name: a, keyBy: { key: ${key} } }\n  - to: out`))
    const step = spec?.steps[0]?.part
    return step?.kind === 'keyBy' ? keyColumns(step.body.key) : []
  }

  it('have names and expressions, however they are written', () => {
    const shown = (key: string) =>
      keyOf(key).map(({ name, expression }) => `${name}=${expression.text}`)
    expect(shown('user')).toEqual(['user=user'])
    expect(shown('[user, page]')).toEqual(['user=user', 'page=page'])
    expect(shown('{ who: lower(user), page: page }')).toEqual(['who=lower(user)', 'page=page'])
    expect(keyColumns(undefined)).toEqual([])
  })

  it('may be called text, as a key may', () => {
    expect(keyOf('{ text: lower(user) }').map(({ name }) => name)).toEqual(['text'])
  })
})

describe('of steps', () => {
  const stepOf = (text: string) => {
    const part = read(jobAround(`  - ${text}\n  - to: out`)).spec?.job.steps[0]
    if (part === undefined) throw new Error(text)
    return part
  }
  const table = [
    ['filter: x', false, false, 'filter'],
    ['keyBy: { key: user }', false, true, 'keyBy-by-user'],
    ['aggregate: { key: [user, page], select: { n: count() } }', true, true, 'aggregate-by-user'],
    ['aggregate: { select: { n: count() } }', true, true, 'aggregate'],
    ['dedup: { key: { a_b: lower(x) } }', true, true, 'dedup-by-a-b'],
    ['topN: { n: 1, by: ms }', true, true, 'topN'],
    ['rolling: { count: 5, key: page, select: { n: count() } }', true, true, 'rolling-by-page'],
    ['union: { from: [events, events] }', false, false, 'union'],
  ] as const

  it.each(table.slice(0, -1))('%s', (text, keepsState, stages, name) => {
    const part = stepOf(text)
    expect(isStateful(part)).toBe(keepsState)
    expect(hasStage(part)).toBe(stages)
    expect(suggestedName(part)).toBe(name)
  })
})
