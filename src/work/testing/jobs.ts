/** Test support: job files in short. */

import { invariant } from '../../base/errors.ts'
import { type Blueprint, type BlueprintReading, blueprintOf } from '../blueprint.ts'

export function read(text: string): BlueprintReading {
  const bytes = new TextEncoder().encode(text)
  return blueprintOf({ file: 'job.yaml', language: 'yaml', bytes, environment: {} })
}

export function mustRead(text: string): Blueprint {
  const { blueprint, findings } = read(text)
  invariant(blueprint !== undefined, 'a job of a test is sound', JSON.stringify(findings))
  return blueprint
}

export const codesOf = (text: string): readonly string[] =>
  (read(text).findings ?? []).map(({ code }) => code)

/** Counts by key and tumbling window, from one topic of an embedded log into another. */
export const counting = `
name: counting
sources:
  events:
    log: { topic: events }
    schema: { user: text, ms: bigint, ts: timestamptz }
    time: { field: ts, lag: 1s }
steps:
  - name: per-second
    aggregate:
      key: user
      window: { tumbling: 1s }
      select: { n: count(*), sum: sum(ms) }
  - to: counts
sinks:
  counts: { log: { topic: counts }, key: [user, window_start] }
`

/** The same, then over all users, in a stage of its own: a second exchange. */
export const twice = counting
  .replace('name: counting', 'name: twice')
  .replace(
    '  - to: counts\n',
    `  - to: counts
  - name: per-five
    from: per-second
    aggregate:
      key: { size: n }
      window: { tumbling: 5s }
      select: { many: count(*) }
  - to: minutes
`,
  )
  .concat('  minutes: { log: { topic: minutes }, key: [size, window_start] }\n')

/** Without any state: from a topic to a topic. */
export const passing = `
name: passing
sources:
  events:
    log: { topic: events }
    schema: { user: text, ms: bigint, ts: timestamptz }
    time: { field: ts, lag: 1s }
steps:
  - filter: ms >= 50
  - to: slow
sinks:
  slow: { log: { topic: slow } }
`
