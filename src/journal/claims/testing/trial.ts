/** Claims at once, seed after seed: what `mutants.live.test.ts` bundles with a bug in it. */

import { Prng } from '../../../base/prng.ts'
import { bouts, fought, type Step, stepKinds } from './contest.ts'

/** What went wrong, in words, in the first seed in which something did. */
export function trial(seeds: number): string | undefined {
  for (let seed = 1; seed <= seeds; seed++) {
    const steps = drawn(new Prng(seed))
    for (const { name, ...shape } of bouts) {
      const wrong = fought(name, shape, steps)
      if (wrong !== undefined) return `seed ${seed}: ${name}: ${wrong}`
    }
  }
  return undefined
}

function drawn(prng: Prng): readonly Step[] {
  const length = prng.between(20, 250)
  return Array.from({ length }, () => ({ kind: prng.pick(stepKinds), pick: prng.below(9) }))
}
