/**
 * What a drill is: a load, faults, and what is expected. Each is one file under `drills`. This file
 * also says what becomes of what was seen: facts in, verdict out.
 */

import type { Judgement } from './evidence.ts'
import type { FaultPlan } from './faults/plan.ts'
import type { Calls, Toll } from './stage.ts'

export interface Drill {
  readonly name: string
  readonly about: string
  /** What its nodes are for: `main.ts` knows how each is run. */
  readonly machine: 'kv' | 'publish' | 'job' | 'kafka-job'
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
  /** What is different over three real brokers; missing: it is not played over them. */
  readonly overKafka?: Pick<Drill, 'groups' | 'expects'>
}

export interface Expectation {
  /** No group is without service for longer, whatever happened. */
  readonly gapMsMax: number
  /** Calls answered with ok for each second of the drill. */
  readonly okPerSecondMin: number
  /**
   * What its faults are to hit, besides processes and connections, at least once: while they have
   * not, there are more of them.
   */
  readonly toll?: readonly string[]
}

export interface Struck {
  readonly what: string
  readonly victim: string
  /** Groups that it led, or that need it. */
  readonly led: number
  readonly hits: number
  /**
   * Of each of these groups that others led before the fault was taken back: since when. Missing:
   * no node was hit.
   */
  readonly replacedMs?: readonly number[]
}

export interface Facts {
  readonly judgement: Judgement
  readonly struck: readonly Struck[]
  /** For each fault, in their order: how long each group was without service. */
  readonly gapsMs: readonly (readonly number[])[]
  readonly calls: Calls
  readonly seconds: number
  readonly toll: Toll
  /** Sabotages of the evidence that the verdict did not notice, or that found nothing to spoil. */
  readonly unnoticed: readonly string[]
  /** What went wrong while it ran: a group that was not served again, replicas that differ. */
  readonly troubles: readonly string[]
}

/** The drill of a job as it is played over three real brokers; undefined: it is not. */
export function overKafka(drill: Drill): Drill | undefined {
  const { overKafka: other, name, about } = drill
  if (other === undefined) return undefined
  const told = { name: `${name}-kafka`, about: `${about}; over three brokers` }
  return { ...drill, ...told, machine: 'kafka-job', ...other }
}

/** What is expected of a machine that does much else besides. */
export function slackened(expects: Expectation, slack: number): Expectation {
  const { gapMsMax, okPerSecondMin } = expects
  return { ...expects, gapMsMax: slack * gapMsMax, okPerSecondMin: okPerSecondMin / slack }
}

/** So many sentences of a verdict are shown. */
const TOLD_MAX = 5

/** What faults were to hit and have not. */
export function sparedOf({ toll: wanted = [] }: Expectation, toll: Toll): readonly string[] {
  return wanted.filter(name => (toll[name] ?? 0) === 0)
}

/** What there is to object to; empty: the drill passed. */
export function objections(expects: Expectation, facts: Facts): readonly string[] {
  const { gapMsMax, okPerSecondMin } = expects
  const { judgement, struck, gapsMs, calls, seconds, toll, unnoticed, troubles } = facts
  const missed = struck.filter(({ hits }) => hits === 0)
  const spared = sparedOf(expects, toll)
  const longest = Math.max(0, ...gapsMs.flat())
  const found: (readonly [boolean, string])[] = [
    [struck.length === 0, 'no fault was carried out'],
    [missed.length > 0, `hit nothing: ${missed.map(({ what }) => what).join('; ')}`],
    [struck.every(({ led }) => led === 0), 'nobody who was hit led a group'],
    [spared.length > 0, `no fault hit any: ${spared.join(', ')}`],
    [gapsMs.flat().length === 0, 'no gap was measured'],
    [longest > gapMsMax, `${Math.round(longest)} ms without service, ${gapMsMax} are allowed`],
    [
      calls.ok < okPerSecondMin * seconds,
      `only ${calls.ok} calls were answered in ${Math.round(seconds)} s`,
    ],
    [unnoticed.length > 0, `the check is blind: ${unnoticed.join('; ')}`],
  ]
  const others = found.filter(([isBad]) => isBad).map(([, text]) => text)
  return [...told(judgement.wrong), ...others, ...troubles]
}

function told(wrong: readonly string[]): readonly string[] {
  const more = wrong.length - TOLD_MAX
  return [...wrong.slice(0, TOLD_MAX), ...(more > 0 ? [`and ${more} more of the kind`] : [])]
}
