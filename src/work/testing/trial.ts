/** Hosts and bodies, seed after seed: what `mutants.live.test.ts` bundles with a bug in it. */

import { Prng } from '../../base/prng.ts'
import { hostingPlayed } from './hosting-play.ts'

/** What went wrong, in words, in the first seed in which something did. */
export function trial(seeds: number): string | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const wrong = hostingPlayed(new Prng(seed))
    if (wrong !== undefined) return `seed ${seed}: ${wrong}`
  }
  return undefined
}
