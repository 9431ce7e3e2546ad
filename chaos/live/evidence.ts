/** What a drill recorded, and what is made of it: kept, judged, and spoilt on purpose. */

import type { Random } from '../../src/base/env.ts'
import { Prng } from '../../src/base/prng.ts'

/** What is lost, what is there twice, what is another than it was. */
export const sabotages = ['lose', 'repeat', 'alter'] as const
export type Sabotage = (typeof sabotages)[number]

export interface Judgement {
  /** In one line, for the report. */
  readonly summary: string
  /** Empty: it is good. */
  readonly wrong: readonly string[]
}

export interface Evidence {
  /** As a file keeps it; whoever has the file can judge it again. */
  readonly lines: string
  judged(): Judgement
  /** undefined: nothing in it could be spoilt so; then it proves nothing either. */
  spoilt(how: Sabotage, random: Random): Spoilt | undefined
}

export interface Spoilt {
  readonly evidence: Evidence
  /** Of it, all that the spoiling can have made wrong. */
  readonly touched: Evidence
  /** For people: what was done. */
  readonly deed: string
}

export const isGood = ({ wrong }: Judgement): boolean => wrong.length === 0

/** Each way to spoil it must turn the verdict: else a good one means nothing. */
export function unnoticed(evidence: Evidence, seed: number): readonly string[] {
  return sabotages.flatMap(how => {
    const spoilt = evidence.spoilt(how, new Prng(seed))
    if (spoilt === undefined) return [`${how}: nothing to spoil`]
    return isGood(spoilt.touched.judged()) ? [spoilt.deed] : []
  })
}
