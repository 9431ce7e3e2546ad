/** The real body of the Clock door. A delay of 0 is the end of this turn of the event loop. */

import type { Clock, Timer } from '../base/env.ts'

export const realClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, fire) {
    return delayMs <= 0 ? atEndOfTurn(fire) : timer(delayMs, fire)
  },
}

/** Not a timer of 0 ms, which Node makes one of 1 ms. */
function atEndOfTurn(fire: () => void): Timer {
  const immediate = setImmediate(fire)
  return { cancel: () => clearImmediate(immediate) }
}

function timer(delayMs: number, fire: () => void): Timer {
  const timeout = setTimeout(fire, delayMs)
  return { cancel: () => clearTimeout(timeout) }
}
