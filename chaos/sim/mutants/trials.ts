/** What mutants are played by: the simulator's plays, and random plans on the engine. */

import { drawCase } from '../../engine/generate/case.ts'
import { judged } from '../../engine/judge.ts'
import { isPlayName, type PlayName, playOf } from '../plays.ts'
import type { Failure } from '../run/result.ts'

export type TrialName = PlayName | 'engine'

export function isTrialName(name: string): name is TrialName {
  return name === 'engine' || isPlayName(name)
}

/** One seed; undefined: nobody objected. */
export type Trial = (seed: number) => Failure | undefined

export function trialOf(name: TrialName): Trial {
  if (name === 'engine') return seed => judged(drawCase(seed))
  const play = playOf(name)
  return seed => play.run(play.drawn(seed)).failure
}
