/**
 * Services that run: what is known of each stands in a file of its own, and counts only as long as
 * its processes are the very ones that were started and answer.
 */

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { built, finished } from './build.ts'
import { isRunning, type ProcessIdentity } from './identity.ts'
import { locked } from './lock.ts'
import { freePorts } from './ports.ts'
import { ended, lastOf, started } from './processes.ts'
import { answers, ready } from './ready.ts'
import type { Command, Service } from './service.ts'
import { folderOf, keep, lastState, lockOf, logOf, type Running } from './state.ts'

/** Three brokers on two cores that others use too. */
const READY_MS = 120_000

type Say = (text: string) => void

export type Status =
  /** Somebody else's, named by an environment variable. */
  | { readonly kind: 'named'; readonly address: string }
  | { readonly kind: 'up'; readonly running: Running }
  /** Something is left of it, and it does not answer. */
  | { readonly kind: 'broken'; readonly running: Running }
  | { readonly kind: 'down' }

/** One that is away counts as long as somebody lives who will start it again. */
async function isWhole({ processes, urls, away }: Running): Promise<boolean> {
  const sound = processes.map(async (identity, at) => {
    const absence = away.find(one => one.at === at)
    if (absence !== undefined) return isRunning(absence.by)
    return isRunning(identity) && (await answers(urls[at] ?? ''))
  })
  return (await Promise.all(sound)).every(isSound => isSound)
}

export async function statusOf(service: Service): Promise<Status> {
  const named = process.env[service.variable]
  if (named !== undefined && named !== '') return { kind: 'named', address: named }
  const running = lastState(service)
  if (running === undefined) return { kind: 'down' }
  return { kind: (await isWhole(running)) ? 'up' : 'broken', running }
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
  const { before = [], processes: commands, urls, address } = service.run({ programs, ports, data })
  for (const command of before) await finished(command)
  const running = { processes: [], commands, urls, ports, address, away: [] }
  const processes: ProcessIdentity[] = []
  try {
    await startAll(service, running, processes)
    await ready(urls, READY_MS, () => whyDead(service, commands, processes))
  } catch (error) {
    await end(service, { ...running, processes })
    throw error
  }
  say(`${service.name} runs at ${address}`)
  return address
}

/** Each is written down as soon as it is there: whoever is killed meanwhile leaves no stray. */
async function startAll(
  service: Service,
  running: Running,
  processes: ProcessIdentity[],
): Promise<void> {
  for (const [at, command] of running.commands.entries()) {
    processes.push(await started(command, logOf(service, at, command)))
    keep(service, { ...running, processes })
  }
}

function whyDead(
  service: Service,
  commands: readonly Command[],
  processes: readonly ProcessIdentity[],
): string | undefined {
  const at = processes.findIndex(identity => !isRunning(identity))
  const command = commands[at]
  if (command === undefined) return undefined
  return `${command.command} ended at once:\n${lastOf(logOf(service, at, command))}`
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
