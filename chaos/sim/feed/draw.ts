/** A scenario of groups that feed each other, from its seed. */

import { Prng } from '../../../src/base/prng.ts'
import { type FeedFault, type FeedScenario, feedKinds } from './kinds.ts'

const FAULTY_MS = { min: 200, max: 3000 }
const FAULTS_MAX = 24
const FOR_MS_MAX = 400

export function drawFeed(seed: number): FeedScenario {
  const prng = new Prng(seed).fork('feed')
  const faultyMs = prng.between(FAULTY_MS.min, FAULTY_MS.max)
  // Each kind is missing in many seeds.
  const kinds = feedKinds.filter(() => prng.chance(0.6))
  const faults = Array.from({ length: prng.below(FAULTS_MAX) }, (): FeedFault[] => {
    if (kinds.length === 0) return []
    const [atMs, forMs] = [prng.below(faultyMs), 1 + prng.below(FOR_MS_MAX)]
    return [{ kind: prng.pick(kinds), atMs, forMs, whom: prng.below(1000) }]
  }).flat()
  return {
    ...{ seed, faultyMs, partitions: prng.between(1, 3), groups: prng.between(1, 4) },
    burst: prng.between(1, 12),
    callsLost: prng.chance(0.5) ? 0 : prng.below(10) / 100,
    faults: faults.sort((one, other) => one.atMs - other.atMs),
  }
}
