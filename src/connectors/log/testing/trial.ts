/** Tortures a log, seed after seed: what `mutants.live.test.ts` bundles with a bug in it. */

import { Prng } from '../../../base/prng.ts'
import { CrashDisk } from '../../../base/testing/crash-disk.ts'
import { Torture } from './torture.ts'

const LIVES = 6
const ACTS = 60

/** What went wrong, in words, in the first seed in which something did. */
export function trial(seeds: number): string | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      play(new Prng(seed))
    } catch (error) {
      return `seed ${seed}: ${(error as Error).message}`
    }
  }
  return undefined
}

function play(prng: Prng): void {
  const torture = new Torture(prng, new CrashDisk())
  for (let life = 0; life < LIVES; life++) {
    for (let acts = prng.below(ACTS); acts > 0 && !torture.isEarly; acts--) {
      torture.act()
      for (let left = prng.below(12); left > 0 && !torture.isEarly; left--) torture.still.step()
    }
    const { disk } = torture.still
    if (prng.chance(0.6)) torture.reopen(disk.crash(prng))
    else {
      disk.kill()
      torture.reopen(disk)
    }
  }
}
