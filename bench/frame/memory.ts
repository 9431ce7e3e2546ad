/** Memory that a process holds now, as Linux tells it. */

import { readFileSync } from 'node:fs'

const MEGABYTE_KB = 1024

/** Of /proc/PID/status, in megabytes; NaN: it is not there. */
export function residentMbOf(status: string): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status)
  return found === null ? Number.NaN : Number(found[1]) / MEGABYTE_KB
}

export const residentMb = (pid: number): number =>
  residentMbOf(readFileSync(`/proc/${pid}/status`, 'utf8'))
