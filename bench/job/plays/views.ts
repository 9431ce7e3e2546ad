/**
 * Page views, counted by page and window, each change told: one stage, and the job by which Flink
 * and Kafka Streams were measured, with as many pages, partitions and bytes. Kept for a day, with
 * the largest text that came with them, pages that nobody looks at any more make it heavy.
 */

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerOf, askedOf } from '../../../chaos/live/jobs/backing.ts'
import type { Home } from '../../../chaos/live/jobs/job.ts'
import { Pace } from '../../../chaos/live/jobs/pace.ts'
import { Reader } from '../../../chaos/live/jobs/reader.ts'
import { utf8Of } from '../../../src/base/bytes.ts'
import type { NewRecord, StreamLog } from '../../../src/base/stream-log.ts'
import { SystemRandom } from '../../../src/io/random.ts'
import type { Load, Play } from './play.ts'

const JOB = 'views'
const VIEWS = 'bench.views'
const COUNTS = 'bench.counts'
const PARTITIONS = 6
const GROUPS = 6
const PAGES = 10_000
/** Others wanted 2 of 100 records gone. */
const BOTS = 50
const RECORD_BYTES = 198

const PAGE_BYTES = 8 * 1024
/** Pages that are put in at once. */
const AT_ONCE = 256
const POLL_MS = 100
const PATIENCE_MS = 600_000

function textFor(home: Home, isKept: boolean): string {
  const at = (topic: string) =>
    'log' in home ? { log: { ...home.log, topic } } : { kafka: { ...home.kafka, topic } }
  const schema = { page: 'text', n: 'bigint', bot: 'boolean', at: 'timestamptz', agent: 'text' }
  const select = { views: 'count(*)', last: 'max(n)', ...(isKept ? { agent: 'max(agent)' } : {}) }
  const window = { tumbling: isKept ? '1d' : '10s' }
  const aggregate = { key: 'page', window, mode: 'updating', select }
  return JSON.stringify({
    name: JOB,
    sources: { views: { ...at(VIEWS), schema, time: { field: 'at', lag: '1s' } } },
    steps: [{ filter: 'not bot' }, { name: 'counts', aggregate }, { to: 'counts' }],
    sinks: { counts: { ...at(COUNTS), key: ['page', 'window_start'] } },
    options: { partitions: GROUPS },
  })
}

class Views implements Load {
  readonly #pace = new Pace()
  readonly #random = new SystemRandom()
  readonly #log: StreamLog
  readonly #perSecond: number
  readonly #onPut: (name: string) => void
  #made = 0

  constructor(log: StreamLog, perSecond: number, onPut: (name: string) => void) {
    this.#log = log
    this.#perSecond = perSecond
    this.#onPut = onPut
  }

  start(): void {
    this.#pace.start(this.#perSecond, count => this.#put(count))
  }

  stop(): Promise<void> {
    return this.#pace.stop()
  }

  async #put(count: number): Promise<void> {
    const parts = Array.from({ length: PARTITIONS }, (_, partition) => {
      return { topic: VIEWS, partition, records: [] as NewRecord[] }
    })
    const nowMs = Date.now()
    for (let left = count; left > 0; left--) this.#one(parts, nowMs)
    const said = parts.filter(({ records }) => records.length > 0)
    // What is not taken is not looked for: no output bears its number.
    await answerOf<readonly number[]>(done => this.#log.append(said, done))
  }

  #one(parts: readonly { readonly records: NewRecord[] }[], timestampMs: number): void {
    const at = this.#random.uint32() % PAGES
    const n = ++this.#made
    const bot = n % BOTS === 0
    const page = `/page/${at}`
    const value = JSON.stringify({ page, n, bot, at: new Date(timestampMs).toISOString() })
    const rest = RECORD_BYTES - value.length - ',"agent":""'.length
    const whole = `${value.slice(0, -1)},"agent":"${'x'.repeat(rest)}"}`
    const record = { key: utf8Of(page), value: utf8Of(whole), headers: [], timestampMs }
    parts[at % PARTITIONS]?.records.push(record)
    if (!bot) this.#onPut(`${n}`)
  }
}

export const views: Play = {
  ...{ name: JOB, groups: GROUPS, text: (home: Home) => textFor(home, false) },
  topics: replication =>
    [VIEWS, COUNTS].map(topic => ({ topic, partitions: PARTITIONS, replication, settings: {} })),
  outputs: { topic: COUNTS, partitions: PARTITIONS },
  says: group => group.includes('/counts/'),
  nameOf: ({ last }) => `${last}`,
  load: (log, perSecond, onPut) => Promise.resolve(new Views(log, perSecond, onPut)),
}

/** Pages of so many bytes together, which nothing compresses; done when all are counted. */
async function weigh(log: StreamLog, bytes: number): Promise<void> {
  const pages = Math.ceil(bytes / PAGE_BYTES)
  let counted = 0
  const readers = Array.from({ length: PARTITIONS }, (_, partition) => {
    return new Reader(log, { topic: COUNTS, partition }, all => {
      counted += all.length
    })
  })
  for (let made = 0; made < pages; made += AT_ONCE) {
    const records = Array.from({ length: Math.min(AT_ONCE, pages - made) }, (_, i): NewRecord => {
      const page = `/heavy/${made + i}`
      const timestampMs = Date.now()
      const at = new Date(timestampMs).toISOString()
      const agent = randomBytes(PAGE_BYTES / 2).toString('hex')
      const value = utf8Of(JSON.stringify({ page, n: 0, bot: false, at, agent }))
      return { key: utf8Of(page), value, headers: [], timestampMs }
    })
    const part = { topic: VIEWS, partition: (made / AT_ONCE) % PARTITIONS, records }
    await askedOf<readonly number[]>(done => log.append([part], done))
  }
  const endMs = performance.now() + PATIENCE_MS
  while (counted < pages && performance.now() < endMs) await sleep(POLL_MS)
  for (const reader of readers) reader.end()
  if (counted < pages) throw new Error(`${counted} of ${pages} heavy pages are counted`)
}

/** With a state that weighs so much before the first page is looked at. */
export const heavyViews = (stateBytes: number): Play => ({
  ...views,
  text: home => textFor(home, true),
  load: async (log, perSecond, onPut) => {
    await weigh(log, stateBytes)
    return new Views(log, perSecond, onPut)
  },
})
