/**
 * What mutants are played by: the simulator's plays, random plans on the engine, and hostile
 * expressions.
 */

import { compilerOf } from '../../../src/sql/compiler.ts'
import { outlasted } from '../../engine/expressions/hostile.ts'
import { drawCase } from '../../engine/generate/case.ts'
import { judged } from '../../engine/judge.ts'
import { isPlayName, type PlayName, playOf } from '../plays.ts'
import type { Failure } from '../run/result.ts'

export type TrialName = PlayName | 'engine' | 'expressions'

export function isTrialName(name: string): name is TrialName {
  return name === 'engine' || name === 'expressions' || isPlayName(name)
}

/** One seed; undefined: nobody objected. */
export type Trial = (seed: number) => Failure | undefined

export function trialOf(name: TrialName): Trial {
  if (name === 'engine') return seed => judged(drawCase(seed))
  if (name === 'expressions') return seed => outlasted(seed, compilerOf())
  const play = playOf(name)
  return seed => play.run(play.drawn(seed)).failure
}
