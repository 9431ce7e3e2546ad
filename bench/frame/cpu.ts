/** Processor time that a process has used so far, as Linux tells it. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Places behind the name, which may hold anything: user and system time, in ticks. */
const USER = 11
const SYSTEM = 12

export function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[USER]) + Number(fields[SYSTEM])
}

let ticksPerSecond = 0

export function cpuSecondsOf(pid: number): number {
  ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK']).toString())
  return ticksOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) / ticksPerSecond
}

/** While nobody loads them. */
export async function cpuSecondsDuring(
  pids: readonly number[],
  seconds: number,
): Promise<readonly number[]> {
  const before = pids.map(cpuSecondsOf)
  await sleep(seconds * 1000)
  return pids.map((pid, i) => cpuSecondsOf(pid) - (before[i] ?? 0))
}
