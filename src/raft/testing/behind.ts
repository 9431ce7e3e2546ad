/** Test support, no part of what runs: a follower that needs an image, in chunks. */

import { Bench } from './bench.ts'

export const BEHIND_LIMITS = { tailEntries: 0, chunkBytesMax: 20 }

/** Replica 3 was cut off, and what it missed is in the leader's log no longer. */
export function behind(writes = 6): Bench {
  const bench = new Bench({ voters: [1, 2, 3], limits: BEHIND_LIMITS })
  bench.elect(1)
  bench.cut(3)
  for (let i = 0; i < writes; i++) bench.write(1, `w${i}`)
  bench.replica(1).takeImage()
  bench.heal()
  return bench
}
