/** Job files for tests: one that has everything, and small ones around a list of steps. */

import { parse } from 'yaml'
import type { Language } from '../document/document.ts'
import type { JsonMap } from '../document/node.ts'
import { type JobReading, readJob } from '../job.ts'
import { bytesOf } from './writing.ts'

/** Every kind of step, window, source, sink; no warnings. */
export const FULL_JOB = `
name: everything
description: One of each
sources:
  events:
    kafka: { topic: web.events, brokers: "\${KAFKA:localhost:9092}", start: earliest }
    format: json
    schema:
      { user: text, page: text, ms: double, tags: array<text>, ts: timestamp, status: integer }
    time: { field: ts, lag: 2s, idle: 10s }
  clicks:
    log: { topic: clicks }
    format: { csv: { delimiter: ";", header: true, sizeMax: 1MiB } }
    schema:
      { user: text, page: text, ms: double, tags: array<text>, ts: timestamp, status: integer }
    time: ts
  lines:
    file: { path: /var/log/x.log, follow: true }
    format: text
  made:
    generator: { rate: 100.5, count: 1000, seed: 7, keys: 10 }
    schema:
      n: bigint
      at: { type: timestamp, path: '"@at".seconds', unit: s }
      ids: { type: 'bigint[]', path: user-ids }
  posted:
    http: { path: /in, topic: posted }
    format: avro
    registry: http://registry:8081
steps:
  - name: all
    union: { from: [events, clicks] }
  - filter: { where: "status >= 500" }
  - filter: ms > 10
  - name: kinds
    split: { into: { slow: "ms > 1000", bad: "status = 503" } }
  - map: { set: { ms: "ms / 2" } }
  - map: { select: { user: user, page: lower(page), ms: ms, tags: tags, ts: ts } }
  - project: { drop: [page], rename: { ms: took } }
  - name: words
    unnest: { each: tags, as: tag, position: at, keepEmpty: true }
  - flatMap: { each: tags, as: again, select: { tag: again, user: user, took: took } }
  - keyBy: { key: [user] }
  - name: once
    dedup: { key: { who: lower(user) }, within: 1h }
  - to: unique
  - name: counted
    from: words
    partitions: 8
    aggregate:
      key: tag
      window: { tumbling: 1m, offset: 10s }
      select: { n: count(), avg_took: avg(took) }
      having: n > 1
      lateness: 10s
      late: side
      emit: { early: 5s }
  - to: { sink: counts }
  - name: hops
    from: words
    aggregate: { window: { hopping: 1m, every: 5s }, select: { n: count() } }
  - to: counts
  - name: slides
    from: words
    aggregate: { key: tag, window: { sliding: 1m }, select: { n: count() } }
  - to: counts
  - name: slide-hops
    from: words
    aggregate: { window: { sliding: 1m, every: 1s }, select: { n: count() } }
  - to: counts
  - name: sessions
    from: words
    aggregate: { window: { session: 30s, time: processing }, select: { n: count() } }
  - to: counts
  - name: cumulated
    from: words
    aggregate: { window: { cumulate: 1h, every: 5m }, select: { n: count() } }
  - to: counts
  - name: hundreds
    from: words
    aggregate: { window: { count: 100 }, select: { n: count() } }
  - to: counts
  - name: ever
    from: words
    aggregate: { window: { global: true }, mode: updating, select: { n: count() } }
  - to: counts
  - name: top
    from: words
    topN: { n: 3, by: took, order: desc, key: tag, window: { tumbling: 1m }, as: best }
  - to: counts
  - name: moving
    from: words
    rolling: { key: user, time: 10m, select: { avg_took: avg(took) } }
  - to: averages
  - name: moving-rows
    from: words
    rolling: { count: 10, select: { avg_took: avg(took) } }
  - to: { from: kinds.slow, sink: slow }
  - { from: kinds.bad, to: slow }
  - { from: counted.late, to: slow }
  - { from: lines, to: slow }
  - { from: made, to: slow }
  - { from: posted, to: slow }
sinks:
  unique: { kafka: { topic: unique }, format: json, key: who }
  counts: { log: { topic: counts }, key: [tag] }
  averages: { file: { path: out.ndjson }, format: ndjson }
  slow: { memory: { rows: 100 } }
views:
  by_tag: { from: counts, key: tag, journaled: true }
  rows: { from: moving-rows, key: [user] }
cubes:
  web:
    from: events
    time: ts
    grain: 1m
    dimensions: [page, user]
    measures: { views: count, load: { histogram: ms }, slowest: { max: ms } }
    retention: 30d
options:
  { partitions: 12, replication: 3, checkpoint: 10s, errors: skip, guarantee: exactly_once }
tests:
  - name: nothing
    input:
      - { from: events, records: [{ user: a, ts: 2026-01-01T00:00:00Z }] }
      - advance: 10s
      - end: true
    expect: { unique: [], slow: [{ user: a }] }
    order: any
`

/** A job around some steps, in YAML: a source \`events\`, sinks \`out\` and \`more\`. */
export function jobAround(steps: string): string {
  return `name: small
sources:
  events:
    log: { topic: events }
    schema: { user: text, page: text, ms: double, ts: timestamp }
    time: { field: ts, lag: 1s }
steps:
${steps.replace(/^\n/, '').trimEnd()}
sinks:
  out: { memory: {} }
`
}

export function read(text: string, language: Language = 'yaml'): JobReading {
  const file = `job.${language}`
  return readJob({ file, language, bytes: bytesOf(text), environment: {} })
}

/** `line:column code`, for each finding. */
export function found(text: string): readonly string[] {
  return read(text).findings.map(({ line, column, code }) => `${line}:${column} ${code}`)
}

export const valueOfYaml = (text: string): JsonMap => parse(text) as JsonMap
