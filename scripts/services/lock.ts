/**
 * One at a time among all processes of this user: a file that names who holds it. It is linked into
 * place complete, so that nobody ever reads half a name; what a dead process held is taken over.
 */

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { beganNow, isRunning, type ProcessIdentity } from './identity.ts'

const RETRY_MS = 100

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/** undefined: nobody, or nobody any more. */
function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function isTaken(path: string, draft: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Of several who find the same dead holder one renames the file away; the others find it gone. */
function evict(path: string, draft: string): void {
  const away = `${draft}.dead`
  try {
    renameSync(path, away)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  const evicted = holderOf(away)
  // Between the look and the rename somebody alive may have come: he gets his place back. Should a
  // third have taken it by then, two work at once; what they make is renamed into place whole.
  if (evicted !== undefined && isRunning(evicted)) renameSync(away, path)
  else rmSync(away, { force: true })
}

/** Waits for its turn, says once that it does, and gives the lock back whatever happens. */
export async function locked<T>(
  path: string,
  say: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.${threadId}.${counter++}`
  writeFileSync(draft, JSON.stringify({ pid: process.pid, began: beganNow(process.pid) }))
  try {
    await wait(path, draft, say)
    try {
      return await work()
    } finally {
      rmSync(path, { force: true })
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

let counter = 0

async function wait(path: string, draft: string, say: (text: string) => void): Promise<void> {
  let isTold = false
  while (!isTaken(path, draft)) {
    const holder = holderOf(path)
    if (holder !== undefined && !isRunning(holder)) {
      evict(path, draft)
      continue
    }
    if (holder !== undefined && !isTold)
      say(`waiting for process ${holder.pid}, which holds ${path}`)
    isTold = true
    await sleep(RETRY_MS)
  }
}
