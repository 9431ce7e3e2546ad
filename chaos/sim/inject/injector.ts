/** Carries out the faults of a schedule at their times, and takes them away again. */

import type { Fault } from '../run/scenario.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { FaultKind } from '../world/faults.ts'
import { faultKinds } from '../world/faults.ts'
import { happenings } from '../world/trace.ts'
import { diskInjections } from './disk.ts'
import { forgeryInjections } from './forgery.ts'
import { type Injection, over, type Surroundings, untilUs } from './injection.ts'
import { memberInjections } from './members.ts'
import { networkInjections } from './network.ts'
import { processInjections } from './process.ts'
import { requestInjections } from './requests.ts'

/**
 * Kinds that no schedule names: they come with every message, or with a power cut, at the profile's
 * rates.
 */
const unscheduled = {
  loss: undefined,
  duplicate: undefined,
  reorder: undefined,
  overflow: undefined,
  'unsynced-lost': undefined,
  'torn-tail': undefined,
  'slow-read': undefined,
} as const

const injections: Readonly<Record<FaultKind, Injection | undefined>> = {
  ...unscheduled,
  ...networkInjections,
  ...diskInjections,
  ...processInjections,
  ...memberInjections,
  ...forgeryInjections,
  ...requestInjections,
}

export class Injector {
  readonly #world: Surroundings
  #isHealed = false

  constructor(world: Surroundings) {
    this.#world = world
    for (const fault of world.scenario.faults) {
      world.queue.at(Math.round(fault.atMs * US_PER_MS), { fire: () => this.#inject(fault) })
    }
  }

  /** Lifts every fault, and starts whoever is down. */
  heal(): void {
    const { network, cluster, churn, scenario } = this.#world
    this.#isHealed = true
    network.heal()
    churn.heal()
    for (const node of cluster.present) {
      node.disk.isFull = false
      node.disk.failingSyncs = 0
      node.disk.slowness = 1
      node.disk.profile = calmDisk
      node.setClockRate(1)
      if (node.process?.life.isPaused) node.process.resume(true)
      node.releaseAll()
    }
    network.profile = { ...scenario.profile.network, ...calm }
  }

  #inject(fault: Fault): void {
    const { queue, tally, trace } = this.#world
    if (this.#isHealed) return
    const outcome = injections[fault.kind]?.(this.#world, fault) ?? 'missed'
    trace.note(happenings.fault, 0, faultKinds.indexOf(fault.kind), outcome === 'missed' ? 0 : 1)
    if (trace.isTold) trace.tell(`fault ${fault.kind} ${told(fault)} ${told(outcome)}`)
    if (typeof outcome === 'string') return
    tally.hit(fault.kind)
    if (outcome === over) return
    queue.at(untilUs(this.#world, fault), {
      fire: () => {
        if (!this.#isHealed) outcome()
      },
    })
  }
}

const calmDisk = { syncMinUs: 100, syncMeanUs: 1000, readUs: 50, otherUs: 50 } as const

/** A healed network: as fast as it was at best, and it loses nothing. */
const calm = {
  delayMinUs: 200,
  delayMeanUs: 500,
  delayShape: 'even',
  inOrder: true,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  replay: 0,
  echo: 0,
  capacity: 10_000,
} as const

function told(what: unknown): string {
  if (typeof what === 'object') return JSON.stringify(what)
  return typeof what === 'string' ? what : 'hit'
}
