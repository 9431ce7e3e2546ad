/**
 * What is drawn alike for all plays whose nodes write to simulated logs, in the manner of swarm
 * testing: each seed leaves out whole families of faults and leans on others.
 */

import type { Prng } from '../../../src/base/prng.ts'
import { drawFleet } from '../fleet/draw.ts'
import type { FleetFault, FleetProfile } from '../fleet/scenario.ts'
import { calmLog, type LogProfile } from '../world/log/faults.ts'

/** More than there are ever nodes, partitions or groups. */
const TARGETS = 64
const FAMILY_ON = 0.75
const KIND_ON = 0.6
const LEADER_CHANCE = 0.4
/** Nobody calls a core while it is on the stack. */
export const AT_ONCE_US = 1

export type Range = readonly [number, number]
export const none: Range = [0, 0]

export interface Shape {
  readonly family: string
  readonly forMs: Range
  /** Times in a minute when its family is at its highest rate. */
  readonly often: number
}

export interface Fault<Kind extends string> extends Omit<FleetFault, 'kind'> {
  readonly kind: Kind
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** `families`: those that may be left out whole, in the order in which they are drawn. */
export function drawFaults<Kind extends string>(
  prng: Prng,
  shapes: Readonly<Partial<Record<Kind, Shape>>>,
  families: readonly string[],
  span: Span,
): Fault<Kind>[] {
  const rates = new Map<string, number>()
  for (const family of families) {
    rates.set(family, prng.chance(FAMILY_ON) ? prng.pick([0.3, 0.6, 1]) : 0)
  }
  const faults: Fault<Kind>[] = []
  for (const [kind, { family, often, forMs }] of Object.entries(shapes) as [Kind, Shape][]) {
    const rate = rates.get(family) ?? 0
    if (!prng.chance(KIND_ON) || rate === 0) continue
    const many = Math.ceil((prng.float() * 2 * often * rate * span.toMs) / 60_000)
    for (let i = 0; i < many; i++) faults.push(drawFault(prng, kind, forMs, span))
  }
  return faults
}

export function drawFault<Kind extends string>(
  prng: Prng,
  kind: Kind,
  [low, high]: Range,
  { fromMs, toMs }: Span,
): Fault<Kind> {
  const isLeader = kind.endsWith('-leader') || prng.chance(LEADER_CHANCE)
  return {
    atMs: prng.between(fromMs, toMs - 1),
    kind,
    who: isLeader ? 'leader' : prng.below(TARGETS),
    whom: prng.below(TARGETS),
    forMs: Math.round(low + (high - low) * prng.float() * prng.float()),
    amount: 3,
    salt: prng.uint32(),
  }
}

export function inOrder<Kind extends string>(faults: readonly Fault<Kind>[]): Fault<Kind>[] {
  return [...faults].sort((a, b) => a.atMs - b.atMs)
}

/** That of the scenario `host`, with machines that live as long as their process. */
export function fleetProfile(seed: number, prng: Prng): FleetProfile {
  const { profile } = drawFleet(seed)
  const { disk, machine, store } = profile
  return {
    ...profile,
    disk: { ...disk, syncMeanUs: prng.pick([100, 1000, 3000]), slowReads: 0 },
    machine: { ...machine, delayUs: prng.pick([1, 100, 5000]), looks: 0 },
    store: { ...store, imageEntries: prng.pick([10, 40, 100]), frameBytesMax: 1_000_000 },
    state: { isKept: false, isBootKnown: true },
  }
}

export function drawLog(prng: Prng): LogProfile {
  const isRough = prng.chance(0.6)
  const fate = (): number => (isRough ? prng.pick([0, 0.002, 0.01, 0.03]) : 0)
  return {
    ...calmLog,
    callMeanUs: prng.pick([200, 1000, 4000]),
    copyMeanUs: prng.pick([300, 2000]),
    markerMeanUs: prng.pick([500, 5000, 40_000]),
    answerMs: prng.pick([200, 1000]),
    patienceMs: prng.pick([300, 2000]),
    expiryScanMs: 100,
    lateMsMax: prng.pick([50, 500, 4000]),
    moveMsMax: prng.pick([20, 300]),
    lagMsMax: prng.pick([50, 1000]),
    fates: {
      'lost-call': fate(),
      'lost-answer': fate(),
      'late-call': fate(),
      'late-answer': fate(),
    },
    shortFetches: prng.pick([0, 0.3]),
  }
}
