/** Test support: bytes made a little wrong. */

import type { Prng } from '../../base/prng.ts'

/** One to four changes: a byte, a cut, a piece taken out, a piece said twice. */
export function mutated(bytes: Uint8Array, random: Prng): Uint8Array {
  let mutant = [...bytes]
  for (let left = random.between(1, 4); left > 0; left--) {
    const at = random.below(mutant.length + 1)
    const to = at + random.below(8)
    const kind = random.below(5)
    if (kind === 0) mutant[at] = random.below(256)
    else if (kind === 1) mutant = mutant.slice(0, at)
    else if (kind === 2) mutant.splice(at, to - at)
    else if (kind === 3) mutant.splice(at, 0, ...mutant.slice(at, to))
    else mutant.splice(at, 1, 0xff, 0xff, random.below(128))
  }
  return Uint8Array.from(mutant)
}
