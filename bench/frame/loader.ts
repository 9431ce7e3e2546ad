/**
 * Runs a load in a process of its own. It says `begin` and `end` on lines of their own when the
 * measured time begins and ends, so that the processor time of those who serve is taken just then,
 * and its figures as JSON on the last line.
 */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { endsWithUs } from '../../scripts/services/ending.ts'
import type { Figures } from './contestant.ts'
import { cpuSecondsOf } from './cpu.ts'

export interface Loader {
  readonly command: string
  readonly args: readonly string[]
  /** Of those who serve. */
  readonly pids: readonly number[]
}

type Said<More> = Omit<Figures, 'cpuSeconds'> & More

/** `More`: what else it has to say. */
export async function loaded<More = unknown>({
  command,
  args,
  pids,
}: Loader): Promise<Figures & More> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  endsWithUs(child)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const used = new Map<string, readonly number[]>()
  let last = ''
  createInterface({ input: child.stdout }).on('line', line => {
    if (line === 'begin' || line === 'end') used.set(line, pids.map(cpuSecondsOf))
    else last = line
  })
  const code = await ended
  const [begin, end] = [used.get('begin'), used.get('end')]
  if (code !== 0 || begin === undefined || end === undefined) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}, its last word: ${last}`)
  }
  const cpuSeconds = end.map((seconds, i) => seconds - (begin[i] ?? 0))
  return { ...(JSON.parse(last) as Said<More>), cpuSeconds }
}
