/**
 * The job of the drills: two stages, of which every record that was lost, repeated or taken in
 * another order changes what comes out. The first makes pairs by key, the second adds them up by
 * bucket and second.
 */

import type { NewTopic } from '../../../src/base/stream-log.ts'

export const JOB = 'drill'
export const INPUTS = 'drill.readings'
export const OUTPUTS = { pairs: 'drill.pairs', totals: 'drill.totals' } as const
export const DEAD = `${JOB}.dead-letters`
export const INPUT_PARTITIONS = 4
export const OUTPUT_PARTITIONS = 2

export const topics = (replication: number): readonly NewTopic[] => {
  const made = { replication, settings: {} }
  return [
    { ...made, topic: INPUTS, partitions: INPUT_PARTITIONS },
    ...Object.values(OUTPUTS).map(topic => ({ ...made, topic, partitions: OUTPUT_PARTITIONS })),
  ]
}

/** Where its topics are, as a job file says it. */
export type Home =
  | { readonly log: { readonly address: string } }
  | { readonly kafka: { readonly brokers: string } }

/** JSON is YAML, too. */
export function jobText(home: Home, groups: number): string {
  const at = (topic: string) =>
    'log' in home ? { log: { ...home.log, topic } } : { kafka: { ...home.kafka, topic } }
  const pairs = { first: 'min(n)', last: 'max(n)', total: 'sum(v)', bucket: 'min(bucket)' }
  const job = {
    name: JOB,
    sources: {
      readings: {
        ...at(INPUTS),
        schema: { key: 'text', n: 'bigint', v: 'bigint', bucket: 'bigint', at: 'timestamptz' },
        time: { field: 'at', lag: '0s' },
      },
    },
    steps: [
      { name: 'pairs', aggregate: { key: 'key', window: { count: 2 }, select: pairs } },
      { to: 'pairs' },
      {
        name: 'totals',
        from: 'pairs',
        aggregate: {
          key: 'bucket',
          window: { tumbling: '1s' },
          select: { pairs: 'count(*)', total: 'sum(total)' },
        },
      },
      { to: 'totals' },
    ],
    sinks: {
      pairs: { ...at(OUTPUTS.pairs), key: 'key' },
      totals: { ...at(OUTPUTS.totals), key: 'bucket' },
    },
    options: { partitions: groups, errors: 'dead-letter' },
  }
  return `${JSON.stringify(job, undefined, 2)}\n`
}
