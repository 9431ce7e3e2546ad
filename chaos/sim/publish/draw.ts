/** Draws a scenario of publishers: faults, at most one end, and bounds and times of its own. */

import { Prng } from '../../../src/base/prng.ts'
import { defaultJournalBounds, type JournalBounds } from '../../../src/journal/bounds.ts'
import type { FleetProfile } from '../fleet/scenario.ts'
import {
  AT_ONCE_US,
  drawFault,
  drawFaults,
  drawLog,
  fleetProfile,
  inOrder,
  none,
  type Shape,
} from '../logged/draw.ts'
import { calmLog } from '../world/log/faults.ts'
import type { PublishFaultKind } from './kinds.ts'
import type { FeedProfile, PublishFault, PublishProfile, PublishScenario } from './scenario.ts'

const SAFETY_MS = [8000, 14_000] as const
const GROUPS_MAX = 2
/** A claim is made, and groups begin, before the first fault. */
const QUIET_MS = 2000
const HELD_BYTES_MAX = 10_000

export function drawPublish(seed: number): PublishScenario {
  const prng = new Prng(seed).fork('publish')
  const safetyMs = prng.between(SAFETY_MS[0], SAFETY_MS[1])
  return {
    seed,
    nodes: 3,
    groups: prng.between(1, GROUPS_MAX),
    safetyMs,
    profile: drawProfile(seed, prng.fork('profile')),
    faults: faultsOf(prng.fork('faults'), safetyMs),
  }
}

/** A schedule that was kept knows nothing of what came later: it is as usual. */
export function completed(kept: PublishScenario): PublishScenario {
  const { profile } = kept
  const bounds = { ...defaultJournalBounds, ...profile.bounds }
  const { questionsLost = 0, hearUs = AT_ONCE_US } = profile
  const log = { ...calmLog, ...profile.log }
  const feed = { ...profile.feed, sideMax: profile.feed.sideMax ?? 0 }
  return { ...kept, profile: { ...profile, questionsLost, hearUs, bounds, log, feed } }
}

function drawProfile(seed: number, prng: Prng): PublishProfile {
  return {
    fleet: fleetOf(seed, prng),
    log: drawLog(prng),
    bounds: drawBounds(prng),
    feed: drawFeed(prng),
    questionsLost: prng.pick([0, 0, 0.1, 0.4]),
    hearUs: prng.pick([AT_ONCE_US, AT_ONCE_US, 5000, 50_000]),
    flushMs: prng.pick([200, 1000, 5000]),
  }
}

/** A beginning is an entry that may be long. */
function fleetOf(seed: number, prng: Prng): FleetProfile {
  const profile = fleetProfile(seed, prng)
  return { ...profile, limits: { ...profile.limits, uncommittedBytesMax: 1_000_000 } }
}

/** Each bound is the product's own, or so small that it is always hit. */
function drawBounds(prng: Prng): JournalBounds {
  const usual = defaultJournalBounds
  const tiny = (small: readonly number[], own: number): number =>
    prng.chance(0.6) ? prng.pick(small) : own
  const bounds = {
    ...usual,
    outputBytesMax: tiny([300, 1000], usual.outputBytesMax),
    scheduleBytesMax: tiny([30, 200], usual.scheduleBytesMax),
    recordBytesMax: tiny([12, 50], usual.recordBytesMax),
    fetchBytesMax: tiny([60, 300], usual.fetchBytesMax),
    transactionMs: prng.pick([1000, 3000]),
    transactionsMax: tiny([1, 2], usual.transactionsMax),
    outboxBytesMax: tiny([3000, 10_000], usual.outboxBytesMax),
    progressMs: prng.pick([50, 300, 1000]),
    retryMaxMs: 500,
    fetchMs: prng.pick([10, 100]),
    silenceMs: prng.pick([1000, 3000, usual.silenceMs]),
  }
  // A transaction is a few calls: of many small ones it would be out of time before its end.
  const isSmall = bounds.outputBytesMax <= 1000 && bounds.scheduleBytesMax <= 200
  const sendBytesMax = isSmall ? prng.pick([200, 1000]) : usual.sendBytesMax
  return { ...bounds, sendBytesMax, outboxBytesMax: held(bounds) }
}

/** No more than so small transactions carry out in the time that they have in the end. */
function held({ outputBytesMax, scheduleBytesMax, outboxBytesMax }: JournalBounds): number {
  const isSmall = outputBytesMax <= 1000 || scheduleBytesMax <= 200
  return isSmall ? Math.min(outboxBytesMax, HELD_BYTES_MAX) : outboxBytesMax
}

function drawFeed(prng: Prng): FeedProfile {
  return {
    everyMs: prng.pick([30, 60, 120, 300]),
    burst: prng.pick([1, 4, 12]),
    homeMax: prng.pick([1, 4, 8]),
    awayMax: prng.pick([0, 1, 3]),
    outputBytesMax: prng.pick([4, 60]),
    sideMax: prng.fork('side').pick([0, 2, 2, 5]),
  }
}

const families = ['wire', 'process', 'calls', 'log'] as const

const shapes: Readonly<Partial<Record<PublishFaultKind, Shape>>> = {
  isolate: { family: 'wire', forMs: [200, 5000], often: 5 },
  'isolate-leader': { family: 'wire', forMs: [200, 5000], often: 6 },
  'cut-pair': { family: 'wire', forMs: [200, 5000], often: 5 },
  reset: { family: 'wire', forMs: none, often: 8 },
  crash: { family: 'process', forMs: [0, 3000], often: 6 },
  'crash-leader': { family: 'process', forMs: [0, 3000], often: 10 },
  'power-cut': { family: 'process', forMs: [10, 3000], often: 5 },
  blackout: { family: 'process', forMs: [10, 1500], often: 2 },
  pause: { family: 'process', forMs: [50, 5000], often: 6 },
  'pause-leader': { family: 'process', forMs: [50, 5000], often: 10 },
  'disk-stall': { family: 'process', forMs: [50, 2500], often: 3 },
  'restart-storm': { family: 'process', forMs: [200, 3000], often: 1 },
  stop: { family: 'process', forMs: [0, 2000], often: 4 },
  transfer: { family: 'process', forMs: none, often: 12 },
  'lead-swapped': { family: 'process', forMs: [50, 1500], often: 8 },
  'read-back-late': { family: 'process', forMs: [1500, 4000], often: 8 },
  'read-back-moved': { family: 'log', forMs: none, often: 20 },
  'read-back-stale': { family: 'log', forMs: [1500, 6000], often: 30 },
  'read-back-deaf': { family: 'process', forMs: none, often: 15 },
  'read-back-trimmed': { family: 'process', forMs: [1500, 4000], often: 8 },
  'woken-alone': { family: 'process', forMs: [1500, 4000], often: 12 },
  'node-off-log': { family: 'calls', forMs: [50, 4000], often: 8 },
  'log-away': { family: 'calls', forMs: [50, 4000], often: 4 },
  'call-lost': { family: 'calls', forMs: none, often: 10 },
  'answer-lost': { family: 'calls', forMs: none, often: 30 },
  'call-late': { family: 'calls', forMs: none, often: 20 },
  'commits-unanswered': { family: 'calls', forMs: [1000, 6000], often: 3 },
  'coordinator-moved': { family: 'log', forMs: none, often: 10 },
  'partition-moved': { family: 'log', forMs: none, often: 15 },
  'broker-lost': { family: 'log', forMs: none, often: 6 },
  'journal-trimmed': { family: 'log', forMs: none, often: 40 },
}

/** Of these a run has one, if any: after it the job has another owner. */
const ends: readonly PublishFaultKind[] = [
  'cloned',
  'cloned',
  'taken-over',
  'taken-twice',
  'taken-twice',
  'taken-otherwise',
  'taken-stale',
  'taken-stale',
  'woken-late',
  'stopped',
  'restarted',
  'restarted',
  'rescaled',
  'deleted',
  'deletion-cut',
]

const END_CHANCE = 0.6
const END_MS = [1000, 4000] as const

function faultsOf(prng: Prng, safetyMs: number): readonly PublishFault[] {
  const span = { fromMs: QUIET_MS, toMs: safetyMs }
  const faults: PublishFault[] = drawFaults(prng, shapes, families, span)
  if (prng.chance(END_CHANCE)) {
    const end = drawFault(prng, prng.pick(ends), END_MS, span)
    faults.push({ ...end, atMs: prng.between(QUIET_MS + 1000, Math.round(safetyMs * 0.7)) })
  }
  return inOrder(faults)
}
