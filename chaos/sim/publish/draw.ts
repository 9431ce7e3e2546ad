/**
 * Draws a scenario of publishers from a seed, in the manner of swarm testing: each seed leaves out
 * whole families of faults and leans on others, and has its own bounds and times.
 */

import { Prng } from '../../../src/base/prng.ts'
import { defaultJournalBounds, type JournalBounds } from '../../../src/journal/bounds.ts'
import { drawFleet } from '../fleet/draw.ts'
import type { FleetProfile } from '../fleet/scenario.ts'
import { calmLog, type LogProfile } from '../world/log/faults.ts'
import type { PublishFaultKind } from './kinds.ts'
import type { FeedProfile, PublishFault, PublishProfile, PublishScenario } from './scenario.ts'

const SAFETY_MS = [8000, 14_000] as const
const GROUPS_MAX = 2
/** More than there are ever nodes, partitions or groups. */
const TARGETS = 64
/** A claim is made, and groups begin, before the first fault. */
const QUIET_MS = 2000
const HELD_BYTES_MAX = 10_000
/** Nobody calls a core while it is on the stack. */
const AT_ONCE_US = 1

export function drawPublish(seed: number): PublishScenario {
  const prng = new Prng(seed).fork('publish')
  const safetyMs = prng.between(SAFETY_MS[0], SAFETY_MS[1])
  return {
    seed,
    nodes: 3,
    groups: prng.between(1, GROUPS_MAX),
    safetyMs,
    profile: drawProfile(seed, prng.fork('profile')),
    faults: drawFaults(prng.fork('faults'), safetyMs),
  }
}

/** A schedule that was kept knows nothing of what came later: it is as usual. */
export function completed(kept: PublishScenario): PublishScenario {
  const { profile } = kept
  const bounds = { ...defaultJournalBounds, ...profile.bounds }
  const { questionsLost = 0, hearUs = AT_ONCE_US } = profile
  const log = { ...calmLog, ...profile.log }
  return { ...kept, profile: { ...profile, questionsLost, hearUs, bounds, log } }
}

function drawProfile(seed: number, prng: Prng): PublishProfile {
  return {
    fleet: fleetProfile(seed, prng),
    log: drawLog(prng),
    bounds: drawBounds(prng),
    feed: drawFeed(prng),
    questionsLost: prng.pick([0, 0, 0.1, 0.4]),
    hearUs: prng.pick([AT_ONCE_US, AT_ONCE_US, 5000, 50_000]),
    flushMs: prng.pick([200, 1000, 5000]),
  }
}

/** That of the scenario `host`, with machines that live as long as their process. */
function fleetProfile(seed: number, prng: Prng): FleetProfile {
  const { profile } = drawFleet(seed)
  const { disk, machine, store } = profile
  return {
    ...profile,
    disk: { ...disk, syncMeanUs: prng.pick([100, 1000, 3000]), slowReads: 0 },
    machine: { ...machine, delayUs: prng.pick([1, 100, 5000]), looks: 0 },
    // A beginning is an entry that may be long.
    limits: { ...profile.limits, uncommittedBytesMax: 1_000_000 },
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
  }
}

type Range = readonly [number, number]

interface Shape {
  readonly family: 'wire' | 'process' | 'calls' | 'log' | 'clusters'
  readonly forMs: Range
  /** Times in a minute when its family is at its highest rate. */
  readonly often: number
}

const none: Range = [0, 0]

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

const FAMILY_ON = 0.75
const KIND_ON = 0.6
const LEADER_CHANCE = 0.4
const END_CHANCE = 0.6

function drawFaults(prng: Prng, safetyMs: number): readonly PublishFault[] {
  const rates = new Map<string, number>()
  for (const family of ['wire', 'process', 'calls', 'log']) {
    rates.set(family, prng.chance(FAMILY_ON) ? prng.pick([0.3, 0.6, 1]) : 0)
  }
  const faults: PublishFault[] = []
  for (const [kind, shape] of Object.entries(shapes) as [PublishFaultKind, Shape][]) {
    const rate = rates.get(shape.family) ?? 0
    if (!prng.chance(KIND_ON) || rate === 0) continue
    const many = Math.ceil((prng.float() * 2 * shape.often * rate * safetyMs) / 60_000)
    for (let i = 0; i < many; i++) faults.push(drawFault(prng, kind, shape.forMs, safetyMs))
  }
  if (prng.chance(END_CHANCE)) {
    const end = drawFault(prng, prng.pick(ends), [1000, 4000], safetyMs)
    faults.push({ ...end, atMs: prng.between(QUIET_MS + 1000, Math.round(safetyMs * 0.7)) })
  }
  return faults.sort((a, b) => a.atMs - b.atMs)
}

function drawFault(
  prng: Prng,
  kind: PublishFaultKind,
  [low, high]: Range,
  safetyMs: number,
): PublishFault {
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
