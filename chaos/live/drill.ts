/**
 * What a drill is: a load, faults, and what is expected. Each is one file under `drills`. This file
 * also says what becomes of what was seen: facts in, verdict out.
 */

import type { FaultPlan } from './faults/plan.ts'
import type { Verdict } from './history/verdict.ts'
import { isGood } from './history/verdict.ts'

export interface Drill {
  readonly name: string
  readonly about: string
  readonly nodes: number
  readonly groups: number
  readonly clientsPerGroup: number
  /** A client gives a call up after so long. */
  readonly callMs: number
  /** Each of these faults, in an order drawn anew, until the rounds are over. */
  readonly faults: readonly FaultPlan[]
  readonly rounds: number
  /** A fault lasts so long; then it is quiet for so long. */
  readonly faultMs: number
  readonly quietMs: number
  readonly expects: Expectation
}

export interface Expectation {
  /** No group is without service for longer, whatever happened. */
  readonly gapMsMax: number
  /** Calls answered with ok for each second of the drill. */
  readonly okPerSecondMin: number
}

export interface Struck {
  readonly what: string
  readonly victim: string
  readonly led: number
  readonly hits: number
  /** Of each of these groups that others led before the fault was taken back: since when. */
  readonly replacedMs: readonly number[]
}

export interface Facts {
  readonly verdict: Verdict
  readonly struck: readonly Struck[]
  /** For each fault, in their order: how long each group was without service. */
  readonly gapsMs: readonly (readonly number[])[]
  readonly ok: number
  readonly seconds: number
  /** Keys whose last read was not answered. */
  readonly unread: readonly string[]
  /** Sabotages of the history that the verdict did not notice, or that found nothing to spoil. */
  readonly unnoticed: readonly string[]
  /** What went wrong while it ran: a group that was not served again, replicas that differ. */
  readonly troubles: readonly string[]
}

/** What is expected of a machine that does much else besides. */
export function slackened({ gapMsMax, okPerSecondMin }: Expectation, slack: number): Expectation {
  return { gapMsMax: slack * gapMsMax, okPerSecondMin: okPerSecondMin / slack }
}

/** What there is to object to; empty: the drill passed. */
export function objections(
  { gapMsMax, okPerSecondMin }: Expectation,
  facts: Facts,
): readonly string[] {
  const { verdict, struck, gapsMs, ok, seconds, unread, unnoticed, troubles } = facts
  const missed = struck.filter(({ hits }) => hits === 0)
  const longest = Math.max(0, ...gapsMs.flat())
  const found: (readonly [boolean, string])[] = [
    [!isGood(verdict), notLinearizable(verdict)],
    [struck.length === 0, 'no fault was carried out'],
    [missed.length > 0, `hit nothing: ${missed.map(({ what }) => what).join('; ')}`],
    [struck.every(({ led }) => led === 0), 'nobody who was hit led a group'],
    [gapsMs.flat().length === 0, 'no gap was measured'],
    [longest > gapMsMax, `${Math.round(longest)} ms without service, ${gapMsMax} are allowed`],
    [ok < okPerSecondMin * seconds, `only ${ok} calls were answered in ${Math.round(seconds)} s`],
    [unread.length > 0, `could not be read in the end: ${unread.slice(0, 10).join(', ')}`],
    [unnoticed.length > 0, `the check is blind: ${unnoticed.join('; ')}`],
  ]
  return [...found.filter(([isBad]) => isBad).map(([, text]) => text), ...troubles]
}

function notLinearizable({ impossible, undecided }: Verdict): string {
  const given = undecided.length > 0 ? [`undecided: ${undecided.join(', ')}`] : []
  return ['not linearizable', ...impossible.slice(0, 3), ...given].join('\n  ')
}
