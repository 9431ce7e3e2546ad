/**
 * One process of a service that has several: ended or stopped in its tracks on purpose, by a test
 * or a drill, and started again on the data that it left. Meanwhile the service counts as up for
 * others, as long as whoever did it lives.
 */

import { beganNow, isRunning, type ProcessIdentity } from './identity.ts'
import { locked } from './lock.ts'
import { ended, killed, started } from './processes.ts'
import { ready } from './ready.ts'
import type { Service } from './service.ts'
import { keep, lastState, lockOf, logOf, type Running } from './state.ts'

const READY_MS = 120_000
/** A broker hands over its partitions before it ends. */
const STOP_MS = 30_000

const quiet = () => {}
const self = (): ProcessIdentity => ({
  pid: process.pid,
  began: beganNow(process.pid) ?? 'gone',
})

interface One {
  readonly running: Running
  readonly at: number
  readonly identity: ProcessIdentity
}

/** Numbered from 1. */
function mustFind(service: Service, number: number): One {
  const running = lastState(service)
  const identity = running?.processes[number - 1]
  if (running === undefined || identity === undefined) {
    throw new Error(`${service.name} has no process ${number}: is it up?`)
  }
  return { running, at: number - 1, identity }
}

function end(
  service: Service,
  number: number,
  how: (identity: ProcessIdentity) => Promise<void>,
): Promise<void> {
  return locked(lockOf(service), quiet, async () => {
    const { running, at, identity } = mustFind(service, number)
    const others = running.away.filter(one => one.at !== at)
    keep(service, { ...running, away: [...others, { at, by: self() }] })
    await how(identity)
  })
}

/** Without a word to anybody: SIGKILL. */
export const killOne = (service: Service, number: number) => end(service, number, killed)

/** Asked to end (SIGTERM), and given the time to hand over what it has. */
export const stopOne = (service: Service, number: number) =>
  end(service, number, identity => ended(identity, STOP_MS))

/** It stands still, with all that it has and knows (SIGSTOP). */
export const pauseOne = (service: Service, number: number) =>
  end(service, number, async ({ pid }) => void process.kill(pid, 'SIGSTOP'))

/** Each answers when they are there again; harmless when they never were away. */
export const startOne = (service: Service, number: number) => start(service, [number])

/** All at once: of several that need each other none is there before the others are begun. */
export function startAll(service: Service): Promise<void> {
  const away = lastState(service)?.away ?? []
  return start(
    service,
    away.map(({ at }) => at + 1),
  )
}

function start(service: Service, numbers: readonly number[]): Promise<void> {
  return locked(lockOf(service), quiet, async () => {
    const begun: ProcessIdentity[] = []
    for (const number of numbers) begun.push(await startedOne(service, number))
    const urls = numbers.map(number => mustFind(service, number).running.urls[number - 1] ?? '')
    await ready(urls, READY_MS, () =>
      begun.every(isRunning) ? undefined : `a process of ${service.name} ended at once`,
    )
    const running = lastState(service)
    if (running === undefined) return
    const away = running.away.filter(({ at }) => !numbers.includes(at + 1))
    keep(service, { ...running, away })
  })
}

async function startedOne(service: Service, number: number): Promise<ProcessIdentity> {
  const { running, at, identity } = mustFind(service, number)
  const command = running.commands[at]
  if (command === undefined) return identity
  if (isRunning(identity)) {
    process.kill(identity.pid, 'SIGCONT')
    return identity
  }
  const begun = await started(command, logOf(service, at, command))
  keep(service, { ...running, processes: running.processes.with(at, begun) })
  return begun
}
