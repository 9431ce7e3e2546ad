/**
 * How many records a second of the processor takes, all nodes together: page views that lie in the
 * log when the job is submitted, counted by page and window, each change told.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { askedOf } from '../../chaos/live/jobs/backing.ts'
import { Reader } from '../../chaos/live/jobs/reader.ts'
import { utf8Of } from '../../src/base/bytes.ts'
import { Prng } from '../../src/base/prng.ts'
import type { NewRecord, StoredRecord, StreamLog } from '../../src/base/stream-log.ts'
import type { Trial, Workshop } from '../frame/bench.ts'
import { cpuSecondsOf } from '../frame/cpu.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { startedNodes } from './nodes.ts'

const GROUPS = 12
const PARTITIONS = 4
const RECORDS = 2_000_000
const AT_ONCE = 5000
const PAGES = 1000
const PATIENCE_MS = 600_000
const POLL_MS = 100
const PER_CPU_SECOND_MIN = 100_000
const VIEWS = 'bench.views'
const COUNTS = 'bench.counts'
const decoder = new TextDecoder()

const jobText = (address: string): string =>
  JSON.stringify({
    name: 'bench',
    sources: {
      views: {
        log: { topic: VIEWS, address },
        schema: { page: 'text', user: 'bigint', at: 'timestamptz' },
        time: { field: 'at', lag: '1s' },
      },
    },
    steps: [
      {
        name: 'counts',
        aggregate: {
          key: 'page',
          window: { tumbling: '10s' },
          mode: 'updating',
          select: { views: 'count(*)' },
        },
      },
      { to: 'counts' },
    ],
    sinks: { counts: { log: { topic: COUNTS, address }, key: ['page', 'window_start'] } },
    options: { partitions: GROUPS },
  })

/** Times go on by a second for each ten thousand. */
async function fill(log: StreamLog): Promise<void> {
  const prng = new Prng(1)
  const beganMs = Date.UTC(2026, 0, 1)
  for (let made = 0; made < RECORDS; made += AT_ONCE) {
    const records = Array.from({ length: AT_ONCE }, (_, i): NewRecord => {
      const page = `/page/${prng.below(PAGES)}`
      const at = new Date(beganMs + (made + i) / 10).toISOString()
      const value = JSON.stringify({ page, user: prng.below(100_000), at })
      return { key: utf8Of(page), value: utf8Of(value), headers: [], timestampMs: beganMs }
    })
    const partition = (made / AT_ONCE) % PARTITIONS
    const parts = [{ topic: VIEWS, partition, records }]
    await askedOf<readonly number[]>(done => log.append(parts, done))
  }
}

/** The last that was said of each page and window; all of them together, when all is counted. */
class Sum {
  total = 0
  said = 0
  readonly #last = new Map<string, number>()

  see(records: readonly StoredRecord[]): void {
    for (const { value } of records) {
      const { page, window_start, views } = JSON.parse(decoder.decode(value ?? new Uint8Array(0)))
      const name = `${page} ${window_start}`
      this.total += Number(views) - (this.#last.get(name) ?? 0)
      this.#last.set(name, Number(views))
      this.said++
    }
  }
}

export const count: Trial = {
  name: 'count',
  async run(workshop: Workshop) {
    const { cluster, backing, end } = await startedNodes(workshop)
    const { log, home } = backing
    const readers: Reader[] = []
    try {
      for (const topic of [VIEWS, COUNTS]) {
        // The times of the records are made up: nothing of them is too old to be kept.
        const settings = { 'retention.ms': '-1' }
        const made = { topic, partitions: PARTITIONS, replication: 1, settings }
        await askedOf<void>(done => log.create(made, done))
      }
      await fill(log)
      const sum = new Sum()
      for (let partition = 0; partition < PARTITIONS; partition++) {
        readers.push(new Reader(log, { topic: COUNTS, partition }, all => sum.see(all)))
      }
      const pids = cluster.nodes.map(({ pid }) => pid ?? 0)
      const before = pids.map(cpuSecondsOf)
      const beganMs = performance.now()
      const http = cluster.nodes[0]?.plan.http ?? ''
      const body = jobText('log' in home ? home.log.address : '')
      const answer = await fetch(`http://${http}/v1/jobs`, { method: 'POST', body })
      if (!answer.ok) throw new Error(`the job was refused: ${await answer.text()}`)
      while (sum.total < RECORDS) {
        if (performance.now() > beganMs + PATIENCE_MS) {
          throw new Error(`${sum.total} of ${RECORDS} are counted`)
        }
        await sleep(POLL_MS)
      }
      const seconds = (performance.now() - beganMs) / 1000
      const used = pids.map((pid, i) => cpuSecondsOf(pid) - (before[i] ?? 0))
      const cpuSeconds = used.reduce((all, one) => all + one, 0)
      const perCpuSecond = RECORDS / cpuSeconds
      const target = {
        name: 'records per CPU second of all nodes',
        wanted: `at least ${PER_CPU_SECOND_MIN}`,
        unit: 'records',
        isMet: (value: number) => value >= PER_CPU_SECOND_MIN,
      }
      return {
        trial: `${RECORDS} page views, ${GROUPS} groups with 3 replicas`,
        lines: [
          `${shown(seconds)} s, ${shown(RECORDS / seconds)} records/s, ${sum.said} results; ` +
            `CPU seconds by node: ${used.map(shown).join(', ')}`,
        ],
        judgements: [judgedValue(target, perCpuSecond)],
      }
    } finally {
      for (const reader of readers) reader.end()
      await end()
    }
  },
}
