/** What is odd about a job that would run, and what keeps it from running as a whole. */

import { describe, expect, it } from 'vitest'
import { jobAround, read } from '../testing/jobs.ts'

function findings(text: string): readonly string[] {
  return read(text).findings.map(({ level, code, line, column, message, suggestion }) => {
    const hint = suggestion === undefined ? '' : ` (${suggestion})`
    return `${line}:${column} ${level} ${code}: ${message}${hint}`
  })
}

const around = (steps: string) => findings(jobAround(steps))

describe('warnings', () => {
  it('none for a small sound job', () => {
    expect(around('  - filter: ms > 1\n  - to: out')).toEqual([])
  })

  it('state that hangs on an ordinal', () => {
    const step = '{ key: page, window: { tumbling: 1m }, select: { n: count() } }'
    expect(around(`  - aggregate: ${step}\n  - to: out`)).toEqual([
      '8:5 warning unnamed-state: its state hangs on being aggregate-1: a step put before it ' +
        'would take it over (name: aggregate-by-page)',
    ])
    expect(around(`  - name: a\n    aggregate: ${step}\n  - to: out`)).toEqual([])
  })

  it('outputs that nobody reads', () => {
    expect(
      around(`
  - { name: kinds, split: { into: { slow: ms > 9 } } }
  - to: out
  - filter: ms > 1
`),
    ).toEqual([
      '8:5 warning unused: nobody reads kinds.slow (- to: SINK)',
      '10:5 warning unused: nobody reads filter-1 (- to: SINK)',
    ])
  })

  it('a side output for late records that nobody reads', () => {
    expect(
      around(`
  - { name: n, aggregate: { window: { tumbling: 1m }, late: side, select: { n: count() } } }
  - to: out
`),
    ).toEqual(['8:5 warning unused: nobody reads n.late (- to: SINK)'])
  })

  it('windows by event time over what the machine says', () => {
    const clocked = '{ tumbling: 10s, time: processing }'
    const steps = `
  - { name: a, aggregate: { key: page, window: ${clocked}, select: { c: count(*) } } }
  - { name: b, aggregate: { key: page, window: { tumbling: 1m }, select: { m: sum(c) } } }
  - to: out
`
    expect(around(steps)).toEqual([
      '9:5 warning late-input: its windows go by event time, and its input comes when the ' +
        "machine's clock says so: all of that may be late (window: { .., time: processing })",
    ])
    expect(around(steps.replace('tumbling: 1m', 'tumbling: 1m, time: processing'))).toEqual([])
  })

  it('sources and sinks that nobody uses', () => {
    const text = jobAround('  - { from: events, filter: ms > 1 }\n  - to: out')
      .replace('sources:', 'sources:\n  lines: { log: { topic: x }, format: text }')
      .replace('sinks:', 'sinks:\n  more: { memory: {} }')
    expect(findings(text)).toEqual([
      '3:10 warning unused: nobody reads the source lines',
      '12:9 warning unused: nothing goes to the sink more (- to: more)',
    ])
  })

  it('partitions where there are no groups', () => {
    expect(around('  - partitions: 4\n    filter: ms > 1\n  - to: out')).toEqual([
      '8:5 warning no-effect: a filter has no groups of its own for partitions',
    ])
    expect(around('  - partitions: 4\n    keyBy: { key: user }\n  - to: out')).toEqual([])
  })

  it('windows over a source that does not say its time', () => {
    const text = jobAround(`
  - { name: n, aggregate: { window: { tumbling: 1m }, select: { n: count() } } }
  - to: out
`).replace(/ {4}time: .*\n/, '')
    expect(findings(text)).toEqual([
      '7:5 warning no-time: its windows go by event time, and events does not say which: the ' +
        'time at which a record was written counts, and nothing may be late ' +
        '(time: { field: COLUMN, lag: 2s } in the source)',
    ])
    expect(findings(text.replace('tumbling: 1m', 'tumbling: 1m, time: processing'))).toEqual([])
    expect(findings(text.replace('tumbling: 1m', 'count: 100'))).toEqual([])
  })

  it('an even number of replicas', () => {
    const text = `${jobAround('  - to: out')}options: { replication: 4 }\n`
    expect(findings(text)).toEqual([
      '11:10 warning even-replication: 4 replicas survive no more losses than 3',
    ])
  })

  it('are not told as long as there are errors', () => {
    const levels = read(
      jobAround('  - filter: x\n  - { name: a, dedup: { key: user } }\n  - to: otu'),
    )
    expect(levels.findings.map(({ level }) => level)).toEqual(['error'])
  })

  it('no oddity: a view or a cube reads too', () => {
    const text = `${jobAround('  - { name: fast, filter: ms < 1 }\n  - { from: events, to: out }')}
views: { v: { from: fast, key: user } }
cubes: { c: { from: events, time: ts, grain: 1m, dimensions: [page], measures: { n: count } } }
`
    expect(findings(text)).toEqual([])
  })
})

it('a sink is not called like what records go to that cannot be worked on', () => {
  const text = jobAround('  - to: dead-letters').replace('  out:', '  dead-letters:')
  expect(findings(text)).toEqual([
    '10:17 error bad-name: dead-letters is where records go that cannot be worked on, and no ' +
      "sink's name; call the sink something else (dead-letters-of-mine)",
  ])
})

describe('sources', () => {
  const source = (text: string) =>
    findings(`name: a
sources:
  e: ${text}
steps: [{ to: out }]
sinks: { out: { memory: {} } }
`)

  it('say their columns, or have a format that does', () => {
    expect(source('{ log: { topic: x } }')).toEqual([
      '3:6 error missing-key: the source e needs schema: with the columns that the job uses ' +
        '(schema: { COLUMN: text, .. })',
    ])
    expect(source('{ log: { topic: x }, format: { csv: {} } }')).toHaveLength(1)
    expect(source('{ log: { topic: x }, format: text }')).toEqual([])
    expect(source('{ log: { topic: x }, format: avro, registry: "http://r:8081" }')).toEqual([])
  })

  it('have their time in a column of theirs', () => {
    expect(
      source('{ log: { topic: x }, schema: { at: timestamp }, time: { field: att } }'),
    ).toEqual(['3:69 error unknown-name: the source e has no column att (at)'])
    expect(source('{ log: { topic: x }, schema: { at: timestamp }, time: zeit }')).toEqual([
      '3:60 error unknown-name: the source e has no column zeit',
    ])
    expect(source('{ log: { topic: x }, schema: { at: timestamp }, time: { lag: 5s } }')).toEqual(
      [],
    )
  })

  it.each([
    ['{ kafka: { topik: x } }', 'unknown-key', 'topic'],
    ['{ kafka: { topic: "a b" } }', 'bad-value', undefined],
    ['{ kafka: { topic: x, start: erliest } }', 'bad-value', 'earliest'],
    ['{ kafak: { topic: x } }', 'unknown-key', 'kafka'],
    ['{ http: { path: in } }', 'bad-value', undefined],
    ['{ generator: { rate: 0 } }', 'bad-value', undefined],
    ['{ log: { topic: x }, format: jsno }', 'bad-value', 'json'],
    ['{ log: { topic: x }, format: { csv: { delimiter: ";;" } } }', 'bad-value', undefined],
    ['{ log: { topic: x }, schema: { "a b": text } }', 'bad-key', 'a_b: { type: text, path: a b }'],
    ['{ log: { topic: x }, schema: { a: 1 } }', 'wrong-type', '"1"'],
  ])('%s', (text, code, suggestion) => {
    const { findings: all } = read(`name: a\nsources: { e: ${text} }\nsteps: [{ to: out }]\n`)
    expect(all.find(one => one.code === code)?.suggestion).toBe(suggestion)
    expect(all.map(one => one.code)).toContain(code)
  })
})

describe('errors', () => {
  it.each(['yaml', 'toml', 'avro', 'protobuf'])('a sink in %s, which nobody writes', format => {
    const text = jobAround('  - to: out').replace(
      'sinks:',
      `sinks:\n  more: { memory: {}, format: ${format} }`,
    )
    expect(findings(`${text}`).filter(one => one.includes('error'))).toEqual([
      expect.stringMatching(
        new RegExp(
          `error bad-format: the sink more cannot write ${format}; json, ndjson, csv, text`,
        ),
      ),
    ])
  })

  it('an expected change that there is not', () => {
    const record = '{ page: a, $change: dleete }'
    const test = `tests:\n  - { name: t, input: [{ end: true }], expect: { out: [${record}] } }\n`
    const told = findings(`${jobAround('  - to: out')}\n${test}`)
    expect(told).toEqual([
      expect.stringMatching(
        /error bad-value: \$change is one of insert, update, delete \(.*delete/,
      ),
    ])
  })
})

it('more sinks than a batch can name are an error', () => {
  const sinks = (count: number) => {
    const names = Array.from({ length: count }, (_, n) => `s${n}`)
    const lines = names.map(name => `  ${name}: { memory: {} }`).join('\n')
    const steps = names.map(name => `  - { from: events, to: ${name} }`).join('\n')
    return findings(
      jobAround(`${steps}\n  - { from: events, to: out }`).replace('sinks:', `sinks:\n${lines}`),
    )
  }
  expect(sinks(254)).toEqual([])
  expect(sinks(255).join()).toMatch(/error too-many-sinks: a job has at most 255 sinks/)
})
