/** Tortures a log, seed after seed: what `mutants.live.test.ts` bundles with a bug in it. */

import { Torture } from './torture.ts'

/** What went wrong, in words, in the first seed in which something did. */
export function trial(seeds: number, from = 1): string | undefined {
  for (let seed = from; seed < from + seeds; seed++) {
    try {
      new Torture(seed).run()
    } catch (error) {
      return `seed ${seed}: ${(error as Error).message}`
    }
  }
  return undefined
}
