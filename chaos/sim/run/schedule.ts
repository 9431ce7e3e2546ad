/**
 * Draws the faults of a run: which families are on, how often each of their kinds comes, and when.
 */

import type { Prng } from '../../../src/base/prng.ts'
import type { FaultKind } from '../world/faults.ts'
import type { Fault, Target } from './scenario.ts'

/** How long a fault lasts and how strong it is, each drawn evenly. */
interface Shape {
  readonly family: Family
  readonly forMs: readonly [number, number]
  readonly amount: readonly [number, number]
  /** Times in a minute when its family is at its highest rate. */
  readonly often: number
}

const families = ['network', 'disk', 'process', 'members', 'time', 'forgery'] as const
type Family = (typeof families)[number]

const once = [0, 0] as const
const none = [0, 0] as const

const shapes: Readonly<Partial<Record<FaultKind, Shape>>> = {
  'delay-spike': { family: 'network', forMs: [200, 6000], amount: [20, 800], often: 4 },
  'loss-burst': { family: 'network', forMs: [200, 6000], amount: [0.1, 0.9], often: 4 },
  replay: { family: 'network', forMs: [1, 6000], amount: [5, 100], often: 3 },
  echo: { family: 'network', forMs: [1000, 12000], amount: [0.05, 0.6], often: 2 },
  'cut-one-way': { family: 'network', forMs: [200, 8000], amount: none, often: 4 },
  'cut-pair': { family: 'network', forMs: [200, 8000], amount: none, often: 4 },
  split: { family: 'network', forMs: [200, 8000], amount: none, often: 3 },
  isolate: { family: 'network', forMs: [200, 8000], amount: none, often: 3 },
  'isolate-leader': { family: 'network', forMs: [200, 8000], amount: none, often: 3 },
  clog: { family: 'network', forMs: [100, 5000], amount: none, often: 6 },
  'bit-flip': { family: 'disk', forMs: [1, 3000], amount: none, often: 1 },
  'disk-full': { family: 'disk', forMs: [100, 5000], amount: none, often: 2 },
  'slow-disk': { family: 'disk', forMs: [500, 8000], amount: [3, 60], often: 3 },
  'disk-stall': { family: 'disk', forMs: [50, 2500], amount: none, often: 3 },
  'sync-fails': { family: 'disk', forMs: once, amount: none, often: 2 },
  crash: { family: 'process', forMs: [0, 6000], amount: none, often: 4 },
  'crash-leader': { family: 'process', forMs: [0, 4000], amount: none, often: 3 },
  'power-cut': { family: 'process', forMs: [10, 5000], amount: none, often: 4 },
  blackout: { family: 'process', forMs: [10, 1500], amount: none, often: 1 },
  pause: { family: 'process', forMs: [50, 6000], amount: none, often: 4 },
  'pause-leader': { family: 'process', forMs: [50, 6000], amount: none, often: 3 },
  'restart-storm': { family: 'process', forMs: [200, 3000], amount: [2, 6], often: 1 },
  'lost-disk': { family: 'process', forMs: once, amount: none, often: 1 },
  'add-learner': { family: 'members', forMs: [2000, 9000], amount: none, often: 3 },
  promote: { family: 'members', forMs: [2000, 9000], amount: none, often: 4 },
  remove: { family: 'members', forMs: [1000, 9000], amount: none, often: 2 },
  'remove-leader': { family: 'members', forMs: [1000, 9000], amount: none, often: 1 },
  demote: { family: 'members', forMs: [1000, 9000], amount: none, often: 2 },
  replace: { family: 'members', forMs: [4000, 15000], amount: none, often: 2 },
  'swap-many': { family: 'members', forMs: [2000, 9000], amount: none, often: 2 },
  transfer: { family: 'members', forMs: once, amount: none, often: 4 },
  'spurious-suspicion': { family: 'time', forMs: once, amount: none, often: 4 },
  'clock-skew': { family: 'time', forMs: [2000, 20000], amount: [0.7, 1.4], often: 2 },
  'late-tick': { family: 'time', forMs: [50, 3000], amount: none, often: 4 },
  'forge-malformed': { family: 'forgery', forMs: once, amount: none, often: 6 },
  'forge-stranger': { family: 'forgery', forMs: once, amount: none, often: 4 },
  'forge-future-term': { family: 'forgery', forMs: once, amount: none, often: 4 },
  'bad-request': { family: 'forgery', forMs: once, amount: none, often: 8 },
  'forge-misaddressed': { family: 'forgery', forMs: once, amount: none, often: 4 },
}

/** A family is on in so many runs, and then each of its kinds. */
const FAMILY_ON = 0.7
const KIND_ON = 0.6
/** A fault is aimed at the leader so often. */
const LEADER_CHANCE = 0.3
/** Leaves of a target number: more than there are ever nodes. */
const TARGETS = 64
/** The group has a moment to begin before the first fault, in most runs. */
const QUIET_MS = 1500

/** So often a fault of a leader has a sequel; drawn once a run. */
const SEQUEL_CHANCES = [0, 0, 0.3, 0.7]
const sequelKinds: readonly FaultKind[] = [
  'isolate-leader',
  'crash-leader',
  'pause-leader',
  'power-cut',
  'transfer',
]

const alwaysLeader: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'crash-leader',
  'pause-leader',
  'isolate-leader',
])

export function drawFaults(prng: Prng, safetyMs: number, electionMs: number): readonly Fault[] {
  const faults: Fault[] = []
  const on = new Map(families.map(family => [family, drawRate(prng)]))
  for (const [kind, shape] of Object.entries(shapes) as [FaultKind, Shape][]) {
    const rate = on.get(shape.family) ?? 0
    if (!prng.chance(KIND_ON) || rate === 0) continue
    const mean = (shape.often * rate * safetyMs) / 60_000
    const many = Math.ceil(prng.float() * 2 * mean)
    for (let i = 0; i < many; i++) faults.push(drawFault(prng, kind, shape, safetyMs, electionMs))
  }
  const sequels = drawSequels(prng, faults, safetyMs, electionMs)
  return [...faults, ...sequels].sort((a, b) => a.atMs - b.atMs)
}

/**
 * Leaders follow one another quickly: about when the fault of one ends, its successor is hit. So
 * the first comes back with a tail of its own and meets nobody who would cut it off.
 */
function drawSequels(
  prng: Prng,
  faults: readonly Fault[],
  safetyMs: number,
  electionMs: number,
): readonly Fault[] {
  const chance = prng.pick(SEQUEL_CHANCES)
  const sequels: Fault[] = []
  for (const { atMs, forMs, who } of faults) {
    if (who !== 'leader' || !prng.chance(chance)) continue
    const lateMs = prng.between(-electionMs, electionMs)
    const nextMs = Math.max(atMs + electionMs, atMs + forMs + lateMs)
    if (nextMs >= safetyMs) continue
    const kind = prng.pick(sequelKinds)
    const shape = shapes[kind]
    const fault = shape && drawFault(prng, kind, shape, safetyMs, electionMs)
    if (fault !== undefined) sequels.push({ ...fault, atMs: nextMs, who: 'leader' })
  }
  return sequels
}

function drawRate(prng: Prng): number {
  return prng.chance(FAMILY_ON) ? prng.pick([0.3, 0.6, 1]) : 0
}

function drawFault(
  prng: Prng,
  kind: FaultKind,
  shape: Shape,
  safetyMs: number,
  electionMs: number,
): Fault {
  const startMs = prng.chance(0.8) ? QUIET_MS + electionMs : 0
  return {
    atMs: prng.between(startMs, safetyMs - 1),
    kind,
    who: drawTarget(prng, kind),
    whom: prng.below(TARGETS),
    forMs: skewed(prng, shape.forMs),
    amount: skewed(prng, shape.amount),
    salt: prng.uint32(),
  }
}

function drawTarget(prng: Prng, kind: FaultKind): Target {
  const isLeader = alwaysLeader.has(kind) || prng.chance(LEADER_CHANCE)
  return isLeader ? 'leader' : prng.below(TARGETS)
}

/** More often short than long; whole where the range is wide. */
function skewed(prng: Prng, [low, high]: readonly [number, number]): number {
  const drawn = low + (high - low) * prng.float() * prng.float()
  return high - low > 4 ? Math.round(drawn) : Math.round(drawn * 1000) / 1000
}
