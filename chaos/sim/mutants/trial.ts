/**
 * A process of its own in which one patched simulator plays seed after seed, each exactly as in any
 * campaign, until a checker objects; or one schedule that is kept. It says on its output what it
 * does, line by line, and at once, so that the seed in which a run hangs is known.
 */

import { writeSync } from 'node:fs'
import { invariant } from '../../../src/base/errors.ts'
import type { TrialLine } from './trial-line.ts'
import { isTrialName, keptTrial, type Trial, trialOf } from './trials.ts'

const STDOUT = 1

const say = (line: TrialLine): void => {
  writeSync(STDOUT, `${JSON.stringify(line)}\n`)
}

function play(trial: Trial, seeds: readonly number[]): void {
  for (const seed of seeds) {
    say({ kind: 'begins', seed })
    const failure = trial(seed)
    if (failure !== undefined) {
      say({ kind: 'failed', seed, ...failure })
      return
    }
  }
  say({ kind: 'ended' })
}

const [from, count, scenario = 'raft', schedule] = process.argv.slice(2)
invariant(isTrialName(scenario), 'MUTANT what plays is known', scenario)
const seeds = Array.from({ length: Number(count) }, (_, i) => Number(from) + i)
play(schedule === undefined ? trialOf(scenario) : () => keptTrial(scenario, schedule), seeds)
