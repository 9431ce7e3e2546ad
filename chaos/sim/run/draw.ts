/**
 * Draws a scenario from a seed, in the manner of swarm testing: each seed leaves out whole families
 * of faults and leans on others, and has its own sizes, speeds and bounds. What every run mixes
 * evenly finds less.
 */

import { Prng } from '../../../src/base/prng.ts'
import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import { defaultLimits, defaultTimes } from '../../../src/raft/options.ts'
import { drawWorkload } from '../clients/mix.ts'
import type { ApplyProfile } from '../host/applier.ts'
import type { DiskProfile } from '../world/disk.ts'
import type { NetworkProfile } from '../world/network.ts'
import type { Profile, Scenario } from './scenario.ts'
import { drawFaults } from './schedule.ts'

/** A run's safety phase is never shorter. */
export const SAFETY_MS_MIN = 60_000
const SAFETY_MS_MAX = 75_000
const VOTERS = [3, 7] as const

export function drawScenario(seed: number): Scenario {
  const prng = new Prng(seed).fork('scenario')
  const voters = prng.between(VOTERS[0], VOTERS[1])
  const safetyMs = prng.between(SAFETY_MS_MIN, SAFETY_MS_MAX)
  const profile = drawProfile(prng.fork('profile'), safetyMs)
  return {
    seed,
    voters,
    learners: prng.chance(0.2) ? prng.between(1, 2) : 0,
    votersMin: prng.between(1, 3),
    replicasMax: voters + prng.between(1, 3),
    safetyMs,
    profile,
    faults: drawFaults(prng.fork('faults'), safetyMs, profile.times.electionMs),
  }
}

function drawProfile(prng: Prng, safetyMs: number): Profile {
  const times = drawTimes(prng)
  return {
    network: drawNetwork(prng.fork('network'), times.heartbeatMs),
    disk: drawDisk(prng.fork('disk')),
    apply: drawApply(prng.fork('apply')),
    times,
    limits: drawLimits(prng.fork('limits')),
    tickMs: prng.pick([5, 10, 20]),
    workload: drawWorkload(prng.fork('workload'), safetyMs),
  }
}

/** Half of the runs keep the product's own times. */
function drawTimes(prng: Prng): RaftTimes {
  if (prng.chance(0.5)) return defaultTimes
  const electionMs = prng.pick([300, 500, 1000, 2000])
  const heartbeatMs = Math.round(electionMs / prng.pick([4, 6, 10]))
  return {
    electionMs,
    heartbeatMs,
    stallMs: prng.between(heartbeatMs, electionMs),
    chunkRetryMs: prng.between(100, 1000),
  }
}

/** Each bound is the product's own, or so small that it is always hit. */
function drawLimits(prng: Prng): RaftLimits {
  const tiny = (small: readonly number[], usual: number) =>
    prng.chance(0.4) ? prng.pick(small) : usual
  return {
    ...defaultLimits,
    entryBytesMax: tiny([200, 1000], defaultLimits.entryBytesMax),
    messageBytesMax: tiny([1, 60, 300, 2000], defaultLimits.messageBytesMax),
    inflightEntriesMax: tiny([1, 2, 5, 20], defaultLimits.inflightEntriesMax),
    inflightBytesMax: tiny([1, 100, 1000], defaultLimits.inflightBytesMax),
    uncommittedBytesMax: tiny([1, 200, 2000], defaultLimits.uncommittedBytesMax),
    committedBytesMax: tiny([1, 100, 1000], defaultLimits.committedBytesMax),
    chunkBytesMax: prng.chance(0.5) ? prng.pick([16, 64, 300, 2000]) : defaultLimits.chunkBytesMax,
    readsPendingMax: tiny([1, 2, 5], defaultLimits.readsPendingMax),
    promoteLagMax: tiny([0, 3, 20], defaultLimits.promoteLagMax),
    tailEntries: prng.pick([0, 0, 1, 5, 20, 1000]),
  }
}

/** A round trip stays well below an election time, or the group would have no leader for good. */
function drawNetwork(prng: Prng, heartbeatMs: number): NetworkProfile {
  const meanMax = Math.min(20_000, heartbeatMs * 150)
  const rate = (most: number) => (prng.chance(0.5) ? (prng.below(1000) / 1000) * most : 0)
  return {
    delayMinUs: prng.between(50, 1000),
    delayMeanUs: prng.between(100, meanMax),
    delayShape: prng.pick(['even', 'tailed']),
    inOrder: prng.chance(0.5),
    loss: rate(0.1),
    duplicate: rate(0.1),
    reorder: rate(0.1),
    replay: rate(0.03),
    echo: rate(0.3),
    capacity: prng.chance(0.3) ? prng.between(2, 20) : 10_000,
  }
}

function drawDisk(prng: Prng): DiskProfile {
  return {
    syncMinUs: prng.between(20, 2000),
    syncMeanUs: prng.pick([100, 1000, 5000, 20_000]),
    readUs: prng.pick([50, 500, 5000, 50_000]),
    otherUs: prng.pick([5, 50, 500]),
    slowReads: prng.pick([0, 0, 0.1, 0.9]),
  }
}

function drawApply(prng: Prng): ApplyProfile {
  return {
    delayUs: prng.pick([1, 100, 5000, 50_000]),
    atOnceMax: prng.pick([1, 3, 100]),
    imageEvery: prng.pick([5, 20, 60, 200]),
    imageUs: prng.pick([1, 1000, 100_000]),
  }
}
