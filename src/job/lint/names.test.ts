/** Who reads whom: defaults, side outputs, and names that lead nowhere. */

import { describe, expect, it } from 'vitest'
import { jobAround, read } from '../testing/jobs.ts'

/** `id <- inputs` of each step. */
function wires(steps: string): readonly string[] {
  const { spec, findings } = read(jobAround(steps))
  expect(findings.filter(({ level }) => level === 'error')).toEqual([])
  return (spec?.steps ?? []).map(({ id, inputs }) => {
    const from = inputs.map(({ from: name, side }) =>
      side === undefined ? name : `${name}.${side}`,
    )
    return `${id} <- ${from.join(' ')}`
  })
}

const errors = (text: string) =>
  read(text)
    .findings.filter(({ level }) => level === 'error')
    .map(({ line, column, code, message, suggestion }) => {
      const hint = suggestion === undefined ? '' : ` (${suggestion})`
      return `${line}:${column} ${code}: ${message}${hint}`
    })
const around = (steps: string) => errors(jobAround(steps))

describe('steps read', () => {
  it('the source first, then the step above; `to` hands on', () => {
    expect(
      wires(`
  - filter: ms > 1
  - to: out
  - name: named
    filter: ms > 2
  - to: out
  - to: out
`),
    ).toEqual([
      'filter-1 <- events',
      'to-1 <- filter-1',
      'named <- filter-1',
      'to-2 <- named',
      'to-3 <- named',
    ])
  })

  it('what they say, in the step or under its kind', () => {
    expect(
      wires(`
  - { name: a, from: events, filter: ms > 1 }
  - { name: b, filter: { from: events, where: ms > 2 } }
  - { name: c, map: { from: a, set: { x: "1" } } }
  - { name: d, union: { from: [b, a] } }
  - to: { from: c, sink: out }
  - { from: d, to: out }
`),
    ).toEqual(['a <- events', 'b <- events', 'c <- a', 'd <- b a', 'to-1 <- c', 'to-2 <- d'])
  })

  it('side outputs', () => {
    expect(
      wires(`
  - { name: kinds, split: { into: { slow: ms > 9, fast: ms < 2 } } }
  - to: out
  - { from: kinds.slow, to: out }
  - name: n
    from: kinds.fast
    aggregate: { window: { tumbling: 1m }, late: side, select: { n: count() } }
  - { from: n.late, to: out }
`),
    ).toEqual([
      'kinds <- events',
      'to-1 <- kinds',
      'to-2 <- kinds.slow',
      'n <- kinds.fast',
      'to-3 <- n.late',
    ])
  })

  it('by ordinals that no name takes', () => {
    expect(
      wires(`
  - filter: ms > 1
  - { name: filter-2, filter: ms > 2 }
  - filter: ms > 3
  - { name: filter-1x, filter: ms > 2 }
  - to: out
`),
    ).toEqual([
      'filter-1 <- events',
      'filter-2 <- filter-1',
      'filter-3 <- filter-2',
      'filter-1x <- filter-3',
      'to-1 <- filter-1x',
    ])
  })
})

describe('refused', () => {
  it.each([
    [
      '  - { from: evnts, to: out }',
      '8:13 unknown-name: evnts is neither a source nor a step above; there are events (events)',
    ],
    [
      '  - { name: a, from: a, filter: x }\n  - to: out',
      '8:22 order: a stands here or below; a step reads what stands above it',
    ],
    [
      '  - { from: b, to: out }\n  - { name: b, filter: x }',
      '8:13 order: b stands here or below; a step reads what stands above it',
    ],
    [
      '  - { name: events, filter: x }\n  - to: out',
      '8:13 duplicate-name: the name events is a source already',
    ],
    [
      '  - { name: a, filter: x }\n  - { name: a, filter: x }\n  - to: out',
      '9:13 duplicate-name: the name a is a step above already',
    ],
    [
      '  - { name: a, filter: x }\n  - { from: a.slow, to: out }',
      '9:13 unknown-name: a has no side output slow; it has none',
    ],
    [
      '  - { name: a, split: { into: { slow: x } } }\n  - { from: a.solw, to: out }',
      '9:13 unknown-name: a has no side output solw; it has slow (a.slow)',
    ],
    [
      '  - { name: a, from: events, filter: { from: events, where: x } }\n  - to: out',
      '8:46 bad-value: from stands here and in the step: once is enough',
    ],
    [
      '  - { from: events, union: { from: [events, events] } }\n  - to: out',
      '8:13 bad-value: a union has its list of inputs in union: {from: [..]}',
    ],
    ['  - to: otu', '8:9 unknown-name: otu is not the name of a sink; there are out (out)'],
    [
      '  - to: { sink: nowhere }',
      '8:17 unknown-name: nowhere is not the name of a sink; there are out',
    ],
  ])('%j', (steps, message) => {
    expect(around(steps)[0]).toBe(message)
  })

  it('is one input twice in a union', () => {
    const steps = '  - { name: a, filter: x }\n  - union: { from: [a, events, a] }\n  - to: out'
    expect(around(steps)).toEqual(['9:32 duplicate-name: a is in this union already'])
  })

  it('is a first step that could read several sources', () => {
    const text = jobAround('  - to: out').replace(
      'sources:',
      'sources:\n  lines: { log: { topic: x }, format: text }',
    )
    expect(errors(text)).toEqual([
      '9:5 missing-key: the first step needs from:, one of lines, events',
    ])
  })

  it('are views and cubes of what is not there', () => {
    const text = `${jobAround('  - to: out')}
views: { v: { from: o, key: user } }
cubes: { c: { from: x, time: ts, grain: 1m, dimensions: [page], measures: { n: count } } }
`
    expect(errors(text)).toEqual([
      '12:21 unknown-name: o is not the name of a source, step or sink; there are out, events',
      '13:21 unknown-name: x is not the name of a source, step or sink; there are out, events',
    ])
  })

  it('are tests with sources and sinks that are not there', () => {
    const test = (input: string, expected: string) =>
      errors(
        `${jobAround('  - to: out')}
tests: [{ name: a, input: [${input}], expect: ${expected} }]
`,
      )
    expect(test('{ records: [{ x: 1 }] }', '{ out: [] }')).toEqual([])
    expect(test('{ from: event, records: [{ x: 1 }] }', '{}')).toEqual([
      '12:36 unknown-name: event is not the name of a source; there are events (events)',
    ])
    expect(test('{ advance: 1s }', '{ otu: [{ x: 1 }] }')).toEqual([
      '12:62 unknown-name: otu is not the name of a sink (out)',
    ])
  })
})
