/**
 * What a command begins and is not to outlive it: processes are killed with it, and whatever takes
 * longer (a service that it started, a broker that it took away) is put right when it is asked to
 * end by a signal. A second signal does not wait.
 */

import type { ChildProcess } from 'node:child_process'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const ENDED_BY_SIGNAL = 1

type Duty = () => Promise<unknown>

const duties = new Set<Duty>()
const kin = new Set<ChildProcess>()
let isWatching = false

function watch(): void {
  if (isWatching) return
  isWatching = true
  process.on('exit', () => {
    for (const child of kin) child.kill('SIGKILL')
  })
  let isEnding = false
  const end = async () => {
    if (isEnding) process.exit(ENDED_BY_SIGNAL)
    isEnding = true
    const ends = await Promise.allSettled([...duties].map(duty => duty()))
    for (const one of ends) if (one.status === 'rejected') process.stderr.write(`${one.reason}\n`)
    process.exit(ENDED_BY_SIGNAL)
  }
  for (const signal of SIGNALS) process.on(signal, () => void end())
}

/** It never outlives this process, whatever way that ends. */
export function endsWithUs(child: ChildProcess): void {
  watch()
  kin.add(child)
  child.once('exit', () => kin.delete(child))
}

/** Done when a signal asks this process to end; not any more once it is taken back. */
export function whenAskedToEnd(duty: Duty): { takeBack(): void } {
  watch()
  duties.add(duty)
  return { takeBack: () => void duties.delete(duty) }
}
