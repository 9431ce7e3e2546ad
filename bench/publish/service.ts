/** The broker that is measured: one, begun by the first trial that wants it unless it runs. */

import { kafka } from '../../scripts/services/kafka/kafka.ts'
import { down, statusOf } from '../../scripts/services/running.ts'
import { lastState } from '../../scripts/services/state.ts'
import { type Turn, turnWith } from '../../scripts/services/turn.ts'
import type { Say } from '../frame/bench.ts'
import type { LogPlace } from './work.ts'

/** A log that serves, and the processes that do it. */
export interface Serving {
  readonly place: LogPlace
  readonly pids: readonly number[]
}

let turn: Turn | undefined
let wasDown = false

/** Nobody else's tests talk to it meanwhile. */
export async function broker(say: Say): Promise<Serving> {
  if (turn === undefined) {
    wasDown = (await statusOf(kafka)).kind === 'down'
    turn = await turnWith(kafka, say)
  }
  const pids = (lastState(kafka)?.processes ?? []).map(({ pid }) => pid)
  return { place: { body: 'kafka', address: turn.address }, pids }
}

/** One that ran before goes on. */
export async function endBroker(say: Say): Promise<void> {
  turn?.end()
  turn = undefined
  if (wasDown) await down(kafka, say)
}
