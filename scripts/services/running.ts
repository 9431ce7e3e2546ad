/**
 * Services that run: what is known of each stands in a file of its own, and counts only as long as
 * its processes are the very ones that were started and answer.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { built } from './build.ts'
import { cacheFolder } from './cache.ts'
import { isRunning, type ProcessIdentity } from './identity.ts'
import { locked } from './lock.ts'
import { freePorts } from './ports.ts'
import { ended, lastOf, started } from './processes.ts'
import { areReady, ready } from './ready.ts'
import type { Run, Service } from './service.ts'

const READY_MS = 60_000

type Say = (text: string) => void

export interface Running {
  readonly processes: readonly ProcessIdentity[]
  readonly urls: readonly string[]
  readonly address: string
}

export type Status =
  /** Somebody else's, named by an environment variable. */
  | { readonly kind: 'named'; readonly address: string }
  | { readonly kind: 'up'; readonly running: Running }
  /** Something is left of it, and it does not answer. */
  | { readonly kind: 'broken'; readonly running: Running }
  | { readonly kind: 'down' }

const folderOf = ({ name }: Service) => join(cacheFolder(), 'run', name)
const stateFileOf = (service: Service) => join(folderOf(service), 'state.json')
const lockOf = (service: Service) => `${folderOf(service)}.lock`

function lastState(service: Service): Running | undefined {
  const file = stateFileOf(service)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Running) : undefined
}

function keep(service: Service, running: Running): void {
  const draft = `${stateFileOf(service)}.new`
  writeFileSync(draft, JSON.stringify(running))
  renameSync(draft, stateFileOf(service))
}

export async function statusOf(service: Service): Promise<Status> {
  const named = process.env[service.variable]
  if (named !== undefined && named !== '') return { kind: 'named', address: named }
  const running = lastState(service)
  if (running === undefined) return { kind: 'down' }
  const isWhole = running.processes.every(isRunning) && (await areReady(running.urls))
  return { kind: isWhole ? 'up' : 'broken', running }
}

/** Its address, which is the same as long as it runs, however often it is asked for. */
export function up(service: Service, say: Say): Promise<string> {
  return locked(lockOf(service), say, async () => {
    const status = await statusOf(service)
    if (status.kind === 'named') return status.address
    if (status.kind === 'up') return status.running.address
    if (status.kind === 'broken') await end(service, status.running)
    return begin(service, await built(service, say), say)
  })
}

async function begin(service: Service, programs: string, say: Say): Promise<string> {
  const folder = folderOf(service)
  const data = join(folder, 'data')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(data, { recursive: true })
  const ports = await freePorts(service.ports)
  const run = service.run({ programs, ports, data })
  const processes = await startAll(service, run)
  try {
    await ready(run.urls, READY_MS, () => whyDead(folder, run, processes))
  } catch (error) {
    await end(service, { ...run, processes })
    throw error
  }
  say(`${service.name} runs at ${run.address}`)
  return run.address
}

const logOf = (folder: string, run: Run, at: number) =>
  join(folder, `${at + 1}-${basename(run.processes[at]?.command ?? '')}.log`)

/** Each is written down as soon as it is there: whoever is killed meanwhile leaves no stray. */
async function startAll(service: Service, run: Run): Promise<readonly ProcessIdentity[]> {
  const processes: ProcessIdentity[] = []
  for (const [at, command] of run.processes.entries()) {
    processes.push(await started(command, logOf(folderOf(service), run, at)))
    keep(service, { processes, urls: run.urls, address: run.address })
  }
  return processes
}

function whyDead(
  folder: string,
  run: Run,
  processes: readonly ProcessIdentity[],
): string | undefined {
  const at = processes.findIndex(identity => !isRunning(identity))
  if (at < 0) return undefined
  return `${run.processes[at]?.command} ended at once:\n${lastOf(logOf(folder, run, at))}`
}

async function end(service: Service, { processes }: Running): Promise<void> {
  await Promise.all(processes.map(ended))
  rmSync(folderOf(service), { recursive: true, force: true })
}

/** True: it ran, and is ended. What somebody else named is not ours to end. */
export function down(service: Service, say: Say): Promise<boolean> {
  return locked(lockOf(service), say, async () => {
    const running = lastState(service)
    if (running === undefined) return false
    await end(service, running)
    return true
  })
}
