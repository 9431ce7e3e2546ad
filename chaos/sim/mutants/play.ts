/** Runs a bundled simulator in a process of its own and makes a verdict of what it says. */

import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { TrialLine } from './trial-line.ts'
import type { TrialName } from './trials.ts'
import type { Verdict } from './verdict.ts'

export interface PlayOptions {
  readonly from: number
  readonly seedsMax: number
  readonly scenario: TrialName
  /** The file of one that is kept: played in place of seeds. */
  readonly schedule?: string
  /** By the wall: what takes longer is stopped, and not caught. */
  readonly secondsMax: number
}

type Child = ChildProcessByStdio<null, Readable, null>

/** Ended with this process, however that ends. */
const children = new Set<Child>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export async function play(bundle: string, options: PlayOptions): Promise<Verdict> {
  const { from, seedsMax, secondsMax, scenario, schedule } = options
  const what = [String(from), String(seedsMax), scenario, ...(schedule ? [schedule] : [])]
  const child = spawn(process.execPath, [bundle, ...what], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), secondsMax * 1000)
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ?? `code ${code}`))
  })
  const heard = await listen(child, from)
  const how = await ended
  clearTimeout(timer)
  children.delete(child)
  return heard.verdict ?? { kind: 'stopped', seeds: heard.seed - from, seed: heard.seed, how }
}

interface Heard {
  readonly verdict: Verdict | undefined
  /** The last that was begun. */
  readonly seed: number
}

async function listen(child: Child, from: number): Promise<Heard> {
  let seed = from
  let verdict: Verdict | undefined
  for await (const text of createInterface(child.stdout)) {
    const line = JSON.parse(text) as TrialLine
    if (line.kind === 'begins') seed = line.seed
    else if (line.kind === 'ended') verdict = { kind: 'survived', seeds: seed - from + 1 }
    else verdict = { ...line, kind: 'caught', seeds: line.seed - from + 1 }
  }
  return { verdict, seed }
}
