/**
 * The job of the drills: two stages, of which every record that was lost, repeated or taken in
 * another order changes what comes out. The first makes pairs by key, the second adds them up by
 * bucket and second.
 */

import type { NewTopic } from '../../../src/base/stream-log.ts'

export const JOB = 'drill'
export const INPUT_PARTITIONS = 4
export const OUTPUT_PARTITIONS = 2

/** What bears the job's name: a log that others use too has a job of a name of its own. */
export interface JobNames {
  readonly job: string
  readonly inputs: string
  readonly outputs: { readonly pairs: string; readonly totals: string }
  /** Topics that the job makes by itself. */
  readonly dead: string
  readonly journal: string
}

export const namesOf = (job: string): JobNames => ({
  job,
  inputs: `${job}.readings`,
  outputs: { pairs: `${job}.pairs`, totals: `${job}.totals` },
  dead: `${job}.dead-letters`,
  journal: `weir.${job}.journal`,
})

export const topics = ({ inputs, outputs }: JobNames, replication: number): readonly NewTopic[] => {
  const made = { replication, settings: {} }
  return [
    { ...made, topic: inputs, partitions: INPUT_PARTITIONS },
    ...Object.values(outputs).map(topic => ({ ...made, topic, partitions: OUTPUT_PARTITIONS })),
  ]
}

/** Where its topics are, as a job file says it. */
export type Home =
  | { readonly log: { readonly address: string } }
  | { readonly kafka: { readonly brokers: readonly string[] } }

/** JSON is YAML, too. */
export function jobText(names: JobNames, home: Home, groups: number): string {
  const at = (topic: string) =>
    'log' in home ? { log: { ...home.log, topic } } : { kafka: { ...home.kafka, topic } }
  const pairs = { first: 'min(n)', last: 'max(n)', total: 'sum(v)', bucket: 'min(bucket)' }
  const job = {
    name: names.job,
    sources: {
      readings: {
        ...at(names.inputs),
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
      pairs: { ...at(names.outputs.pairs), key: 'key' },
      totals: { ...at(names.outputs.totals), key: 'bucket' },
    },
    options: { partitions: groups, errors: 'dead-letter' },
  }
  return `${JSON.stringify(job, undefined, 2)}\n`
}
