/**
 * Where the logs that are measured run: each is begun by the first trial that wants it, and ended
 * behind the last.
 */

import { kafka } from '../../scripts/services/kafka/kafka.ts'
import { down, statusOf } from '../../scripts/services/running.ts'
import { lastState } from '../../scripts/services/state.ts'
import { turnWith } from '../../scripts/services/turn.ts'
import type { Workshop } from '../frame/bench.ts'

/** A log that serves, and the processes that do it. */
export interface Serving {
  readonly address: string
  readonly pids: readonly number[]
  end(): Promise<void>
}

const quiet = () => {}

/** One broker. One that ran before goes on; nobody else's tests talk to it meanwhile. */
async function broker({ say }: Workshop): Promise<Serving> {
  const wasDown = (await statusOf(kafka)).kind === 'down'
  const turn = await turnWith(kafka, say)
  return {
    address: turn.address,
    pids: (lastState(kafka)?.processes ?? []).map(({ pid }) => pid),
    async end() {
      turn.end()
      if (wasDown) await down(kafka, quiet)
    },
  }
}

/** By the names of `bodies.ts`. */
const servers: Readonly<Record<string, (workshop: Workshop) => Promise<Serving>>> = {
  kafka: broker,
}

const running = new Map<string, Serving>()

export async function serving(body: string, workshop: Workshop): Promise<Serving> {
  const there = running.get(body)
  if (there !== undefined) return there
  const begin = servers[body]
  if (begin === undefined) throw new Error(`nobody serves ${body}`)
  const begun = await begin(workshop)
  running.set(body, begun)
  return begun
}

export async function endAll(): Promise<void> {
  const all = [...running.values()]
  running.clear()
  for (const one of all) await one.end()
}
