/** Tests of jobs: what passes, what fails, and how a failure reads. */

import { describe, expect, it } from 'vitest'
import { hasPassed, outcomeText, runTest } from './test-run.ts'
import { compiled, jobText } from './testing/jobs.ts'

const COUNT = `
  - name: counts
    aggregate: { key: user, window: { tumbling: 10s }, select: { n: count(*) } }
  - project: { keep: [user, n] }
  - to: out
`

/** The outcome of one test, below a job that counts by user. */
function outcome(test: string, steps = COUNT, options = '') {
  const tests = `tests:\n  - name: a test\n${test.replace(/^\n/, '').replace(/^/gm, '    ')}\n`
  const { spec, ...subject } = compiled(jobText(steps, { rest: `${options}${tests}` }))
  const [one] = spec.job.tests ?? []
  if (one === undefined) throw new Error('no test')
  return runTest(one, subject)
}

const INPUT = `
input:
  - records:
      - { user: ann, ts: 2026-01-01T00:00:01Z }
      - { user: bob, ts: 2026-01-01T00:00:02Z }
      - { user: ann, ts: 2026-01-01T00:00:03Z }
  - end: true
`

describe('passes', () => {
  it.each([
    ['records', 'expect: { out: [{ user: ann, n: 2 }, { user: bob, n: 1 }] }'],
    ['in any order', 'expect: { out: [{ user: bob, n: 1 }, { user: ann, n: 2 }] }\norder: any'],
    ['columns in any order', 'expect: { out: [{ n: 2, user: ann }, { n: 1, user: bob }] }'],
    ['sinks that are not named', 'expect: {}'],
    ['a sink to which nothing goes', 'expect: { more: [] }'],
  ])('%s', (_, expected) => {
    const steps = `${COUNT}  - { from: events, filter: n = 77 }\n  - to: more\n`
    const result = outcome(`${INPUT}${expected}`, steps)
    expect(outcomeText(result)).toBe('passed  a test')
    expect(hasPassed(result)).toBe(true)
  })

  it('values by what they mean, not by how they are written', () => {
    const result = outcome(
      `
input:
  - records: [{ user: a, price: "1.50", n: 7, ts: 2026-01-01T01:00:00+01:00 }]
expect:
  out: [{ user: a, price: 1.5, n: 7, tags: null, ts: "2026-01-01T00:00:00.000Z" }]
`,
      '  - to: out',
    )
    expect(outcomeText(result)).toBe('passed  a test')
  })

  it('only what changes in the way that is said', () => {
    const steps = `
  - name: sums
    aggregate: { key: user, mode: updating, window: { global: true }, select: { n: sum(n) } }
  - to: out
`
    const sums = (expected: string) =>
      outcomeText(
        outcome(
          `
input:
  - records: [{ user: a, n: 1, ts: 2026-01-01T00:00:00Z }]
  - records: [{ user: a, n: 1, ts: 2026-01-01T00:00:00Z }]
  - records: [{ user: a, n: -1, ts: 2026-01-01T00:00:00Z }]
expect: { out: [{ user: a, n: 2 }, ${expected}] }
`,
          steps,
        ),
      )
    const [one, insert, update] = ['', ', $change: insert', ', $change: update'].map(
      change => `{ user: a, n: 1${change} }`,
    )
    expect(sums(`${one}, ${one}`)).toBe('passed  a test')
    expect(sums(`${one}, ${update}`)).toBe('passed  a test')
    expect(sums(`${update}, ${update}`)).toBe('passed  a test')
    expect(sums(`${one}, ${insert}`)).toContain('+ {"$change":"update","user":"a","n":1}')
    expect(sums(`${one}, { user: a, n: 1, $change: delete }`)).toContain('FAILED')
    expect(() => sums(`${one}, { user: a, n: 1, $change: dleete }`)).toThrow(
      'insert, update, delete',
    )
  })

  it('records taken back or changed, where that is said', () => {
    const steps = `
  - name: sums
    aggregate: { key: user, mode: updating, window: { global: true }, select: { n: sum(n) } }
  - to: out
`
    const result = outcome(
      `
input:
  - records: [{ user: a, n: 1, ts: 2026-01-01T00:00:00Z }]
  - records: [{ user: a, n: 2, ts: 2026-01-01T00:00:00Z }]
expect: { out: [{ user: a, n: 1 }, { user: a, n: 3, $change: update }] }
`,
      steps,
    )
    expect(outcomeText(result)).toBe('passed  a test')
  })
})

describe('fails', () => {
  it('with both sides of each difference, between what is equal', () => {
    const result = outcome(`${INPUT}expect: { out: [{ user: ann, n: 2 }, { user: bob, n: 3 }] }`)
    expect(hasPassed(result)).toBe(false)
    expect(outcomeText(result)).toBe(
      `FAILED  a test
  out: - expected, + received
      {"user":"ann","n":2}
    - {"user":"bob","n":3}
    + {"user":"bob","n":1}`,
    )
  })

  it('for another order, where it matters', () => {
    const steps = '  - project: { keep: [user] }\n  - to: out'
    const of = (users: string) => outcome(`${INPUT}expect: { out: ${users} }\norder: exact`, steps)
    expect(hasPassed(of('[{ user: ann }, { user: bob }, { user: ann }]'))).toBe(true)
    expect(outcomeText(of('[{ user: ann }, { user: ann }, { user: bob }]'))).toBe(
      `FAILED  a test
  out: - expected, + received
      {"user":"ann"}
    - {"user":"ann"}
    + {"user":"bob"}
    - {"user":"bob"}
    + {"user":"ann"}`,
    )
  })

  it('with what is missing', () => {
    const all = '[{ user: ann, n: 2 }, { user: bob, n: 1 }, { user: eve, n: 1 }]'
    expect(outcomeText(outcome(`${INPUT}expect: { out: ${all} }`))).toContain(
      '    - {"user":"eve","n":1}',
    )
    expect(outcomeText(outcome(`${INPUT}expect: { out: ${all} }\norder: any`))).toContain(
      '    - {"user":"eve","n":1}',
    )
  })

  it('with what came besides', () => {
    for (const order of ['exact', 'any']) {
      const text = outcomeText(outcome(`${INPUT}expect: { out: [] }\norder: ${order}`))
      expect(text.match(/\+ \{/g)).toHaveLength(2)
    }
  })

  it('for a record that comes once and is expected twice', () => {
    const twice = '[{ user: bob, n: 1 }, { user: ann, n: 2 }, { user: bob, n: 1 }]'
    expect(hasPassed(outcome(`${INPUT}expect: { out: ${twice} }\norder: any`))).toBe(false)
  })

  it('for a window that is still open', () => {
    const input = INPUT.replace('  - end: true\n', '')
    expect(outcomeText(outcome(`${input}expect: { out: [{ user: ann, n: 2 }] }`))).toBe(
      `FAILED  a test
  out: - expected, + received
    - {"user":"ann","n":2}`,
    )
  })

  it('for a record taken back that is not said to be', () => {
    const result = outcome(
      `${INPUT}expect: { out: [{ user: ann, n: 2, $change: delete }, { user: bob, n: 1 }] }`,
    )
    expect(outcomeText(result)).toContain('- {"$change":"delete","user":"ann","n":2}')
  })

  it('for dead letters that are not expected, with their reasons', () => {
    const bad = '- records: [{ n: many, ts: 2026-01-01T00:00:00Z }]'
    const text = outcomeText(outcome(`input:\n  ${bad}\nexpect: {}`))
    expect(text).toContain('FAILED  a test\n  1 dead letters, 0 expected: events: ')
    expect(hasPassed(outcome(`input:\n  ${bad}\nexpect: {}\ndeadLetters: 1`))).toBe(true)
    expect(outcomeText(outcome(`${INPUT}expect: {}\ndeadLetters: 1`))).toContain(
      '0 dead letters, 1 expected',
    )
  })

  it('for late records that are not expected', () => {
    const late = `input:
  - records:
      - { user: a, ts: 2026-01-01T00:01:00Z }
      - { user: a, ts: 2026-01-01T00:00:00Z }
expect: {}`
    expect(outcomeText(outcome(late))).toContain('1 records were too late, 0 expected')
    expect(hasPassed(outcome(`${late}\nlate: 1`))).toBe(true)
  })

  it('for expected records that the sink cannot have', () => {
    const column = outcomeText(outcome(`${INPUT}expect: { out: [{ usr: ann }] }`))
    expect(column).toContain('records of the sink out have no column usr; they have user,n')
    const value = outcomeText(outcome(`${INPUT}expect: { out: [{ user: ann, n: some }] }`))
    expect(value).toContain("an expected record is none of the sink's")
  })

  it('for a sink to which no step goes', () => {
    const text = outcomeText(outcome(`${INPUT}expect: { more: [{ user: ann }] }`))
    expect(text).toContain('nothing goes to the sink more')
  })

  it('when the job stops', () => {
    const bad = 'input: [{ records: [{ n: many }] }]\nexpect: {}'
    const text = outcomeText(outcome(bad, COUNT, 'options: { errors: fail }\n'))
    expect(text).toContain('FAILED  a test\n  ')
    expect(text).toContain('events:')
  })
})

/** What comes of one record of each kind of number and of JSON, against one that is expected. */
function shown(select: string, { input, expected }: { input: string; expected: string }) {
  const text = `name: exact
sources:
  in:
    log: { topic: t }
    schema: { k: text, d: "decimal(38,2)", v: double, vs: array<double>, j: json, t: text }
steps:
  - map: { select: ${select} }
  - to: out
sinks: { out: { memory: {} } }
tests:
  - name: exact
    input: [{ records: [${input}] }]
    expect: { out: [${expected}] }
`
  const { spec, ...subject } = compiled(text)
  const [test] = spec.job.tests ?? []
  if (test === undefined) throw new Error('no test')
  return runTest(test, subject)
}

describe('compares', () => {
  const DEEP = `${'['.repeat(60)}${']'.repeat(60)}`
  const NULLS = '"CAST(t AS DOUBLE)"'

  it.each([
    [
      'DECIMALs by all their digits',
      '{ d: d }',
      '{ d: "12345678901234567.89" }',
      [
        ['{ d: "12345678901234567.89" }', true],
        ['{ d: 12345678901234567.89 }', true],
        ['{ d: "12345678901234568.00" }', false],
        ['{ d: "12345678901234567.88" }', false],
      ],
    ],
    [
      'DECIMALs as the input writes them',
      '{ d: d }',
      '{ d: 9007199254740993.51 }',
      [
        ['{ d: "9007199254740993.51" }', true],
        ['{ d: +09007199254740993.510 }', true],
        ['{ d: "9007199254740993.52" }', false],
        ['{ d: "9007199254740994.00" }', false],
      ],
    ],
    [
      'numbers in JSON by all their digits',
      '{ j: j }',
      '{ j: [0.1234567890123456789, 1.0] }',
      [
        ['{ j: [0.1234567890123456789, 1] }', true],
        ['{ j: [1234567890123456789e-19, 10e-1] }', true],
        ['{ j: [0.12345678901234568, 1] }', false],
        ['{ j: ["0.1234567890123456789", 1] }', false],
        ['{ j: [0.1234567890123456789, -1] }', false],
      ],
    ],
    [
      'JSON with a key twice by the last',
      '{ k: k, j: "CAST(t AS JSON)" }',
      `{ k: a, t: '{"a":1,"b":0,"a":2}' }`,
      [
        ['{ k: a, j: { a: 2, b: 0 } }', true],
        ['{ k: a, j: { a: 1, b: 0 } }', false],
        ['{ k: a }', false],
        ['{ j: { a: 2, b: 0 } }', false],
        ['{}', false],
      ],
    ],
    [
      'what stands beside deep JSON',
      '{ k: k, j: "CAST(t AS JSON)" }',
      `{ k: a, t: "${DEEP}" }`,
      [
        ['{ k: a }', false],
        ['{}', false],
      ],
    ],
    [
      'JSON without what only parts its signs',
      '{ j: "CAST(t AS JSON)" }',
      `{ t: '{ "x" : [ 1 ,2 ] }' }`,
      [
        ['{ j: { x: [1, 2] } }', true],
        ['{ j: { x: [1, 2, 3] } }', false],
      ],
    ],
    [
      'numbers that are not finite',
      `{ v: v, w: ${NULLS} }`,
      '{ v: .nan, t: "-Infinity" }',
      [
        ['{ v: .nan, w: -.inf }', true],
        ['{ v: NaN, w: "-Infinity" }', true],
        ['{ v: .nan, w: .inf }', false],
        ['{ v: .nan }', false],
        ['{ w: -.inf }', false],
        ['{}', false],
      ],
    ],
    [
      'numbers that are not finite in arrays',
      '{ vs: vs }',
      '{ vs: [1, .inf, null] }',
      [
        ['{ vs: [1, .inf, null] }', true],
        ['{ vs: [1, null, null] }', false],
        ['{ vs: [1, .nan, null] }', false],
      ],
    ],
    [
      'zeros as SQL does',
      '{ v: v }',
      '{ v: -0.0 }',
      [
        ['{ v: 0 }', true],
        ['{ v: -0.0 }', true],
        ['{}', false],
      ],
    ],
  ] as const)('%s', (_, select, input, cases) => {
    for (const [expected, isEqual] of cases) {
      const result = shown(select, { input, expected })
      expect([expected, hasPassed(result)]).toEqual([expected, isEqual])
    }
  })

  it('and shows what came out, as it came', () => {
    const result = shown('{ d: d, j: "CAST(t AS JSON)", v: v, k: k }', {
      input: `{ d: 12345678901234567.89, t: '{"a":1, "a":2.0}', v: .nan }`,
      expected: '{ d: 12345678901234567.88 }',
    })
    expect(outcomeText(result)).toBe(`FAILED  exact
  out: - expected, + received
    - {"d":12345678901234567.88}
    + {"d":12345678901234567.89,"j":{"a":1, "a":2.0},"v":"NaN"}`)
  })
})
