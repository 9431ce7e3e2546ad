/**
 * Makes a failing scenario smaller while the same checker still objects: fewer faults (delta
 * debugging), then a quieter network, fewer of everything else. A smaller schedule is what a person
 * can read.
 */

import { run } from './run.ts'
import type { Scenario } from './scenario.ts'

/** Runs that one shrinking may cost. */
const RUNS_MAX = 400

/** What can be made smaller: anything that is made of faults. */
export interface Faulty {
  readonly faults: readonly object[]
}

export interface Shrunk<S extends Faulty> {
  readonly scenario: S
  readonly runs: number
}

type Fails<S> = (scenario: S) => boolean
type Simplify<S> = (scenario: S) => S

/** `checker` objected to the scenario. */
export function shrink(scenario: Scenario, checker: string): Shrunk<Scenario> {
  const fails = (smaller: Scenario) => run(smaller).failure?.checker === checker
  return shrinkWhile(scenario, fails, simplifications)
}

export function shrinkWhile<S extends Faulty>(
  scenario: S,
  fails: Fails<S>,
  simplifications: readonly Simplify<S>[],
): Shrunk<S> {
  let runs = 0
  const stillFails: Fails<S> = smaller => {
    runs++
    return runs <= RUNS_MAX && fails(smaller)
  }
  let best = fewerFaults(scenario, stillFails)
  for (const simplify of simplifications) {
    const simpler = simplify(best)
    if (stillFails(simpler)) best = simpler
  }
  best = fewerFaults(best, stillFails)
  return { scenario: best, runs: Math.min(runs, RUNS_MAX) }
}

/** Zeller's ddmin over complements: takes away ever smaller parts while the rest still fails. */
function fewerFaults<S extends Faulty>(scenario: S, fails: Fails<S>): S {
  let faults = scenario.faults
  let parts = 2
  while (faults.length > 0) {
    const size = Math.ceil(faults.length / parts)
    const fewer = withoutOnePart(scenario, faults, size, fails)
    if (fewer !== undefined) {
      faults = fewer
      parts = Math.max(2, parts - 1)
    } else if (size > 1) {
      parts = Math.min(faults.length, 2 * parts)
    } else {
      break
    }
  }
  return { ...scenario, faults }
}

function withoutOnePart<S extends Faulty>(
  scenario: S,
  faults: readonly object[],
  size: number,
  fails: Fails<S>,
): readonly object[] | undefined {
  for (let start = 0; start < faults.length; start += size) {
    const fewer = [...faults.slice(0, start), ...faults.slice(start + size)]
    if (fails({ ...scenario, faults: fewer })) return fewer
  }
  return undefined
}

function withNetwork(scenario: Scenario, change: object): Scenario {
  const { profile } = scenario
  return { ...scenario, profile: { ...profile, network: { ...profile.network, ...change } } }
}

export const simplifications: readonly Simplify<Scenario>[] = [
  scenario => ({ ...scenario, learners: 0 }),
  scenario => ({ ...scenario, voters: 3 }),
  scenario => withNetwork(scenario, { loss: 0 }),
  scenario => withNetwork(scenario, { duplicate: 0 }),
  scenario => withNetwork(scenario, { reorder: 0 }),
  scenario => withNetwork(scenario, { replay: 0 }),
  scenario => withNetwork(scenario, { capacity: 10_000 }),
  scenario => withNetwork(scenario, { delayShape: 'even' }),
]
