/**
 * What mutants are played by: the simulator's plays, random plans on the engine, hostile
 * expressions, and the play of exchanges.
 */

import { readFileSync } from 'node:fs'
import { invariant } from '../../../src/base/errors.ts'
import { compilerOf } from '../../../src/sql/compiler.ts'
import { outlasted } from '../../engine/expressions/hostile.ts'
import { drawCase } from '../../engine/generate/case.ts'
import { judged } from '../../engine/judge.ts'
import { drawCourse } from '../../exchange/draw.ts'
import { type Course, played } from '../../exchange/play.ts'
import { isPlayName, type PlayName, playOf } from '../plays.ts'
import type { Failure } from '../run/result.ts'

export type TrialName = PlayName | 'engine' | 'expressions' | 'exchange'

export function isTrialName(name: string): name is TrialName {
  return name === 'engine' || name === 'expressions' || name === 'exchange' || isPlayName(name)
}

/** One seed; undefined: nobody objected. */
export type Trial = (seed: number) => Failure | undefined

/** A schedule that is kept, by its file; of exchanges it is a course. */
export function keptTrial(name: TrialName, file: string): Failure | undefined {
  const kept = JSON.parse(readFileSync(file, 'utf8'))
  if (name === 'exchange') return exchanged(kept)
  invariant(isPlayName(name), 'MUTANT schedules are kept of plays and exchanges', name)
  return playOf(name).run(kept).failure
}

/** What is wrong begins with the name of the invariant. */
function exchanged(course: Course): Failure | undefined {
  const detail = played(course)
  if (detail === undefined) return undefined
  return { checker: /EXCHANGE-\d+/.exec(detail)?.[0] ?? 'INVARIANT', detail }
}

export function trialOf(name: TrialName): Trial {
  if (name === 'engine') return seed => judged(drawCase(seed))
  if (name === 'exchange') return seed => exchanged(drawCourse(seed))
  if (name === 'expressions') return seed => outlasted(seed, compilerOf())
  const play = playOf(name)
  return seed => play.run(play.drawn(seed)).failure
}
