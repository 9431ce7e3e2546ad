/**
 * Which process a process id means: numbers are used again, so it counts only together with the
 * moment when the process began, as the kernel tells it.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** Of no meaning but that it is equal for the same process. */
  readonly began: string
}

/** Of /proc/PID/stat; the name, second and in brackets, may hold anything. */
const fieldsBehindName = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')
const STATE = 0
const BEGAN = 19

export function beganOf(stat: string): string | undefined {
  const fields = fieldsBehindName(stat)
  const isDead = fields[STATE] === 'Z' || fields[STATE] === 'X'
  return isDead ? undefined : fields[BEGAN]
}

function read<T>(answer: () => T): T | undefined {
  try {
    return answer()
  } catch {
    // No such process: both ways of asking say so by an error.
    return undefined
  }
}

/** undefined: it is not there, or only its entry is. */
export function beganNow(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return stat === undefined ? undefined : beganOf(stat)
  }
  const said = read(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)]).toString())
  return said?.trim() || undefined
}

export function isRunning({ pid, began }: ProcessIdentity): boolean {
  return beganNow(pid) === began
}
