/** A job tried out: what comes out when, by event time and by the machine's clock. */

import { describe, expect, it } from 'vitest'
import { jsonText } from '../job/document/json-text.ts'
import type { JsonMap } from '../job/document/node.ts'
import { receivedOf } from './codec.ts'
import { TestDriver } from './driver.ts'
import { at, trialOf } from './testing/jobs.ts'
import type { Trial } from './trial.ts'

const send = (trial: Trial, source: string, record: JsonMap) => trial.send(source, jsonText(record))
const records = (trial: Trial, sink = 'out') =>
  trial
    .received(sink)
    .flatMap(receivedOf)
    .map(({ record }) => record)
const plain = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one)))

describe('records', () => {
  it('go through at once where nothing is kept', () => {
    const trial = trialOf('  - filter: n > 1\n  - project: { keep: [user, n] }\n  - to: out')
    send(trial, 'events', { user: 'ann', n: 1, ts: at('00:00:00') })
    expect(records(trial)).toEqual([])
    send(trial, 'events', { user: 'bob', n: 2, ts: at('00:00:01') })
    expect(plain(records(trial))).toEqual([{ user: 'bob', n: 2 }])
    expect(records(trial)).toEqual([])
  })

  it('keep their values, exactly', () => {
    const trial = trialOf('  - to: out')
    const record = {
      user: 'Zoë "x"',
      n: 9007199254740993n,
      price: '12.50',
      tags: ['a', ''],
      ts: at('00:00:00.123'),
    }
    send(trial, 'events', record)
    const [received] = records(trial)
    expect(received?.['n']).toBe(9007199254740993n)
    expect(received?.['user']).toBe('Zoë "x"')
    expect(received?.['tags']).toEqual(['a', ''])
    expect(Number(received?.['price'])).toBe(12.5)
    expect(Date.parse(String(received?.['ts']))).toBe(Date.parse(record.ts))
  })

  it('go to the sinks that steps name', () => {
    const trial = trialOf(`
  - { name: kinds, split: { into: { big: n > 10 } } }
  - project: { keep: [n] }
  - to: out
  - { from: kinds.big, project: { keep: [n] } }
  - to: more
`)
    for (const n of [1, 11, 2]) send(trial, 'events', { n, ts: at('00:00:00') })
    expect(plain(records(trial))).toEqual([{ n: 1 }, { n: 2 }])
    expect(plain(records(trial, 'more'))).toEqual([{ n: 11 }])
  })
})

const COUNT = `
  - name: counts
    aggregate: { key: user, window: { tumbling: 10s }, select: { n: count(*) } }
  - project: { keep: [user, n] }
  - to: out
`

it('records are read where the job says that values stand', () => {
  const driver = new TestDriver({
    file: 'job.yaml',
    text: `name: a
sources:
  e:
    http: { path: /x }
    schema:
      at: { type: timestamptz, path: '"@timestamp".at', unit: s }
      user: { type: text, path: user-id }
      constructor: text
      all: { type: json, path: $ }
    time: at
steps: [{ to: out }]
sinks: { out: { memory: {} } }
`,
  })
  const record = { '@timestamp': { at: 60 }, 'user-id': 'a' }
  driver.send('e', record)
  expect(driver.received('out')).toEqual([
    { at: '1970-01-01T00:01:00.000Z', user: 'a', constructor: null, all: record },
  ])
})

describe('event time', () => {
  it('closes windows when the watermark has passed, the lag behind the latest', () => {
    const trial = trialOf(COUNT)
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    send(trial, 'events', { user: 'a', ts: at('00:00:10.900') })
    expect(records(trial)).toEqual([])
    send(trial, 'events', { user: 'a', ts: at('00:00:11') })
    expect(plain(records(trial))).toEqual([{ user: 'a', n: 1 }])
    expect(trial.lateCount).toBe(0)
  })

  it('does not go on with the clock of the machine', () => {
    const trial = trialOf(COUNT)
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    trial.advance(3_600_000)
    expect(records(trial)).toEqual([])
  })

  it('counts what comes too late', () => {
    const trial = trialOf(COUNT)
    for (const clock of ['00:00:01', '00:00:30', '00:00:02']) {
      send(trial, 'events', { user: 'a', ts: at(clock) })
    }
    expect(plain(records(trial))).toEqual([{ user: 'a', n: 1 }])
    expect(trial.lateCount).toBe(1)
  })

  it('ends with its source', () => {
    const trial = trialOf(COUNT)
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    trial.end('events')
    expect(plain(records(trial))).toEqual([{ user: 'a', n: 1 }])
    trial.end()
    expect(records(trial)).toEqual([])
  })

  it('waits for all sources of a union', () => {
    const text = `
  - { name: both, union: { from: [events, others] } }
  - { name: counts, aggregate: { window: { tumbling: 10s }, select: { n: count(*) } } }
  - project: { keep: [n] }
  - to: out
`
    const trial = trialOf(text, { sources: OTHERS })
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    send(trial, 'events', { user: 'a', ts: at('00:01:00') })
    expect(records(trial)).toEqual([])
    send(trial, 'others', { user: 'b', ts: at('00:00:02') })
    expect(records(trial)).toEqual([])
    trial.end('others')
    expect(plain(records(trial))).toEqual([{ n: 2 }])
  })
})

const OTHERS = `  others:
    log: { topic: others }
    schema: { user: text, n: bigint, price: "decimal(10, 2)", tags: array<text>, ts: timestamptz }
    time: { field: ts }
`

describe('the clock of the machine', () => {
  it('closes windows of processing time', () => {
    const trial = trialOf(`
  - name: counts
    aggregate:
      window: { tumbling: 10s, time: processing }
      select: { n: count(*) }
  - to: out
`)
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    trial.advance(4_000)
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    expect(records(trial)).toEqual([])
    trial.advance(6_000)
    expect(trial.now).toBe(10_000)
    const [one] = records(trial) as readonly JsonMap[]
    expect(one?.['n']).toBe(2)
    expect(Date.parse(String(one?.['window_end']))).toBe(10_000)
  })

  it('stops wherever early results are due', () => {
    const trial = trialOf(`
  - name: counts
    aggregate:
      window: { tumbling: 1h }
      select: { n: count(*) }
      emit: { early: 10s }
  - project: { keep: [window_start, n] }
  - to: out
`)
    const start = new Date(at('00:00:00')).toISOString()
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    trial.advance(10_000)
    expect(plain(records(trial))).toEqual([{ window_start: start, n: 1 }])
    send(trial, 'events', { user: 'a', ts: at('00:00:02') })
    trial.advance(30_000)
    expect(plain(records(trial))).toEqual([{ window_start: start, n: 2 }])
    trial.end()
    expect(plain(records(trial))).toEqual([{ window_start: start, n: 2 }])
  })

  it('stops wherever something is due, so that results come in their order', () => {
    const trial = trialOf(`
  - name: pauses
    aggregate:
      key: user
      window: { session: 5s, time: processing }
      select: { n: count(*) }
  - name: late-ones
    aggregate:
      window: { tumbling: 10s, time: processing }
      select: { sessions: count(*) }
  - project: { keep: [sessions] }
  - to: out
`)
    send(trial, 'events', { user: 'a', ts: at('00:00:01') })
    trial.advance(1_000)
    send(trial, 'events', { user: 'b', ts: at('00:00:01') })
    trial.advance(60_000)
    expect(plain(records(trial))).toEqual([{ sessions: 2 }])
  })

  it('is the time of records that have none of their own', () => {
    const trial = trialOf(
      `
  - name: counts
    aggregate: { window: { tumbling: 10s }, select: { n: count(*) } }
  - project: { keep: [n] }
  - to: out
`,
      { time: '{ lag: 0s }' },
    )
    send(trial, 'events', { user: 'a' })
    trial.advance(15_000)
    send(trial, 'events', { user: 'a' })
    expect(plain(records(trial))).toEqual([{ n: 1 }])
  })
})

describe('records that cannot be worked on', () => {
  it('are dead letters: undecodable, without a time, not to be computed', () => {
    const trial = trialOf('  - map: { select: { q: 10 / n } }\n  - to: out')
    send(trial, 'events', { n: 'many', ts: at('00:00:00') })
    send(trial, 'events', { n: 1 })
    send(trial, 'events', { n: 0, ts: at('00:00:00') })
    send(trial, 'events', { n: 5, ts: at('00:00:00') })
    expect(plain(records(trial))).toHaveLength(1)
    expect(trial.deadLetters.map(({ at: where }) => where)).toEqual(['events', 'events', 'map-1'])
    for (const { code, reason } of trial.deadLetters) {
      expect(code).toMatch(/^[a-z-]+$/)
      expect(reason.length).toBeGreaterThan(5)
    }
  })

  it('are left out where the job says so', () => {
    const trial = trialOf('  - to: out', { rest: 'options: { errors: skip }' })
    send(trial, 'events', { n: 'many', ts: at('00:00:00') })
    send(trial, 'events', { n: 1 })
    expect(trial.deadLetters).toEqual([])
    expect(records(trial)).toEqual([])
  })

  it('stop the job where it says so', () => {
    const trial = trialOf('  - to: out', { rest: 'options: { errors: fail }' })
    expect(() => send(trial, 'events', { n: 'many', ts: at('00:00:00') })).toThrow('events:')
    expect(() => send(trial, 'events', { n: 1 })).toThrow('events:')
  })
})

describe('names', () => {
  const trial = trialOf('  - to: out')
  it.each([
    [
      'a source to send to',
      () => send(trial, 'event', {}),
      'there is no source event; there are events',
    ],
    ['a source to end', () => trial.end('event'), 'there is no source event; there are events'],
    ['a sink', () => trial.received('ouy'), 'there is no sink ouy; there are out'],
  ])('that are not known: %s', (_, act, message) => {
    expect(act).toThrow(message)
  })
})
