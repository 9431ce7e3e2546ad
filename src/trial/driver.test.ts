/** The driver as its users have it: `weir-stream/testing`. */

import { describe, expect, it } from 'vitest'
import { type JsonMap, TestDriver } from './driver.ts'
import { at, jobText } from './testing/jobs.ts'

const text = jobText(`
  - name: counts
    aggregate:
      key: user
      window: { tumbling: 10s }
      select: { n: count(*) }
  - project: { keep: [user, n] }
  - to: out
`)
const make = () => new TestDriver({ file: 'job.yaml', text })

describe('a driver', () => {
  it('takes records and gives what comes of them', () => {
    const driver = make()
      .send('events', { user: 'ann', ts: at('00:00:01') }, { user: 'ann', ts: at('00:00:02') })
      .send('events', { user: 'bob', ts: at('00:00:03') })
    expect(driver.received('out')).toEqual([])
    driver.end()
    const received = driver
      .received('out')
      .toSorted((a, b) => (String(a['user']) < String(b['user']) ? -1 : 1))
    expect(received).toMatchObject([
      { user: 'ann', n: 2 },
      { user: 'bob', n: 1 },
    ])
    expect(driver.received('out')).toEqual([])
  })

  it('has a clock that moves when it is told to', () => {
    const driver = new TestDriver({ file: 'job.yaml', text, nowMs: 1_000 })
    expect(driver.now).toBe(1_000)
    expect(driver.advance('1m30s').advance(500).now).toBe(91_500)
    expect(() => driver.advance('soon')).toThrow('soon is no time to come, such as 5s')
    expect(() => driver.advance(-1)).toThrow('-1 is no time to come')
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, 0.5, 1e15]) {
      expect(() => driver.advance(odd)).toThrow('bad-duration')
    }
    expect(driver.advance('0s').now).toBe(91_500)
    for (const nowMs of [Number.NaN, 0.5, 1e15]) {
      expect(() => new TestDriver({ file: 'job.yaml', text, nowMs })).toThrow('bad-clock')
    }
  })

  it('says what each record does to those before it', () => {
    const updating = text.replace('window: { tumbling: 10s }', 'mode: updating')
    const driver = new TestDriver({ file: 'job.yaml', text: updating })
    driver.send('events', { user: 'ann', ts: at('00:00:01') })
    driver.send('events', { user: 'ann', ts: at('00:00:02') })
    const changes = driver.changes('out')
    expect(changes.map(({ record }) => record['n'])).toEqual([1, 2])
    expect(changes.at(-1)?.kind).toBe('update')
  })

  it('ranks whatever has an order, from the smallest on too', () => {
    const steps = '{ n: 2, by: BY, order: asc, select: user }'
    const smallest = (by: string) => {
      const ranked = jobText(`  - { name: top, topN: ${steps.replace('BY', by)} }\n  - to: out\n`)
      const driver = new TestDriver({ file: 'job.yaml', text: ranked })
      driver.send('events', { user: 'b', n: 5n, ts: at('00:00:01') })
      driver.send('events', { user: 'a', n: -9_223_372_036_854_775_808n, ts: at('00:00:02') })
      driver.send('events', { user: 'c', n: 7n, ts: at('00:00:03') }).end()
      expect(driver.deadLetters).toEqual([])
      return driver.changes('out').at(-1)?.record['top']
    }
    expect(smallest('n')).toEqual(['a', 'b'])
    expect(smallest('user')).toEqual(['a', 'b'])
    expect(smallest('ts')).toEqual(['b', 'a'])
    expect(smallest('n = 5')).toEqual(['a', 'c'])
  })

  it('counts what came too late, and keeps what could not be read', () => {
    const driver = make()
    driver.send('events', { user: 'a', ts: at('00:01:00') }, { user: 'a', ts: at('00:00:01') })
    driver.send('events', { user: 'a', ts: 'yesterday' })
    expect(driver.lateCount).toBe(1)
    expect(driver.deadLetters).toMatchObject([{ at: 'events' }])
  })

  it('fills in variables from what it is given, not from the process', () => {
    const source = text.replace('topic: events', 'topic: "${HOME}"')
    expect(() => new TestDriver({ file: 'j.yaml', text: source })).toThrow('HOME is not set')
    const environment = { HOME: 'x' }
    expect(new TestDriver({ file: 'j.yaml', text: source, environment }).now).toBe(0)
  })
})

describe('values', () => {
  const schema = '{ k: text, d: "decimal(38,2)", v: double, vs: array<double>, j: json, t: text }'
  const driver = (select: string) =>
    new TestDriver({
      file: 'job.yaml',
      text: `name: exact
sources: { in: { log: { topic: t }, schema: ${schema} } }
steps: [{ map: { select: ${select} } }, { to: out }]
sinks: { out: { memory: {} } }
`,
    })
  const all = '{ k: k, d: d, v: v, vs: vs, j: j, t: t }'

  it('lose no digit: where a double would, they are texts', () => {
    const record = { d: '12345678901234567.89', v: 0.1, j: { a: [2n ** 70n, 1.5, 'x', null] } }
    const [received] = driver(all).send('in', record).received('out')
    expect(received).toMatchObject(record)
    const [other] = driver(all).send('in', { d: '-12.50' }).received('out')
    expect(other).toMatchObject({ d: -12.5, k: null, j: null })
    const [fraction] = driver('{ j: "CAST(t AS JSON)" }')
      .send('in', { t: '[0.1234567890123456789, 1e999, 1e3]' })
      .received('out')
    expect(fraction).toEqual({ j: ['0.1234567890123456789', '1e999', 1000] })
  })

  it('that are undefined are not there', () => {
    const record = { k: undefined, v: 1 } as unknown as JsonMap
    const [received] = driver(all).send('in', record).received('out')
    expect(received).toMatchObject({ k: null, v: 1 })
  })

  it('that are not finite come in and out as they are', () => {
    const record = { v: Number.NaN, vs: [-Infinity, null, -0] }
    expect(driver(all).send('in', record).received('out')).toMatchObject([record])
  })

  it('of JSON are given whatever they hold', () => {
    const given = (t: string) => driver('{ k: k, j: "CAST(t AS JSON)" }').send('in', { k: 'a', t })
    expect(given('{"a":1,"__proto__":3,"a":2}').received('out')).toEqual([
      { k: 'a', j: JSON.parse('{"a":2,"__proto__":3}') },
    ])
    const deep = `${'['.repeat(190)}${']'.repeat(190)}`
    const [received] = given(deep).received('out')
    expect(JSON.stringify(received?.['j'])).toBe(deep)
  })
})

describe('a driver is not made', () => {
  it('of a file without a language', () => {
    expect(() => new TestDriver({ file: 'job', text })).toThrow(
      'job does not end in .yaml, .json or .toml',
    )
    expect(new TestDriver({ file: 'job', text, language: 'yaml' }).now).toBe(0)
  })

  it('of a job with mistakes, which it names with their places', () => {
    const wrong = text.replace('count(*)', 'count(*) + x').replace('keep: [user, n]', 'keep: [m]')
    expect(() => new TestDriver({ file: 'job.yaml', text: wrong })).toThrow(
      /^bad-job: job.yaml:12:31: error/,
    )
    expect(() => new TestDriver({ file: 'job.yaml', text: 'name: [' })).toThrow('job.yaml:1:')
  })
})
