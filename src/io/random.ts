/** The real body of the Random door: the system's own chance, fetched in blocks. */

import { createHash, randomBytes, randomFillSync } from 'node:crypto'
import type { Random } from '../base/env.ts'

const BLOCK = 256

export class SystemRandom implements Random {
  readonly #block = new Uint32Array(BLOCK)
  #at = BLOCK

  uint32(): number {
    if (this.#at === BLOCK) {
      randomFillSync(this.#block)
      this.#at = 0
    }
    return this.#block[this.#at++] as number
  }
}

/** A name that nothing else has: of a cluster, a data folder, a process. */
export function randomId(): string {
  return randomBytes(8).toString('hex')
}

/** SHA-256, for digests that are compared between nodes. */
export function newHasher() {
  const hash = createHash('sha256')
  return {
    update(bytes: Uint8Array): void {
      hash.update(bytes)
    },
    hex: (): string => hash.digest('hex'),
  }
}
