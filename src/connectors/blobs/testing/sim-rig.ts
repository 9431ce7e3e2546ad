/** Blob logs of tests over a simulated store: several clients, each with its own view. */

import { blobFaultKinds, calmBlobs, SimBlobs } from '../../../../chaos/sim/world/blob-store.ts'
import { EventQueue, SimClock } from '../../../../chaos/sim/world/clock.ts'
import { Tally } from '../../../../chaos/sim/world/tally.ts'
import { Prng } from '../../../base/prng.ts'
import type { StreamLog } from '../../../base/stream-log.ts'
import { LogClient } from '../../log/client.ts'
import { BlobLog } from '../blob-log.ts'
import { type BlobLogLimits, defaultBlobLogLimits } from '../limits.ts'

export const PREFIX = 'jobs/clicks'

/** Small, so that images and removals come early. */
export const smallLimits: BlobLogLimits = {
  ...defaultBlobLogLimits,
  imageEvery: 4,
  callsMax: 3,
  trustMs: 200,
  listMax: 30,
}

export class SimRig {
  readonly queue = new EventQueue()
  readonly clock = new SimClock(this.queue)
  readonly tally = new Tally(blobFaultKinds)
  readonly blobs: SimBlobs
  readonly #prng: Prng
  readonly #limits: BlobLogLimits
  #clients = 0

  constructor(seed: number, limits = smallLimits) {
    this.#prng = new Prng(seed)
    this.#limits = limits
    const { queue, tally } = this
    this.blobs = new SimBlobs(calmBlobs, { queue, tally, prng: this.#prng.fork('blobs') })
  }

  client(admit?: (happen: () => void) => void): StreamLog {
    const { clock } = this
    const random = this.#prng.fork(`client ${this.#clients++}`)
    const store = this.blobs.client(admit)
    return new LogClient(
      new BlobLog({ store, prefix: PREFIX, clock, random, limits: this.#limits }),
    )
  }

  until(holds: () => boolean): void {
    while (!holds()) if (!this.queue.step()) throw new Error('it never comes true')
  }

  /** Keys of what truly is there, below the prefix. */
  get keys(): readonly string[] {
    return this.blobs.objects().map(([key]) => key.slice(PREFIX.length + 1))
  }
}
