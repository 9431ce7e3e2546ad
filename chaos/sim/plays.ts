/** What the simulator can play: the consensus core alone, whole nodes, publishers, feeds, a job. */

import { drawCluster } from './cluster/draw.ts'
import { clusterKinds } from './cluster/kinds.ts'
import { runCluster } from './cluster/run.ts'
import { drawFeed } from './feed/draw.ts'
import { feedKinds } from './feed/kinds.ts'
import { runFeed } from './feed/run.ts'
import { completed, drawFleet } from './fleet/draw.ts'
import { fleetFaultKinds } from './fleet/kinds.ts'
import { runFleet } from './fleet/run.ts'
import { completed as completedPublish, drawPublish } from './publish/draw.ts'
import { publishKinds } from './publish/kinds.ts'
import { runPublish } from './publish/run.ts'
import { drawScenario } from './run/draw.ts'
import type { Result } from './run/result.ts'
import { run } from './run/run.ts'
import { type Faulty, shrink, shrinkWhile } from './run/shrink.ts'
import { faultKinds } from './world/faults.ts'

export interface PlayOptions {
  /** Lines for people. */
  readonly tell?: (line: string) => void
}

interface Seeded extends Faulty {
  readonly seed: number
}

/** One kind of scenario, whatever it is made of. */
export interface Play<S extends Seeded = Seeded> {
  readonly kinds: readonly string[]
  drawn(seed: number): S
  run(scenario: S, options?: PlayOptions): Result
  /** Smaller, while the same checker still objects. */
  shrunk(scenario: S, checker: string): { readonly scenario: S; readonly runs: number }
}

const raft: Play<ReturnType<typeof drawScenario>> = {
  kinds: faultKinds,
  drawn: drawScenario,
  run,
  shrunk: shrink,
}

const host: Play<ReturnType<typeof drawFleet>> = {
  kinds: fleetFaultKinds,
  drawn: drawFleet,
  run: (kept, options) => runFleet(completed(kept), options),
  shrunk: (scenario, checker) => {
    const fails = (smaller: typeof scenario) => runFleet(smaller).failure?.checker === checker
    const simplifications = [
      (one: typeof scenario) => ({ ...one, groups: 1 }),
      (one: typeof scenario) => ({ ...one, nodes: 3, replication: 3 }),
    ]
    return shrinkWhile(scenario, fails, simplifications)
  },
}

const publish: Play<ReturnType<typeof drawPublish>> = {
  kinds: publishKinds,
  drawn: drawPublish,
  run: (kept, options) => runPublish(completedPublish(kept), options),
  shrunk: (scenario, checker) => {
    const fails = (smaller: typeof scenario) => runPublish(smaller).failure?.checker === checker
    return shrinkWhile(scenario, fails, [(one: typeof scenario) => ({ ...one, groups: 1 })])
  },
}

const cluster: Play<ReturnType<typeof drawCluster>> = {
  kinds: clusterKinds,
  drawn: drawCluster,
  run: runCluster,
  shrunk: (scenario, checker) => {
    const fails = (smaller: typeof scenario) => runCluster(smaller).failure?.checker === checker
    return shrinkWhile(scenario, fails, [])
  },
}

const feed: Play<ReturnType<typeof drawFeed>> = {
  kinds: feedKinds,
  drawn: drawFeed,
  run: runFeed,
  shrunk: (scenario, checker) => {
    const fails = (smaller: typeof scenario) => runFeed(smaller).failure?.checker === checker
    const simplifications = [
      (one: typeof scenario) => ({ ...one, groups: 1 }),
      (one: typeof scenario) => ({ ...one, partitions: 1 }),
      (one: typeof scenario) => ({ ...one, callsLost: 0 }),
    ]
    return shrinkWhile(scenario, fails, simplifications)
  },
}

export const plays = { raft, host, publish, cluster, feed } as const
export type PlayName = keyof typeof plays

/** A scenario is only ever played by the play that drew it. */
export function playOf(name: PlayName): Play {
  return plays[name] as unknown as Play
}

export function isPlayName(name: string): name is PlayName {
  return Object.hasOwn(plays, name)
}
