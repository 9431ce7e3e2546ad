/**
 * Records that mean harm, at every kind of step: keys too long for any row, times beyond all
 * calendars, texts and lists of which much is made. Whatever is wrong with one is said in a letter,
 * and the records behind it are worked on as if it had never come.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../base/testing/runs.ts'
import { type JsonMap, TestDriver } from './driver.ts'

const CASES = 2000

const windows = [
  ...['tumbling: 1m', 'hopping: 1m, every: 20s', 'cumulate: 1m, every: 20s', 'session: 1m'],
  ...['sliding: 1m', 'count: 2', 'global: true', 'tumbling: 1m, time: processing'],
]

const select = '{ c: count(*), top: "max(s)", first: "first(substring(s, 1, 40))", sum: sum(n) }'
const lists = '{ some: "collect(s, 3)", best: "top_n_by(s, n, 2)", few: "top_n(s, 2)" }'
const aggregate = (window: string, what: string, more = '') =>
  `{ name: a, aggregate: { key: s, window: { ${window} }, select: ${what} ${more}} }`

const steps: readonly string[] = [
  '{ filter: "length(s) >= 1 OR n > 1" }',
  '{ filter: "length(lpad(s, 500000)) > 3" }',
  '{ map: { set: { y: "lpad(s, n)", z: "repeat(s, 40)" } } }',
  '{ map: { select: { y: "s || s || s", t: "ts + INTERVAL \'1\' DAY", h: "hex(to_json(xs))" } } }',
  '{ map: { select: { b: "ts AT TIME ZONE \'Europe/Berlin\'", d: "CAST(ts AS DATE)" } } }',
  '{ unnest: { each: "sequence(1, n)", as: e } }',
  '{ unnest: { each: xs, as: e, position: at } }',
  '{ keyBy: { key: s } }',
  '{ name: a, dedup: { key: s, within: 1m } }',
  '{ name: a, dedup: { key: xs } }',
  '{ name: a, rolling: { key: s, count: 3, select: { c: count(*), m: "max(s)" } } }',
  '{ name: a, rolling: { key: n, time: 1m, select: { c: "collect(s, 2)" } } }',
  '{ name: a, topN: { key: s, n: 3, by: n } }',
  ...windows.map(window => aggregate(window, select)),
  ...windows.filter(one => !one.startsWith('sliding')).map(one => aggregate(one, lists)),
  aggregate('tumbling: 1m', '{ c: "count(DISTINCT s)", d: "count(DISTINCT xs)" }'),
  aggregate('global: true', '{ c: "first(s)" }', ', mode: updating '),
]

const jobOf = (step: string) => `name: t
sources:
  in:
    log: { topic: t }
    schema: { s: text, n: bigint, xs: array<text>, ts: timestamptz }
    time: ts
steps:
  - ${step}
  - to: out
sinks: { out: { log: { topic: o } } }`

const START = Date.UTC(2026, 0, 1)

const anyText = fc
  .tuple(
    fc.constantFrom('x', '\0', 'é', '😀', 'a b ', '__proto__'),
    fc.constantFrom(0, 1, 30, 445, 900, 1023, 1100, 70_000),
  )
  .map(([sign, times]) => sign.repeat(times))
const anyNumber = fc.constantFrom(
  0,
  1,
  -1,
  5,
  1000,
  100_000,
  1_048_576,
  2 ** 53,
  '-9223372036854775808',
)
const anyTime = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: START, max: START + 200_000 }) },
  fc.constantFrom<number | string>(
    ...[8.64e15, -8.64e15, 253_402_300_799_999, 253_402_300_800_000, -62_135_596_800_000],
    ...['9999-12-31T23:59:59Z', '+012026-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '1e400'],
  ),
)
const anyRecord = fc.record({
  s: anyText,
  n: anyNumber,
  xs: fc.array(fc.constantFrom(null, '', 'a', 'x'.repeat(1000)), { maxLength: 60 }),
  ts: anyTime,
})

const CODES = /^[a-z]+(-[a-z0-9]+)*$/

test('nothing that a record says ends a job, at no kind of step', fuzzLimit(CASES), () => {
  const input = fc.array(anyRecord, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.constantFrom(...steps), input, (step, records) => {
      const driver = new TestDriver({ file: 'job.yaml', text: jobOf(step) })
      for (const record of records) driver.send('in', record)
      driver.advance(60_000)
      driver.end()
      for (const { code, reason } of driver.deadLetters) {
        expect(code).toMatch(CODES)
        expect(reason.length).toBeGreaterThan(10)
      }
    }),
    { numRuns: fuzzRuns(CASES) },
  )
})

const plain = { s: 'a', n: 1, xs: ['a'] }

test.each(steps)('what comes behind a harmful record is worked on: %s', step => {
  const said = (...harm: readonly JsonMap[]) => {
    const driver = new TestDriver({ file: 'job.yaml', text: jobOf(step) })
    for (const record of harm) driver.send('in', record)
    for (const at of [1, 2, 3]) driver.send('in', { ...plain, ts: START + at })
    driver.advance(60_000)
    driver.end()
    return driver.changes('out').length
  }
  const harm = { s: '\0'.repeat(60_000), n: '-9223372036854775808', xs: ['x'.repeat(2000)] }
  const far = [8.64e15, -8.64e15, '+999999-01-01T00:00:00Z'].map(ts => ({ ...plain, ts }))
  const before = said()
  expect(before).toBeGreaterThan(0)
  expect(said(...far)).toBe(before)
  expect(said({ ...harm, ts: START })).toBeGreaterThanOrEqual(before)
})
