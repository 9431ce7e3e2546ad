/** What follows from a job text, and what is refused in it at its place. */

import { expect, test } from 'vitest'
import { connectionsOf } from './blueprint.ts'
import { codesOf, counting, mustRead, read } from './testing/jobs.ts'

/** With other sources or sinks. */
const job = (source: string, sink: string, rest = ''): string => `
name: j
sources:
  s: ${source}
steps:
  - { filter: "n > 0" }
  - { to: k }
sinks:
  k: ${sink}
${rest}`

const SOURCE = '{ log: { topic: in }, schema: { n: bigint } }'
const SINK = '{ log: { topic: out } }'

test('a job has its plan, its ends and its dead letters', () => {
  const { job, sources, sinks, home, replication } = mustRead(counting)
  expect(job).toBe('counting')
  expect(sources.get('events')).toMatchObject({ topic: 'events', start: 'earliest' })
  expect([...sinks].map(([id, { topic, key }]) => [id, topic, key])).toEqual([
    ['counts', 'counts', ['user', 'window_start']],
    ['dead-letters', 'counting.dead-letters', []],
  ])
  expect(home).toEqual({ kind: 'log' })
  expect(replication).toBe(3)
})

test('letters that nobody keeps have no topic', () => {
  const { sinks } = mustRead(job(SOURCE, SINK, 'options: { errors: skip }'))
  expect([...sinks.keys()]).toEqual(['k'])
})

test('home is where the results go', () => {
  const kafka = '{ kafka: { topic: out, brokers: "a:1, b:2" } }'
  const blueprint = mustRead(job(SOURCE, kafka))
  expect(blueprint.home).toEqual({ kind: 'kafka', brokers: ['a:1', 'b:2'], options: {} })
  expect(connectionsOf(blueprint)).toEqual([blueprint.home, { kind: 'log' }])
})

test('brokers in another order are the same log', () => {
  const kafka = (topic: string, brokers: string) =>
    `{ kafka: { topic: ${topic}, brokers: ${brokers} } }`
  const source = kafka('in', '[b:2, a:1]').replace(/}$/, ', schema: { n: bigint } }')
  expect(connectionsOf(mustRead(job(source, kafka('out', '[a:1, b:2]'))))).toHaveLength(1)
})

test.each([
  ['a file', job('{ file: { path: x }, schema: { n: bigint } }', SINK), 'not-runnable'],
  ['a generator', job('{ generator: {}, schema: { n: bigint } }', SINK), 'not-runnable'],
  ['a sink in S3', job(SOURCE, '{ s3: { bucket: b } }'), 'not-runnable'],
  ['a view', job(SOURCE, SINK, 'views: { v: { from: k, key: n } }'), 'not-runnable'],
  ['a sink in YAML', job(SOURCE, '{ log: { topic: out }, format: yaml }'), 'bad-format'],
  ['a topic of ours', job(SOURCE, '{ log: { topic: weir.j.journal } }'), 'not-runnable'],
  ['no brokers', job(SOURCE, '{ kafka: { topic: out } }'), 'bad-connection'],
  ['no address', job(SOURCE, '{ log: { topic: out, address: nowhere } }'), 'bad-connection'],
  [
    'an option that nobody knows',
    job(SOURCE, '{ kafka: { topic: out, brokers: "a:1", options: { acks: 0 } } }'),
    'bad-connection',
  ],
  ['a number as text', job(SOURCE, '{ log: { topic: out }, format: text }'), 'one-column'],
])('%s is refused at its place', (_, text, code) => {
  const [finding] = read(text).findings ?? []
  expect(finding).toMatchObject({ code, level: 'error' })
  expect(finding?.line).toBeGreaterThan(1)
  expect(finding?.message).toMatch(/\S/)
})

test('results that are said again want a key where the format cannot say so', () => {
  const text = (format: string, key: string) => `
name: j
sources:
  s: { log: { topic: in }, schema: { n: bigint } }
steps:
  - aggregate: { key: n, mode: updating, select: { many: count(*) } }
  - { to: k }
sinks:
  k: { log: { topic: out }, format: ${format}${key} }
`
  expect(codesOf(text('csv', ''))).toEqual(['key-missing'])
  expect(codesOf(text('csv', ', key: n'))).toEqual([])
  expect(codesOf(text('json', ''))).toEqual([])
})

test('a file that is no job says what lint says', () => {
  expect(codesOf('name: j')).toContain('missing-key')
})
