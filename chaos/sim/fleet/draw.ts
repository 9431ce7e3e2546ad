/**
 * Draws a scenario of whole nodes from a seed, in the manner of swarm testing: each seed leaves out
 * whole families of faults and leans on others, and has its own sizes, speeds and bounds.
 */

import { Prng } from '../../../src/base/prng.ts'
import { defaultLinkLimits, type LinkLimits } from '../../../src/raft/links/limits.ts'
import {
  defaultLimits,
  defaultTimes,
  type RaftLimits,
  type RaftTimes,
} from '../../../src/raft/options.ts'
import { defaultStoreLimits } from '../../../src/raft/store/limits.ts'
import { drawWorkload } from '../clients/mix.ts'
import type { FleetFaultKind } from './kinds.ts'
import type { FleetFault, FleetProfile, FleetScenario, FleetTarget } from './scenario.ts'

const SAFETY_MS = [30_000, 45_000] as const
const GROUPS_MAX = 5
const NODES = [3, 5] as const
/** More than there are ever nodes. */
const TARGETS = 64
/** Groups have a moment to begin before the first fault. */
const QUIET_MS = 3000

export function drawFleet(seed: number): FleetScenario {
  const prng = new Prng(seed).fork('fleet')
  const nodes = prng.between(NODES[0], NODES[1])
  const safetyMs = prng.between(SAFETY_MS[0], SAFETY_MS[1])
  return {
    seed,
    nodes,
    groups: prng.between(1, GROUPS_MAX),
    replication: prng.between(3, nodes),
    safetyMs,
    profile: drawProfile(prng.fork('profile'), safetyMs),
    faults: drawFaults(prng.fork('faults'), safetyMs),
  }
}

/** A schedule that was kept knows nothing of bounds and times that came later: they are usual. */
export function completed(kept: FleetScenario): FleetScenario {
  const { profile } = kept
  const times = { ...defaultTimes, ...profile.times }
  const limits = { ...defaultLimits, ...profile.limits }
  const links = { ...defaultLinkLimits, ...profile.links }
  const store = { ...defaultStoreLimits, ...profile.store }
  return { ...kept, profile: { ...profile, times, limits, links, store } }
}

function drawProfile(prng: Prng, safetyMs: number): FleetProfile {
  const times = drawTimes(prng)
  return {
    wire: {
      delayMinUs: prng.between(50, 1000),
      delayMeanUs: prng.between(100, Math.min(10_000, times.heartbeatMs * 100)),
      bufferBytes: prng.pick([2000, 20_000, 200_000]),
    },
    disk: {
      syncMinUs: prng.between(20, 2000),
      syncMeanUs: prng.pick([100, 1000, 5000, 20_000]),
      readUs: prng.pick([50, 500, 5000]),
      otherUs: prng.pick([5, 50, 500]),
      slowReads: prng.pick([0, 0, 0.1, 0.5]),
      looseRemovals: prng.chance(0.5),
    },
    machine: {
      delayUs: prng.pick([1, 100, 5000, 60_000]),
      pieceBytesMax: prng.pick([10, 100, 10_000]),
      looks: prng.pick([0, 0.2, 1]),
      loadMs: prng.fork('loads').pick([0, 0, 500, 3000]),
    },
    times,
    limits: drawLimits(prng),
    links: drawLinks(prng),
    store: {
      segmentBytes: prng.pick([1000, 4000, 20_000]),
      logBytesMax: prng.pick([10_000, 40_000, 200_000]),
      segmentsMax: prng.pick([3, 10, 64]),
      frameBytesMax: prng.pick([500, 5000, 1_000_000]),
      imageSyncBytes: prng.pick([100, 100_000]),
      imageEntries: prng.pick([1, 5, 20, 60, 500]),
    },
    state: { isKept: prng.chance(0.7), isBootKnown: prng.chance(0.9) },
    workload: { ...drawWorkload(prng.fork('workload'), safetyMs), operations: 120 },
  }
}

function drawTimes(prng: Prng): RaftTimes {
  if (prng.chance(0.5)) return defaultTimes
  const electionMs = prng.pick([300, 500, 1000])
  const heartbeatMs = Math.round(electionMs / prng.pick([4, 6, 10]) / 10) * 10
  const stallMs = prng.between(heartbeatMs, electionMs)
  return { electionMs, heartbeatMs, stallMs, chunkRetryMs: prng.between(100, 1000) }
}

/** Each bound is the product's own, or so small that it is always hit. */
function drawLimits(prng: Prng): RaftLimits {
  const tiny = (small: readonly number[], usual: number) =>
    prng.chance(0.3) ? prng.pick(small) : usual
  return {
    ...defaultLimits,
    messageBytesMax: tiny([60, 300, 2000], defaultLimits.messageBytesMax),
    inflightEntriesMax: tiny([2, 5, 20], defaultLimits.inflightEntriesMax),
    uncommittedBytesMax: tiny([200, 2000], defaultLimits.uncommittedBytesMax),
    committedBytesMax: tiny([1, 100, 1000], defaultLimits.committedBytesMax),
    chunkBytesMax: prng.chance(0.5) ? prng.pick([64, 300, 2000]) : defaultLimits.chunkBytesMax,
    readsPendingMax: tiny([2, 5], defaultLimits.readsPendingMax),
    promoteLagMax: tiny([3, 20], defaultLimits.promoteLagMax),
    tailEntries: prng.pick([0, 1, 5, 20, 1000]),
  }
}

function drawLinks(prng: Prng): LinkLimits {
  const frameBytesMax = defaultLinkLimits.frameBytesMax
  return {
    ...defaultLinkLimits,
    suspectMs: prng.pick([20, 50, 200]),
    queuedBytesMax: frameBytesMax,
    imageBytesPerS: prng.pick([2000, 100_000, defaultLinkLimits.imageBytesPerS]),
    imageFramesMax: prng.pick([1, 4]),
  }
}

type Range = readonly [number, number]

interface Shape {
  readonly family: 'wire' | 'disk' | 'process' | 'members'
  readonly forMs: Range
  readonly amount: Range
  /** Times in a minute when its family is at its highest rate. */
  readonly often: number
  /** Drawn apart, so that those of before are drawn as they were. */
  readonly isLater?: true
}

const none: Range = [0, 0]

const shapes: Readonly<Partial<Record<FleetFaultKind, Shape>>> = {
  'delay-spike': { family: 'wire', forMs: [200, 6000], amount: [20, 800], often: 4 },
  'cut-one-way': { family: 'wire', forMs: [200, 8000], amount: none, often: 5 },
  'cut-pair': { family: 'wire', forMs: [200, 8000], amount: none, often: 5 },
  isolate: { family: 'wire', forMs: [200, 8000], amount: none, often: 3 },
  'isolate-leader': { family: 'wire', forMs: [200, 8000], amount: none, often: 3 },
  clog: { family: 'wire', forMs: [100, 5000], amount: none, often: 6 },
  reset: { family: 'wire', forMs: none, amount: none, often: 10 },
  'reset-image': { family: 'wire', forMs: [1000, 20_000], amount: none, often: 4 },
  'damaged-frame': { family: 'wire', forMs: none, amount: none, often: 8 },
  'lost-hello': { family: 'wire', forMs: none, amount: none, often: 4 },
  'twice-hello': { family: 'wire', forMs: none, amount: none, often: 4 },
  'late-hello': { family: 'wire', forMs: [100, 6000], amount: none, often: 4 },
  stranger: { family: 'wire', forMs: none, amount: none, often: 10 },
  swallow: { family: 'wire', forMs: none, amount: none, often: 4, isLater: true },
  'bit-flip': { family: 'disk', forMs: [1, 3000], amount: none, often: 2 },
  'disk-full': { family: 'disk', forMs: [100, 5000], amount: none, often: 2 },
  'slow-disk': { family: 'disk', forMs: [500, 8000], amount: [3, 30], often: 3 },
  'disk-stall': { family: 'disk', forMs: [50, 2500], amount: none, often: 3 },
  'sync-fails': { family: 'disk', forMs: none, amount: none, often: 3 },
  'lost-disk': { family: 'disk', forMs: none, amount: none, often: 2 },
  'read-fails': { family: 'disk', forMs: none, amount: [1, 4], often: 4, isLater: true },
  'lost-segment': { family: 'disk', forMs: none, amount: none, often: 2, isLater: true },
  'cut-log': { family: 'disk', forMs: none, amount: none, often: 2, isLater: true },
  'old-disk': { family: 'disk', forMs: [3000, 15_000], amount: none, often: 4 },
  twin: { family: 'disk', forMs: [100, 8000], amount: none, often: 3, isLater: true },
  crash: { family: 'process', forMs: [0, 6000], amount: none, often: 5 },
  'crash-leader': { family: 'process', forMs: [0, 4000], amount: none, often: 4 },
  'power-cut': { family: 'process', forMs: [10, 5000], amount: none, often: 6 },
  'silent-cut': {
    ...{ family: 'process', forMs: [10, 5000], amount: none, often: 4 },
    isLater: true,
  },
  blackout: { family: 'process', forMs: [10, 1500], amount: none, often: 2 },
  pause: { family: 'process', forMs: [50, 6000], amount: none, often: 4 },
  'pause-leader': { family: 'process', forMs: [50, 6000], amount: none, often: 3 },
  'restart-storm': { family: 'process', forMs: [200, 3000], amount: [2, 6], often: 1 },
  stop: { family: 'process', forMs: [0, 3000], amount: none, often: 3 },
  'clock-skew': { family: 'process', forMs: [2000, 20_000], amount: [0.7, 1.4], often: 2 },
  transfer: { family: 'members', forMs: none, amount: none, often: 6 },
  move: { family: 'members', forMs: none, amount: none, often: 4 },
}

const FAMILY_ON = 0.75
const KIND_ON = 0.6
const LEADER_CHANCE = 0.3

function drawFaults(prng: Prng, safetyMs: number): readonly FleetFault[] {
  const rates = new Map<string, number>()
  for (const family of ['wire', 'disk', 'process', 'members']) {
    rates.set(family, prng.chance(FAMILY_ON) ? prng.pick([0.3, 0.6, 1]) : 0)
  }
  const faults: FleetFault[] = []
  for (const [kind, shape] of Object.entries(shapes) as [FleetFaultKind, Shape][]) {
    const rate = rates.get(shape.family) ?? 0
    const own = shape.isLater === true ? prng.fork(kind) : prng
    if (!own.chance(KIND_ON) || rate === 0) continue
    const many = Math.ceil((own.float() * 2 * shape.often * rate * safetyMs) / 60_000)
    for (let i = 0; i < many; i++) faults.push(drawFault(own, kind, shape, safetyMs))
  }
  return faults.sort((a, b) => a.atMs - b.atMs)
}

function drawFault(
  prng: Prng,
  kind: FleetFaultKind,
  { forMs, amount }: Shape,
  safetyMs: number,
): FleetFault {
  return {
    atMs: prng.between(QUIET_MS, safetyMs - 1),
    kind,
    who: drawTarget(prng, kind),
    whom: prng.below(TARGETS),
    forMs: Math.round(skewed(prng, forMs)),
    amount: skewed(prng, amount),
    salt: prng.uint32(),
  }
}

function drawTarget(prng: Prng, kind: FleetFaultKind): FleetTarget {
  const isLeader = kind.endsWith('-leader') || prng.chance(LEADER_CHANCE)
  return isLeader ? 'leader' : prng.below(TARGETS)
}

/** More often short than long. */
function skewed(prng: Prng, [low, high]: Range): number {
  return low + (high - low) * prng.float() * prng.float()
}
