/** How long to wait before what failed is tried again: longer each time, and drawn by chance. */

import type { Random } from '../../base/env.ts'
import type { FeedBounds } from './bounds.ts'

const TWO_32 = 2 ** 32
/** Beyond it the longest pause is reached with any bounds. */
const DOUBLINGS_MAX = 20

export class Pause {
  readonly #random: Random
  readonly #bounds: Pick<FeedBounds, 'retryMinMs' | 'retryMaxMs'>
  #failures = 0

  constructor(random: Random, bounds: Pick<FeedBounds, 'retryMinMs' | 'retryMaxMs'>) {
    this.#random = random
    this.#bounds = bounds
  }

  /** It failed once more. */
  nextMs(): number {
    const { retryMinMs, retryMaxMs } = this.#bounds
    this.#failures = Math.min(this.#failures + 1, DOUBLINGS_MAX)
    const longest = Math.min(retryMaxMs, retryMinMs * 2 ** this.#failures)
    return retryMinMs + (this.#random.uint32() / TWO_32) * (longest - retryMinMs)
  }

  onSuccess(): void {
    this.#failures = 0
  }
}
