/** Draws a scenario of a cluster that runs a job: job, faults, bounds and times of its own. */

import { Prng } from '../../../src/base/prng.ts'
import { FEED_BOUNDS, type FeedBounds } from '../../../src/group/feed/bounds.ts'
import { defaultJournalBounds, type JournalBounds } from '../../../src/journal/bounds.ts'
import type { FleetProfile } from '../fleet/scenario.ts'
import {
  AT_ONCE_US,
  drawFaults,
  drawLog,
  fleetProfile,
  inOrder,
  none,
  type Shape,
} from '../logged/draw.ts'
import { drawJob } from './job.ts'
import type { ClusterFaultKind } from './kinds.ts'
import type { ClusterProfile, ClusterScenario } from './scenario.ts'

const SAFETY_MS = [4000, 7500] as const
const NODES = 3
/** How many stages a job has, and of each the most groups that it may have. */
const STAGES = [1, 1, 2, 2, 3]
const GROUPS_MAX = [3, 2, 2] as const
/** Groups begin before the first fault. */
const QUIET_MS = 1000

export function drawCluster(seed: number): ClusterScenario {
  const prng = new Prng(seed).fork('cluster')
  const safetyMs = prng.between(SAFETY_MS[0], SAFETY_MS[1])
  return {
    seed,
    nodes: NODES,
    job: drawJob(prng.fork('job'), drawGroups(prng)),
    safetyMs,
    profile: drawProfile(seed, prng.fork('profile')),
    faults: inOrder(
      drawFaults(prng.fork('faults'), shapes, families, { fromMs: QUIET_MS, toMs: safetyMs }),
    ),
  }
}

/** Of each stage. */
function drawGroups(prng: Prng): readonly number[] {
  const stages = prng.pick(STAGES)
  const most = GROUPS_MAX[stages - 1] ?? 1
  return Array.from({ length: stages }, () => prng.between(1, most))
}

function drawProfile(seed: number, prng: Prng): ClusterProfile {
  return {
    fleet: fleetOf(seed, prng),
    log: drawLog(prng),
    bounds: drawBounds(prng),
    taking: {
      rowsMax: prng.pick([2, 10, 1000]),
      bytesMax: prng.pick([200, 1_000_000]),
      lingerMs: prng.pick([0, 5, 40]),
      eagerRows: prng.fork('eager').pick([0, 4, 1000]),
      eagerBytes: prng.fork('eager bytes').pick([0, 1_000_000]),
    },
    sender: {
      branchBytes: prng.pick([400, 4000, 1_000_000]),
      stretchesMax: prng.pick([3, 100]),
      frameBytes: prng.pick([120, 100_000]),
      turnBytes: prng.pick([600, 1_000_000]),
      wordsMs: prng.fork('words').pick([0, 3, 20, 200]),
      gatherMs: prng.pick([5, 50]),
      reachOffsets: prng.pick([10, 65_536]),
    },
    feed: drawFeed(prng),
    streams: { delayMeanUs: prng.pick([100, 1000, 10_000]) },
    costs: { recordUs: prng.pick([1, 50, 2000]), entryUs: prng.pick([1, 100, 3000]) },
    skewMs: prng.pick([0, 0, 300, 5000]),
    hearUs: prng.pick([AT_ONCE_US, AT_ONCE_US, 5000, 50_000]),
    lookMs: prng.pick([40, 150]),
  }
}

/** Small, so that little input meets all of them. */
function drawFeed(prng: Prng): FeedBounds {
  return {
    ...FEED_BOUNDS,
    fetchBytes: prng.pick([100, 400, 100_000]),
    waitMs: prng.pick([10, 40]),
    pieceRows: prng.pick([2, 10, 1000]),
    pieceBytes: prng.pick([80, 100_000]),
    retryMinMs: 10,
    retryMaxMs: prng.pick([60, 400]),
    takenMs: prng.pick([20, 100]),
  }
}

/** An image is whole pages: slower than so, it takes longer than there is to heal. */
const IMAGE_BYTES_PER_S_MIN = 20_000

/** Images of whole pages, and a log with little room for what is not committed. */
function fleetOf(seed: number, prng: Prng): FleetProfile {
  const profile = fleetProfile(seed, prng)
  const { links, machine, limits } = profile
  const imageBytesPerS = Math.max(links.imageBytesPerS, IMAGE_BYTES_PER_S_MIN)
  return {
    ...profile,
    links: { ...links, imageBytesPerS },
    machine: { ...machine, pieceBytesMax: 10_000 },
    limits: { ...limits, uncommittedBytesMax: prng.pick([100, 1000, 1_000_000]) },
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

const families = ['wire', 'process', 'calls', 'log', 'job'] as const

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
  'epoch-opened': { family: 'job', forMs: [300, 4000], often: 40 },
  restarted: { family: 'job', forMs: none, often: 8 },
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
