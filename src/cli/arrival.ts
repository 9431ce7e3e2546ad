/**
 * What comes of joining is told for as long as it is of interest: not once the node was asked to
 * stop, nor once it has failed. What it meets while it is taken apart is no failure then.
 */

import type { Logger } from '../base/log.ts'

export class Arrival {
  readonly #logger: Logger
  readonly #fail: (error: unknown) => void
  #isOver = false

  constructor(logger: Logger, fail: (error: unknown) => void) {
    this.#logger = logger
    this.#fail = fail
  }

  async watch(joined: Promise<void>): Promise<void> {
    try {
      await joined
      if (!this.#isOver) this.#logger.log('info', 'the node is a member')
    } catch (error) {
      if (!this.#isOver) this.#fail(error)
      else this.#logger.log('info', 'joining was given up', { why: (error as Error).message })
    }
  }

  end(): void {
    this.#isOver = true
  }
}
