/** Jobs as plans: what the engine is told, and that no job whatever breaks the compiler. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { schemasOf } from '../../engine/plan/schemas.ts'
import { found, jobAround, read, valueOfYaml } from '../testing/jobs.ts'
import { written } from '../testing/writing.ts'
import { compileJob } from './compile.ts'
import { jobCompiler } from './compiler.ts'
import { explanationOf } from './explanation.ts'
import { neededColumns } from './needs.ts'

const compiler = jobCompiler()

function compiledOf(text: string) {
  const { spec } = read(text)
  if (spec === undefined) throw new Error(found(text).join('\n'))
  const compiled = compileJob(spec, compiler)
  return { spec, ...compiled }
}

const planOf = (steps: string) => compiledOf(jobAround(steps)).plan

const TRIED = `name: tried
sources:
  events:
    kafka: { topic: t, brokers: "\${B:b:9092}", start: earliest }
    format: { json: { depthMax: 4 } }
    schema: { user: text, ms: double, n: bigint, tags: array<text>, ts: timestamptz }
    time: { field: ts, lag: 2s, idle: 1m }
steps:
  - filter: ms > 1 AND user <> 'x'
  - name: kinds
    split: { into: { slow: ms > 1000 } }
  - unnest: { each: tags, as: tag }
  - name: counts
    aggregate:
      key: { who: user }
      window: { session: 30s }
      select: { n: count(*), each: sum(ms) / count(*) }
      having: n > 1
      lateness: 5s
      late: side
  - to: out
  - { from: kinds.slow, rolling: { key: user, count: 5, select: { usual: avg(ms) } } }
  - project: { drop: [tags] }
  - to: more
  - { from: counts.late, topN: { n: 3, by: n, order: asc, select: user } }
  - to: top
sinks:
  out: { kafka: { topic: out }, format: json, key: [who, window_end] }
  more: { memory: {} }
  top: { log: { topic: top } }
options: { errors: skip }
`

describe('a plan', () => {
  const { plan, schemas } = compiledOf(TRIED)

  it('has sources with columns, times and options', () => {
    expect(plan?.sources).toEqual([
      {
        id: 'events',
        columns: [
          { name: 'user', type: 'TEXT' },
          { name: 'ms', type: 'DOUBLE' },
          { name: 'n', type: 'BIGINT' },
          { name: 'tags', type: 'ARRAY<TEXT>' },
          { name: 'ts', type: 'TIMESTAMPTZ' },
        ],
        time: { column: 'ts', lagMs: 2_000, idleMs: 60_000 },
        options: {
          kafka: { topic: 't', brokers: 'b:9092', start: 'earliest' },
          format: { json: { depthMax: 4 } },
        },
      },
    ])
    expect(plan).toMatchObject({ job: 'tried', errors: 'skip' })
  })

  it('has operators that read each other', () => {
    const shown = plan?.operators.map(({ id, inputs, spec }) => {
      const from = inputs.map(edge => (edge.side ? `${edge.from}.${edge.side}` : edge.from))
      return `${id} ${spec.kind} <- ${from}`
    })
    expect(shown).toEqual([
      'filter-1 filter <- events',
      'kinds split <- filter-1',
      'unnest-1 unnest <- kinds',
      'counts aggregate <- unnest-1',
      'counts~select project <- counts',
      'counts~having filter <- counts~select',
      'rolling-1 aggregate <- kinds.slow',
      'project-1 project <- rolling-1',
      'topN-1 aggregate <- counts.late',
    ])
  })

  it('has aggregates with all that was said of them', () => {
    const specs = new Map(plan?.operators.map(({ id, spec }) => [id, spec]))
    expect(specs.get('counts')).toEqual({
      kind: 'aggregate',
      key: [{ name: 'who', expression: 'user' }],
      window: { kind: 'session', gapMs: 30_000, time: 'event' },
      aggregates: [
        { name: 'n', fn: 'count', args: [], distinct: false, filter: undefined },
        { name: '~1', fn: 'sum', args: ['ms'], distinct: false, filter: undefined },
        { name: '~2', fn: 'count', args: [], distinct: false, filter: undefined },
      ],
      latenessMs: 5_000,
      lateSide: 'late',
      mode: 'final',
      earlyMs: undefined,
    })
    expect(specs.get('rolling-1')).toMatchObject({ window: { kind: 'sliding-rows', rows: 5 } })
    expect(specs.get('topN-1')).toMatchObject({
      mode: 'updating',
      aggregates: [{ name: 'top', fn: 'top_n_by', args: ['user', 'n', '3', "'asc'"] }],
    })
  })

  it('has the groups that a step asks for, else those of all stages', () => {
    const plan = planOf(`
  - filter: ms > 1
  - { name: a, partitions: 4, keyBy: { key: user } }
  - name: b
    aggregate: { key: page, window: { tumbling: 1m }, select: { n: count(*) + 1 } }
  - to: out
`)
    const groups = (of: typeof plan) => of?.operators.map(one => [one.id, one.partitions])
    expect(groups(plan)).toEqual([
      ['filter-1', undefined],
      ['a', 4],
      ['b', undefined],
      ['b~select', undefined],
    ])
    const { plan: all } = compiledOf(`${jobAround('  - dedup: { key: user }\n  - to: out')}
options: { partitions: 12 }
`)
    expect(groups(all)).toEqual([['dedup-1', 12]])
  })

  it('has sinks with keys and options', () => {
    expect(plan?.sinks).toEqual([
      {
        id: 'out',
        from: { from: 'counts~having' },
        key: ['who', 'window_end'],
        options: { kafka: { topic: 'out' }, format: 'json' },
      },
      { id: 'more', from: { from: 'project-1' }, key: [], options: { memory: {} } },
      { id: 'top', from: { from: 'topN-1' }, key: [], options: { log: { topic: 'top' } } },
    ])
  })

  it('has columns on its edges that the engine has too', () => {
    if (plan === undefined) throw new Error('no plan')
    const engines = schemasOf(plan, compiler)
    expect(schemas.size).toBeGreaterThan(plan.operators.length)
    for (const [text, schema] of schemas) {
      const [from = '', side] = text.split('.')
      expect(String(engines.of(side === undefined ? { from } : { from, side }))).toBe(
        String(schema),
      )
    }
  })
})

describe('steps', () => {
  it('may be called after functions, columns like keywords', () => {
    const plan = planOf(`
  - map: { select: { select: user, order: page, group: ms } }
  - project: { keep: [select, group], rename: { group: from } }
  - to: out
`)
    expect(plan?.operators.map(({ spec }) => spec.kind)).toEqual(['project', 'project'])
  })

  it('of several in one sink are united', () => {
    const plan = planOf(`
  - { name: a, filter: ms > 1 }
  - to: out
  - { name: b, from: events, filter: ms < 0 }
  - to: out
`)
    expect(plan?.operators.at(-1)).toMatchObject({
      id: '~out',
      inputs: [{ from: 'a' }, { from: 'b' }],
    })
    expect(plan?.sinks).toMatchObject([{ id: 'out', from: { from: '~out' } }])
  })

  it('straight from source to sink are none', () => {
    expect(planOf('  - to: out')).toMatchObject({
      operators: [],
      sinks: [{ id: 'out', from: { from: 'events' } }],
    })
  })
})

describe('sources that only a registry knows', () => {
  it('are compiled as far as one can', () => {
    const { plan, findings } = compiledOf(`name: a
sources: { e: { kafka: { topic: x }, format: avro, registry: "http://r:8081" } }
steps: [{ filter: anything > 1 }, { to: out }]
sinks: { out: { memory: {} } }
`)
    expect(findings).toEqual([])
    expect(plan).toMatchObject({ operators: [], sinks: [] })
  })
})

describe('what is needed of a source', () => {
  const needed = (steps: string) => {
    const text = jobAround(steps).replace('sinks:', 'sinks:\n  more: { memory: {} }')
    const { plan, schemas } = compiledOf(text)
    if (plan === undefined) throw new Error('no plan')
    return neededColumns(plan, schemas, compiler).get('events')
  }

  it.each([
    ['all of it, where it goes to a sink', '  - to: out', ['user', 'page', 'ms', 'ts']],
    ['what is kept, and its time', '  - project: { keep: [page] }\n  - to: out', ['page', 'ts']],
    [
      'what a filter looks at',
      "  - filter: user = 'x'\n  - project: { keep: [page] }\n  - to: out",
      ['user', 'page', 'ts'],
    ],
    [
      'not what nobody wants of new columns',
      '  - map: { select: { a: user, b: ms } }\n  - project: { keep: [b] }\n  - to: out',
      ['ms', 'ts'],
    ],
    [
      'keys, arguments and filters of aggregates',
      '  - { name: a, aggregate: { key: page, select: { n: max(ms) FILTER (WHERE ms > 1) } } }\n' +
        '  - to: out',
      ['page', 'ms', 'ts'],
    ],
    [
      'the record itself beside rolling results',
      '  - { name: a, rolling: { key: page, count: 2, select: { n: count(*) } } }\n' +
        '  - project: { keep: [user, n] }\n' +
        '  - to: out',
      ['user', 'page', 'ts'],
    ],
    [
      'the record itself where it may be late',
      '  - name: a\n' +
        '    aggregate: { window: { session: 1m }, late: side, select: { n: count(*) } }\n' +
        '  - to: out\n' +
        '  - { from: a.late, project: { keep: [user] } }\n' +
        '  - to: more',
      ['user', 'ts'],
    ],
    [
      'what branches look at',
      '  - { name: a, split: { into: { slow: ms > 1 } } }\n' +
        '  - project: { keep: [page] }\n' +
        '  - to: out\n' +
        '  - { from: a.slow, project: { keep: [user] } }\n' +
        '  - to: more',
      ['user', 'page', 'ms', 'ts'],
    ],
  ])('%s', (_, steps, columns) => {
    expect(needed(steps)).toEqual(columns)
  })
})

/** Few names, some of which the engine gives too. */
const anyName = fc.constantFrom('user', 'ms', 'ts', 'top', 'n', 'window_start', 'window_end')
const anyList = fc.array(anyName, { minLength: 1, maxLength: 3 }).map(all => `[${all.join(', ')}]`)
const anyMap = fc
  .uniqueArray(anyName, { minLength: 1, maxLength: 3 })
  .chain(names => fc.tuple(...names.map(name => anyName.map(of => `${name}: ${of}`))))
  .map(entries => `{ ${entries.join(', ')} }`)
const anyKey = fc.oneof(anyName, anyList, anyMap)
const anyResults = fc
  .uniqueArray(anyName, { minLength: 1, maxLength: 3 })
  .chain(names =>
    fc.tuple(
      ...names.map(name =>
        fc.constantFrom('count(*)', 'max(ms)', 'sum(ms) / 2').map(of => `${name}: ${of}`),
      ),
    ),
  )
  .map(entries => `{ ${entries.join(', ')} }`)
const anyWindow = fc
  .constantFrom('tumbling: 1m', 'sliding: 1m', 'session: 1m', 'count: 3', 'global: true')
  .map(window => `window: { ${window} }`)
const anyStep = fc.oneof(
  fc.tuple(anyKey, anyWindow, anyResults).map(([key, window, select]) => {
    return `aggregate: { key: ${key}, ${window}, select: ${select} }`
  }),
  fc
    .tuple(anyKey, anyWindow)
    .map(([key, window]) => `topN: { n: 2, by: ms, key: ${key}, ${window} }`),
  fc.tuple(anyKey, anyWindow, anyName).map(([key, window, as]) => {
    return `topN: { n: 2, by: ms, key: ${key}, ${window}, as: ${as} }`
  }),
  fc.tuple(anyKey, anyResults).map(([key, select]) => {
    return `rolling: { count: 2, key: ${key}, select: ${select} }`
  }),
  fc.tuple(anyName, anyName).map(([as, at]) => {
    return `unnest: { each: "ARRAY[1]", as: ${as}, position: ${at} }`
  }),
  fc
    .tuple(anyList, anyMap)
    .map(([keep, rename]) => `project: { keep: ${keep}, rename: ${rename} }`),
  anyMap.map(rename => `project: { rename: ${rename} }`),
  anyMap.map(set => `map: { set: ${set} }`),
  anyMap.map(select => `map: { select: ${select} }`),
  anyKey.map(key => `dedup: { key: ${key} }`),
  anyKey.map(key => `keyBy: { key: ${key} }`),
)

describe('hostile jobs', () => {
  const value = valueOfYaml(TRIED)

  it('whose columns share few names give a plan that runs, or findings with places', () => {
    let compiled = 0
    let doubled = 0
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 3 }), steps => {
        const lines = [...steps, 'to: out'].map(step => `  - ${step}`)
        const { spec, findings: unread } = read(jobAround(lines.join('\n')))
        const { plan, findings } =
          spec === undefined ? { findings: unread } : compileJob(spec, compiler)
        if (plan === undefined) {
          const errors = findings.filter(({ level }) => level === 'error')
          expect(errors.length).toBeGreaterThan(0)
          for (const { line, path } of errors) {
            expect(line).toBeGreaterThan(7)
            expect(path).toMatch(/^steps\[/)
          }
          if (errors.some(({ code }) => code === 'duplicate-column')) doubled++
          return
        }
        compiled++
        schemasOf(plan, compiler)
      }),
      { numRuns: fuzzRuns(1400) },
    )
    expect(Math.min(compiled, doubled), `${compiled}, ${doubled}`).toBeGreaterThan(0)
  })

  it('with some signs changed give a plan that runs, or findings with places', () => {
    const whole = written('yaml', value)
    const words = [...whole.matchAll(/[\w$]+|\s+|[^\w\s]/g)].map(([word]) => word)
    const other = fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom("'", '"', '(', ')', '*', '~', '~0', '[', 'NULL', '9'.repeat(30), '__proto__'),
      fc.string({ maxLength: 5 }),
    )
    const named = words.flatMap((word, at) => (/^\w+$/.test(word) ? [at] : []))
    const anywhere = fc.tuple(fc.nat(words.length - 1), fc.nat(2), other)
    const renamed = fc.tuple(
      fc.constantFrom(...named),
      fc.constant(1),
      fc.constantFrom(...named.map(at => words[at] ?? '')),
    )
    const change = fc.oneof(anywhere, { arbitrary: renamed, weight: 3 })
    let compiled = 0
    let refused = 0
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), changes => {
        const changed = [...words]
        for (const [at, drop, word] of changes) changed.splice(at, drop, word)
        const { spec } = read(changed.join(''))
        if (spec === undefined) return
        const { plan, schemas, findings } = compileJob(spec, compiler)
        expect(plan === undefined).toBe(findings.some(({ level }) => level === 'error'))
        const lines = changed.join('').split('\n')
        for (const { line, column } of findings) {
          expect(column).toBeGreaterThan(0)
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
        }
        if (plan === undefined) refused++
        else {
          compiled++
          schemasOf(plan, compiler)
          JSON.stringify(explanationOf({ spec, plan, schemas, compiler }))
        }
      }),
      { numRuns: fuzzRuns(600) },
    )
    expect(Math.min(compiled, refused), `${compiled}, ${refused}`).toBeGreaterThan(0)
  })
})
