/** The log that a drill's job reads and writes: `weir log`, a process beside the nodes. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../../scripts/services/ports.ts'
import type { LogAnswer, LogDone, StreamLog } from '../../../src/base/stream-log.ts'
import { LogClient } from '../../../src/connectors/log/client.ts'
import { GrpcLine } from '../../../src/connectors/log/wire/client.ts'
import { Child } from '../cluster/child.ts'
import { weirPath } from '../cluster/program.ts'
import type { Home } from './job.ts'

const STOP_MS = 10_000
/** Until it has opened its files. */
const READY_MS = 20_000

export interface Backing {
  readonly home: Home
  readonly log: StreamLog
  /** Copies that it makes of a topic. */
  readonly replication: number
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
  return { home: { log: { address } }, log, replication: 1, end }
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
