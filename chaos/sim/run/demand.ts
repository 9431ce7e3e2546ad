/** What healed worlds owe within a time: looked at again and again until it holds, or too late. */

import { Rule } from '../checkers/rule.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import { happenings, type Trace } from '../world/trace.ts'

/** How often demands are looked at. */
const LOOK_MS = 10

export class Demand extends Rule {
  readonly name: string

  constructor(name: string) {
    super()
    this.name = name
  }

  demand(holds: boolean, detail: () => string): void {
    this.must(holds, detail)
  }
}

export interface DemandWorld {
  readonly queue: EventQueue
  readonly trace: Trace
  /** How things stand, for whoever reads why a demand was not met. */
  told(): string
}

/** Lets time pass until `holds`, and tells how many milliseconds that took. */
export function within(
  world: DemandWorld,
  boundMs: number,
  demand: Demand,
  holds: () => boolean,
): number {
  const { queue, trace } = world
  const fromUs = queue.nowUs
  const untilUs = fromUs + boundMs * US_PER_MS
  while (!holds()) {
    demand.demand(queue.nowUs < untilUs, () => `not within ${boundMs} ms; ${world.told()}`)
    queue.runUntil(queue.nowUs + LOOK_MS * US_PER_MS)
  }
  demand.demand(true, () => '')
  const tookMs = (queue.nowUs - fromUs) / US_PER_MS
  trace.note(happenings.demand, 0, tookMs, boundMs)
  if (trace.isTold) trace.tell(`${demand.name} after ${tookMs} ms`)
  return tookMs
}
