/**
 * Processes that outlive the one that starts them: started apart from its terminal, with a log file
 * for what they say, and ended by their identity, never by name.
 */

import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { beganNow, isRunning, type ProcessIdentity } from './identity.ts'
import type { Command } from './service.ts'

const POLL_MS = 20
/** A process that was asked to end has so long to do it. */
const PATIENCE_MS = 5000
const LOG_CHARS = 2000

export async function started(
  { command, args, env }: Command,
  log: string,
): Promise<ProcessIdentity> {
  const out = openSync(log, 'a')
  try {
    const child = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', out, out],
    })
    const pid = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('spawn', () => resolve(child.pid as number))
    })
    child.unref()
    return { pid, began: beganNow(pid) ?? 'gone' }
  } finally {
    closeSync(out)
  }
}

export const lastOf = (log: string): string => readFileSync(log, 'utf8').slice(-LOG_CHARS)

async function isGoneWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
  const endMs = performance.now() + ms
  while (isRunning(identity)) {
    if (performance.now() > endMs) return false
    await sleep(POLL_MS)
  }
  return true
}

/** Asks it to end, then makes it end; what is not running any more is left alone. */
export async function ended(identity: ProcessIdentity, patienceMs = PATIENCE_MS): Promise<void> {
  if (!isRunning(identity)) return
  process.kill(identity.pid, 'SIGTERM')
  if (await isGoneWithin(identity, patienceMs)) return
  await killed(identity)
}

/** Makes it end. */
export async function killed(identity: ProcessIdentity): Promise<void> {
  if (isRunning(identity)) process.kill(identity.pid, 'SIGKILL')
  if (await isGoneWithin(identity, PATIENCE_MS)) return
  throw new Error(`process ${identity.pid} lives on after SIGKILL`)
}
