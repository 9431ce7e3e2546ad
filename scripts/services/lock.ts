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
export function locked<T>(
  path: string,
  say: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  return drafted(path, async draft => {
    await wait(path, draft, say)
    return freed(path, work)
  })
}

/** Does nothing where somebody holds it. */
export function lockedIfFree(path: string, work: () => Promise<unknown>): Promise<void> {
  return drafted(path, async draft => {
    if (takes(path, draft)) await freed(path, work)
  })
}

let counter = 0

async function drafted<T>(path: string, use: (draft: string) => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.${threadId}.${counter++}`
  writeFileSync(draft, JSON.stringify({ pid: process.pid, began: beganNow(process.pid) }))
  try {
    return await use(draft)
  } finally {
    rmSync(draft, { force: true })
  }
}

async function freed<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/** Whatever a dead process held is free. */
function takes(path: string, draft: string, holds?: (holder: ProcessIdentity) => void): boolean {
  while (!isTaken(path, draft)) {
    const holder = holderOf(path)
    if (holder !== undefined && isRunning(holder)) {
      holds?.(holder)
      return false
    }
    if (holder !== undefined) evict(path, draft)
  }
  return true
}

async function wait(path: string, draft: string, say: (text: string) => void): Promise<void> {
  let isTold = false
  const tell = ({ pid }: ProcessIdentity) => {
    if (!isTold) say(`waiting for process ${pid}, which holds ${path}`)
    isTold = true
  }
  while (!takes(path, draft, tell)) await sleep(RETRY_MS)
}
