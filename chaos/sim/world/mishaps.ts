/**
 * What befalls single frames on a simulated path, as careless middle boxes and bad memory do it: a
 * bit turns over, what is said first on a connection never arrives, or arrives twice. Each is
 * planned for a path and waits there for a frame that it fits.
 */

import type { Prng } from '../../../src/base/prng.ts'

export type Mishap = 'damaged-frame' | 'lost-hello' | 'twice-hello'

/** A frame that a mishap meets, at the end of its way. */
export interface Struck {
  readonly mishap: Mishap
  /** Whose machine it has come to. */
  readonly to: number
  /** Gives it to whoever listens there. */
  hand(): void
  /** Whoever listens there has hung up. */
  readonly isClosed: boolean
}

/** Whether a mishap waits for the first frame of a connection. */
const isForHello: Readonly<Record<Mishap, boolean>> = {
  'damaged-frame': false,
  'lost-hello': true,
  'twice-hello': true,
}

interface Planned {
  readonly from: number
  readonly to: number
  readonly mishap: Mishap
}

export class Mishaps {
  #planned: Planned[] = []

  plan(from: number, to: number, mishap: Mishap): void {
    this.#planned.push({ from, to, mishap })
  }

  clear(): void {
    this.#planned = []
  }

  /** What befalls a frame that arrives; it is over with that. */
  take(from: number, to: number, isFirst: boolean): Mishap | undefined {
    const at = this.#planned.findIndex(one => {
      return one.from === from && one.to === to && (isFirst || !isForHello[one.mishap])
    })
    return at < 0 ? undefined : this.#planned.splice(at, 1)[0]?.mishap
  }
}

/** The frame with one bit turned over; an empty one has none. */
export function flipped(frame: Uint8Array, prng: Prng): Uint8Array {
  const copy = frame.slice()
  if (copy.length === 0) return copy
  const at = prng.below(copy.length)
  copy[at] = (copy[at] as number) ^ (1 << prng.below(8))
  return copy
}
