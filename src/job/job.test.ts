/** Whole job files: what a sound one becomes, and that no bytes at all do any harm. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../base/testing/runs.ts'
import { type Language, languages } from './document/document.ts'
import { findingText } from './finding.ts'
import { readJob, readTestFile } from './job.ts'
import { FULL_JOB, found, jobAround, read, valueOfYaml } from './testing/jobs.ts'
import { bytesOf, written } from './testing/writing.ts'

describe('a job with everything', () => {
  it('is sound, and there is nothing odd about it', () => {
    expect(read(FULL_JOB).findings.map(findingText)).toEqual([])
  })

  it('is the same in three languages', () => {
    const value = valueOfYaml(FULL_JOB)
    const [yaml, ...others] = languages.map(language => {
      const { spec, findings } = read(written(language, value), language)
      expect(findings.map(findingText)).toEqual([])
      return spec?.steps.map(({ id, part, inputs, window }) => [id, part.kind, inputs, window])
    })
    expect(others).toEqual([yaml, yaml])
    expect(yaml).toHaveLength((value['steps'] as readonly unknown[]).length)
  })

  it('has steps with their inputs', () => {
    const inputs = (id: string) => {
      const steps = read(FULL_JOB).spec?.steps.filter(step => step.id === id) ?? []
      return steps.map(step =>
        step.inputs.map(({ from, side }) => (side === undefined ? from : `${from}.${side}`)),
      )
    }
    expect(inputs('all')).toEqual([['events', 'clicks']])
    expect(inputs('filter-1')).toEqual([['all']])
    expect(inputs('filter-2')).toEqual([['filter-1']])
    expect(inputs('once')).toEqual([['keyBy-1']])
    expect(inputs('to-1')).toEqual([['once']])
    expect(inputs('hops')).toEqual([['words']])
    expect(inputs('to-12')).toEqual([['kinds.slow']])
    expect(inputs('to-14')).toEqual([['counted.late']])
  })

  it('has windows that the engine knows', () => {
    const steps = read(FULL_JOB).spec?.steps ?? []
    const windows = Object.fromEntries(steps.map(({ id, window }) => [id, window]))
    const time = 'event'
    expect(windows).toMatchObject({
      counted: { kind: 'tumbling', sizeMs: 60_000, offsetMs: 10_000, time },
      hops: { kind: 'hopping', sizeMs: 60_000, everyMs: 5_000, offsetMs: 0, time },
      slides: { kind: 'sliding', sizeMs: 60_000 },
      'slide-hops': { kind: 'hopping', sizeMs: 60_000, everyMs: 1_000, offsetMs: 0, time },
      sessions: { kind: 'session', gapMs: 30_000, time: 'processing' },
      cumulated: { kind: 'cumulate', sizeMs: 3_600_000, stepMs: 300_000, offsetMs: 0, time },
      hundreds: { kind: 'count', rows: 100 },
      ever: { kind: 'global' },
      moving: { kind: 'sliding', sizeMs: 600_000 },
      'moving-rows': { kind: 'sliding-rows', rows: 10 },
    })
  })

  it('shows no value that came from a variable', () => {
    const environment = { KAFKA: 'secret:9092' }
    const { spec } = readJob({
      file: 'job.yaml',
      language: 'yaml',
      bytes: bytesOf(FULL_JOB),
      environment,
    })
    const source = spec?.job.sources.get('events')
    expect(source?.kind === 'kafka' && source.body.brokers).toBe('secret:9092')
    const shown = JSON.stringify(spec?.document.shown())
    expect(shown).not.toContain('secret')
    expect(shown).toContain('${KAFKA:localhost:9092}')
  })
})

describe('findings', () => {
  it('stand in the order of the file, with all that is needed to mend it', () => {
    const text = jobAround(`
  - filtre: ms > 1
  - aggregate: { key: page, window: { tumbling: 5 sec }, select: { n: count() } }
  - to: out
`)
    expect(read(text).findings.map(findingText)).toEqual([
      'job.yaml:8:5: error unknown-key at steps[0].filtre: "filtre" is not known here; known are ' +
        'name, from, partitions, filter, map, project, flatMap, unnest, keyBy, union, split, ' +
        'aggregate, dedup, topN, rolling, to, join, pattern, process, sql (write: filter)',
      'job.yaml:9:49: error bad-value at steps[1].aggregate.window.tumbling: "5 sec" is not a ' +
        'duration such as 5s, 250ms or 1h30m (write: 5s)',
    ])
  })

  it('of a file that is no job say so', () => {
    expect(found('')).toEqual(['1:1 wrong-type'])
    expect(found('[1, 2]')).toEqual(['1:1 wrong-type'])
    expect(read('just a text').findings[0]?.message).toBe(
      'name, description, sources, steps, sinks, views, cubes, options, tests is expected, ' +
        'this is the text "just a text"',
    )
  })

  it('of SQL and of steps to come are clear', () => {
    const text = `name: a
sql: INSERT INTO x SELECT 1
sources: { e: { log: { topic: t }, format: text } }
steps:
  - join: { on: x }
  - pattern: { match: a+ }
  - process: ./f.ts
  - sql: SELECT 1
`
    expect(
      read(text).findings.map(({ line, column, code, message }) => [
        `${line}:${column}`,
        code,
        message,
      ]),
    ).toEqual([
      ['2:1', 'not-supported', 'SQL in a job file is not supported yet; write it as steps'],
      ['5:11', 'not-supported', 'joins are not supported yet'],
      ['6:14', 'not-supported', 'patterns are not supported yet'],
      ['7:14', 'not-supported', 'functions of your own are not supported yet'],
      ['8:10', 'not-supported', 'SQL statements are not supported yet; write them as steps'],
    ])
  })
})

describe('a file of tests', () => {
  const readTests = (text: string) =>
    readTestFile({ file: 't.yaml', language: 'yaml', bytes: bytesOf(text), environment: {} })

  it('names its job', () => {
    const { file, findings } = readTests(`
job: ./job.yaml
tests: [{ name: a, input: [{ records: [{ x: 1 }] }], expect: { out: [] } }]
`)
    expect(findings).toEqual([])
    expect(file?.part.job).toBe('./job.yaml')
    expect(file?.part.tests[0]?.input[0]).toMatchObject({ kind: 'records' })
  })

  it('is checked as a job is', () => {
    const codes = (text: string) => readTests(text).findings.map(({ code }) => code)
    expect(codes('job: x')).toEqual(['missing-key'])
    expect(codes('job: [')).toEqual(['syntax'])
    expect(codes('job: x\ntests: [{ name: a, input: [{ wait: 1 }], expect: {} }]')).toEqual([
      'unknown-key',
    ])
  })
})

/** Whatever the bytes: a job, or findings with places in the file; never both broken. */
function checkAnswer(language: Language, bytes: Uint8Array): void {
  const { spec, findings } = readJob({ file: 'f', language, bytes, environment: {} })
  const hasErrors = findings.some(({ level }) => level === 'error')
  expect(spec === undefined).toBe(hasErrors)
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
  for (const { line, column, message } of findings) {
    expect(line).toBeGreaterThan(0)
    expect(column).toBeGreaterThan(0)
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
    expect(message.length).toBeGreaterThan(0)
    expect(message.length).toBeLessThan(2_000)
  }
}

const SMALL_JOBS = [
  `
  - filter: ms > 10
  - to: out`,
  `
  - map: { set: { ms: "ms / 2" } }
  - to: { sink: out }`,
  `
  - aggregate: { key: user, window: { tumbling: 1m }, select: { n: count() } }
  - to: out`,
].map(jobAround)

/** The whole of it takes long to read: it is drawn now and then. */
const anyJob = fc
  .tuple(
    fc.constantFrom(...languages),
    fc.oneof(
      { weight: 24, arbitrary: fc.constantFrom(...SMALL_JOBS) },
      { weight: 1, arbitrary: fc.constant(FULL_JOB) },
    ),
  )
  .map(([language, job]) => ({ language, value: valueOfYaml(job) }))

describe('hostile jobs in a language that is drawn', () => {
  it('with some signs changed', () => {
    const other = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', '0', '-1', '1e9', 'null', '9'.repeat(30), '${X}'),
      fc.string({ maxLength: 5 }),
    )
    const change = fc.tuple(fc.nat(), fc.nat(3), fc.option(other), fc.nat())
    fc.assert(
      fc.property(
        anyJob,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        ({ language, value }, changes) => {
          const whole = written(language, value)
          const words = [...whole.matchAll(/[\w$]+|\s+|[^\w\s]/g)].map(([word]) => word)
          const changed = [...words]
          for (const [at, drop, word, place] of changes) {
            const put = word ?? words[place % words.length] ?? ''
            changed.splice(at % words.length, drop, put)
          }
          checkAnswer(language, bytesOf(changed.join('')))
        },
      ),
      { numRuns: fuzzRuns(2000) },
    )
  })

  it('with values of another kind anywhere', () => {
    const leaf = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|\{\}|\[\]/g
    const odd = fc.constantFrom(
      'null',
      '[]',
      '{}',
      '-1',
      '"x"',
      '[[]]',
      '{"a":{"b":1}}',
      'false',
      '""',
    )
    fc.assert(
      fc.property(anyJob, fc.nat(), odd, ({ language, value }, place, other) => {
        const json = JSON.stringify(value)
        const leaves = [...json.matchAll(leaf)].filter(
          ({ index, 0: one }) => json[index + one.length] !== ':',
        )
        const { index = 0, 0: one = '' } = leaves[place % leaves.length] ?? { 0: '' }
        const changed = JSON.parse(json.slice(0, index) + other + json.slice(index + one.length))
        if (language === 'toml' && other === 'null') return
        checkAnswer(language, bytesOf(written(language, changed)))
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })
})
