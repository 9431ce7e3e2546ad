/**
 * Where the logs that are measured run: each is begun by the first trial that wants it, and ended
 * behind the last.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from '../../chaos/live/cluster/child.ts'
import { weirPath } from '../../chaos/live/cluster/program.ts'
import { kafka, kafka3 } from '../../scripts/services/kafka/kafka.ts'
import type { Service } from '../../scripts/services/service.ts'
import { lastState } from '../../scripts/services/state.ts'
import { turnWith } from '../../scripts/services/turn.ts'
import type { Workshop } from '../frame/bench.ts'

/** A log that serves, and the processes that do it. */
export interface Serving {
  readonly address: string
  readonly pids: readonly number[]
  end(): Promise<void>
}

/** One that ran before goes on; nobody else's tests talk to it meanwhile. */
const brokers =
  (service: Service) =>
  async ({ say }: Workshop): Promise<Serving> => {
    const turn = await turnWith(service, say)
    return {
      address: turn.address,
      pids: (lastState(service)?.processes ?? []).map(({ pid }) => pid),
      end: () => turn.putBack(),
    }
  }

const STOP_MS = 5000
const POLL_MS = 20

/** `weir log`, a process on a disk of this machine. */
async function embedded(): Promise<Serving> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-log-'))
  const log = join(folder, 'said')
  const args = [weirPath(), 'log', '--listen', '127.0.0.1:0', '--data', join(folder, 'data')]
  const child = await Child.start({ command: process.execPath, args, log })
  const listening = () => /"msg":"listening".*"port":(\d+)/.exec(readFileSync(log, 'utf8'))?.[1]
  while (listening() === undefined) {
    const trouble = child.trouble()
    if (trouble !== undefined) throw new Error(trouble)
    await sleep(POLL_MS)
  }
  return {
    address: `127.0.0.1:${listening()}`,
    pids: [child.pid],
    async end() {
      await child.stop(STOP_MS)
      rmSync(folder, { recursive: true })
    },
  }
}

/** By the names of `bodies.ts`. */
const servers: Readonly<Record<string, (workshop: Workshop) => Promise<Serving>>> = {
  kafka: brokers(kafka),
  kafka3: brokers(kafka3),
  embedded,
}

const running = new Map<string, Serving>()

export async function serving(body: string, workshop: Workshop): Promise<Serving> {
  const there = running.get(body)
  if (there !== undefined) return there
  const begin = servers[body]
  if (begin === undefined) throw new Error(`nobody serves ${body}`)
  const begun = await begin(workshop)
  running.set(body, begun)
  return begun
}

export async function endAll(): Promise<void> {
  const all = [...running.values()]
  running.clear()
  for (const one of all) await one.end()
}
