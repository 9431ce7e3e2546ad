/**
 * Draws a scenario of a cluster that runs a job from a seed, in the manner of swarm testing: each
 * seed leaves out whole families of faults and leans on others, and has its own bounds and times.
 */

import { Prng } from '../../../src/base/prng.ts'
import { defaultJournalBounds, type JournalBounds } from '../../../src/journal/bounds.ts'
import { drawFleet } from '../fleet/draw.ts'
import type { FleetProfile } from '../fleet/scenario.ts'
import { calmLog, type LogProfile } from '../world/log/faults.ts'
import { drawJob } from './job.ts'
import type { ClusterFaultKind } from './kinds.ts'
import type { ClusterFault, ClusterProfile, ClusterScenario } from './scenario.ts'

const SAFETY_MS = [4000, 7500] as const
const NODES = 3
const GROUPS_MAX = 3
/** More than there are ever nodes, partitions or groups. */
const TARGETS = 64
/** Groups begin before the first fault. */
const QUIET_MS = 1000
/** Nobody calls a core while it is on the stack. */
const AT_ONCE_US = 1

export function drawCluster(seed: number): ClusterScenario {
  const prng = new Prng(seed).fork('cluster')
  const safetyMs = prng.between(SAFETY_MS[0], SAFETY_MS[1])
  return {
    seed,
    nodes: NODES,
    job: drawJob(prng.fork('job'), prng.between(1, GROUPS_MAX)),
    safetyMs,
    profile: drawProfile(seed, prng.fork('profile')),
    faults: drawFaults(prng.fork('faults'), safetyMs),
  }
}

function drawProfile(seed: number, prng: Prng): ClusterProfile {
  return {
    fleet: fleetProfile(seed, prng),
    log: drawLog(prng),
    bounds: drawBounds(prng),
    taking: {
      rowsMax: prng.pick([2, 10, 1000]),
      bytesMax: prng.pick([200, 1_000_000]),
      lingerMs: prng.pick([0, 5, 40]),
    },
    sender: {
      branchBytes: prng.pick([400, 4000, 1_000_000]),
      stretchesMax: prng.pick([3, 100]),
      frameBytes: prng.pick([120, 100_000]),
      turnBytes: prng.pick([600, 1_000_000]),
      gatherMs: prng.pick([5, 50]),
      reachOffsets: prng.pick([10, 65_536]),
    },
    streams: { delayMeanUs: prng.pick([100, 1000, 10_000]) },
    costs: { recordUs: prng.pick([1, 50, 2000]), entryUs: prng.pick([1, 100, 3000]) },
    skewMs: prng.pick([0, 0, 300, 5000]),
    hearUs: prng.pick([AT_ONCE_US, AT_ONCE_US, 5000, 50_000]),
    lookMs: prng.pick([40, 150]),
  }
}

/** An image is whole pages: slower than so, it takes longer than there is to heal. */
const IMAGE_BYTES_PER_S_MIN = 20_000

/** That of the scenario `host`, with machines that live as long as their process. */
function fleetProfile(seed: number, prng: Prng): FleetProfile {
  const { profile } = drawFleet(seed)
  const { disk, links, machine, store } = profile
  const imageBytesPerS = Math.max(links.imageBytesPerS, IMAGE_BYTES_PER_S_MIN)
  return {
    ...profile,
    links: { ...links, imageBytesPerS },
    disk: { ...disk, syncMeanUs: prng.pick([100, 1000, 3000]), slowReads: 0 },
    machine: { ...machine, delayUs: prng.pick([1, 100, 5000]), looks: 0, pieceBytesMax: 10_000 },
    limits: { ...profile.limits, uncommittedBytesMax: prng.pick([100, 1000, 1_000_000]) },
    store: { ...store, imageEntries: prng.pick([10, 40, 100]), frameBytesMax: 1_000_000 },
    state: { isKept: false, isBootKnown: true },
  }
}

function drawLog(prng: Prng): LogProfile {
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

/** Each bound is the product's own, or so small that it is always hit. */
function drawBounds(prng: Prng): JournalBounds {
  const usual = defaultJournalBounds
  const tiny = (small: readonly number[], own: number): number =>
    prng.chance(0.4) ? prng.pick(small) : own
  return {
    ...usual,
    outputBytesMax: tiny([1000, 4000], usual.outputBytesMax),
    scheduleBytesMax: tiny([200, 1000], usual.scheduleBytesMax),
    recordBytesMax: tiny([50, 400], usual.recordBytesMax),
    fetchBytesMax: tiny([300, 2000], usual.fetchBytesMax),
    transactionMs: prng.pick([1000, 3000]),
    transactionsMax: tiny([1, 2], usual.transactionsMax),
    outboxBytesMax: tiny([150, 1000], usual.outboxBytesMax),
    progressMs: prng.pick([50, 300, 1000]),
    retryMaxMs: 500,
    fetchMs: prng.pick([10, 100]),
    // The log of this world is away, or answers late, for longer than people should wait.
    silenceMs: usual.silenceMs,
  }
}

type Range = readonly [number, number]

interface Shape {
  readonly family: 'wire' | 'process' | 'calls' | 'log'
  readonly forMs: Range
  /** Times in a minute when its family is at its highest rate. */
  readonly often: number
}

const none: Range = [0, 0]

const shapes: Readonly<Partial<Record<ClusterFaultKind, Shape>>> = {
  isolate: { family: 'wire', forMs: [200, 4000], often: 6 },
  'isolate-leader': { family: 'wire', forMs: [200, 4000], often: 8 },
  'cut-one-way': { family: 'wire', forMs: [200, 3000], often: 8 },
  'cut-pair': { family: 'wire', forMs: [200, 4000], often: 8 },
  reset: { family: 'wire', forMs: none, often: 8 },
  'streams-broken': { family: 'wire', forMs: none, often: 30 },
  crash: { family: 'process', forMs: [0, 2000], often: 8 },
  'crash-leader': { family: 'process', forMs: [0, 2000], often: 15 },
  'power-cut': { family: 'process', forMs: [10, 2000], often: 6 },
  blackout: { family: 'process', forMs: [10, 1000], often: 3 },
  pause: { family: 'process', forMs: [50, 3000], often: 6 },
  'pause-leader': { family: 'process', forMs: [50, 3000], often: 12 },
  'gc-pause': { family: 'process', forMs: [20, 600], often: 30 },
  'disk-stall': { family: 'process', forMs: [50, 1500], often: 4 },
  'lost-disk': { family: 'process', forMs: none, often: 4 },
  'restart-storm': { family: 'process', forMs: [200, 2000], often: 1 },
  stop: { family: 'process', forMs: [0, 1500], often: 5 },
  transfer: { family: 'process', forMs: none, often: 15 },
  'lead-swapped': { family: 'process', forMs: [50, 1500], often: 10 },
  'node-off-log': { family: 'calls', forMs: [50, 3000], often: 8 },
  'log-away': { family: 'calls', forMs: [50, 2500], often: 4 },
  'commits-lost': { family: 'calls', forMs: [500, 4000], often: 8 },
  'call-lost': { family: 'calls', forMs: none, often: 10 },
  'answer-lost': { family: 'calls', forMs: none, often: 30 },
  'call-late': { family: 'calls', forMs: none, often: 20 },
  'coordinator-moved': { family: 'log', forMs: none, often: 12 },
  'partition-moved': { family: 'log', forMs: none, often: 20 },
  'broker-lost': { family: 'log', forMs: none, often: 6 },
}

const FAMILY_ON = 0.75
const KIND_ON = 0.6
const LEADER_CHANCE = 0.4

function drawFaults(prng: Prng, safetyMs: number): readonly ClusterFault[] {
  const rates = new Map<string, number>()
  for (const family of ['wire', 'process', 'calls', 'log']) {
    rates.set(family, prng.chance(FAMILY_ON) ? prng.pick([0.3, 0.6, 1]) : 0)
  }
  const faults: ClusterFault[] = []
  for (const [kind, shape] of Object.entries(shapes) as [ClusterFaultKind, Shape][]) {
    const rate = rates.get(shape.family) ?? 0
    if (!prng.chance(KIND_ON) || rate === 0) continue
    const many = Math.ceil((prng.float() * 2 * shape.often * rate * safetyMs) / 60_000)
    for (let i = 0; i < many; i++) faults.push(drawFault(prng, kind, shape.forMs, safetyMs))
  }
  return faults.sort((a, b) => a.atMs - b.atMs)
}

function drawFault(
  prng: Prng,
  kind: ClusterFaultKind,
  [low, high]: Range,
  safetyMs: number,
): ClusterFault {
  const isLeader = kind.endsWith('-leader') || prng.chance(LEADER_CHANCE)
  return {
    atMs: prng.between(QUIET_MS, safetyMs - 1),
    kind,
    who: isLeader ? 'leader' : prng.below(TARGETS),
    whom: prng.below(TARGETS),
    forMs: Math.round(low + (high - low) * prng.float() * prng.float()),
    amount: 3,
    salt: prng.uint32(),
  }
}
