/** The log that a drill's job reads and writes: `weir log`, a process beside the nodes. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../../scripts/services/ports.ts'
import type {
  Fetched,
  LogAnswer,
  LogDone,
  Partition,
  StoredRecord,
  StreamLog,
} from '../../../src/base/stream-log.ts'
import { LogClient } from '../../../src/connectors/log/client.ts'
import { GrpcLine } from '../../../src/connectors/log/wire/client.ts'
import { IDENTITY_HEADER } from '../../../src/journal/identity.ts'
import { Child } from '../cluster/child.ts'
import { weirPath } from '../cluster/program.ts'
import { type Home, JOB, type JobNames, namesOf } from './job.ts'

const STOP_MS = 10_000
/** Until it has opened its files. */
const READY_MS = 20_000
const MAX_BYTES = 1 << 20

/** A record as who looks at a topic in the end finds it. */
export interface Found {
  readonly text: string
  /** As its header says it; empty: it bears none. */
  readonly identity: string
}

export interface Backing {
  readonly home: Home
  readonly log: StreamLog
  readonly names: JobNames
  /** Copies that it makes of a topic. */
  readonly replication: number
  /** All that is committed in a partition by now: read from its beginning, beside all followers. */
  found(of: Partition): Promise<readonly Found[]>
  end(): Promise<void>
}

export async function embeddedBacking(folder: string): Promise<Backing> {
  const data = join(folder, 'log')
  mkdirSync(data, { recursive: true })
  const [port] = await freePorts(1)
  const address = `127.0.0.1:${port}`
  const args = [weirPath(), 'log', '--listen', address, '--data', data]
  const child = await Child.start({ command: process.execPath, args, log: join(folder, 'log.log') })
  const line = new GrpcLine({ address })
  const log = new LogClient(line)
  const end = async () => {
    line.close()
    await child.stop(STOP_MS)
  }
  const endMs = performance.now() + READY_MS
  while ((await answerOf<string>(done => log.cluster(done))).error !== undefined) {
    const trouble =
      child.trouble() ?? (performance.now() > endMs ? 'it does not answer' : undefined)
    if (trouble === undefined) continue
    await end()
    throw new Error(`weir log: ${trouble}`)
  }
  const found = (of: Partition) => foundIn(log, of)
  return { home: { log: { address } }, log, names: namesOf(JOB), replication: 1, found, end }
}

async function foundIn(log: StreamLog, of: Partition): Promise<readonly Found[]> {
  const all: Found[] = []
  const end = await askedOf<number>(done => log.end(of, 'committed', done))
  for (let at = await askedOf<number>(done => log.start(of, done)); at < end; ) {
    const how = { isolation: 'committed', maxBytes: MAX_BYTES, waitMs: 0 } as const
    const { records, position } = await askedOf<Fetched>(done => log.fetch(of, at, how, done))
    all.push(...records.map(foundOf))
    at = position
  }
  return all
}

export function foundOf({ value, headers }: Pick<StoredRecord, 'value' | 'headers'>): Found {
  const text = Buffer.from(value ?? []).toString()
  const identity = headers.findLast(({ name }) => name === IDENTITY_HEADER)?.value ?? []
  return { text, identity: Buffer.from(identity).toString() }
}

export function answerOf<T>(ask: (done: LogDone<T>) => unknown): Promise<LogAnswer<T>> {
  return new Promise(resolve => {
    ask(resolve)
  })
}

/** An error of the log is the drill's. */
export async function askedOf<T>(ask: (done: LogDone<T>) => unknown): Promise<T> {
  const answer = await answerOf(ask)
  if (answer.error === undefined) return answer.value
  throw new Error(`${answer.error.code}: ${answer.error.message}`)
}
