/** How the clients of one run behave, drawn from its seed: each run leans another way. */

import type { Draws } from './port.ts'

export interface WorkloadOptions {
  readonly clients: number
  /** Key k is a register, a list or a queue as `kindOf` says. */
  readonly keys: number
  /** Operations after which the clients rest. */
  readonly operations: number
  /** They spread them over so long. */
  readonly lastsMs: number
  /** A client that waited so long gives up and knows nothing of the outcome. */
  readonly timeoutMs: number
  readonly readChance: number
  /** A read asks any replica, not the one that is believed to lead. */
  readonly anyReplicaChance: number
  /** Who asks any replica asks the one that started last. */
  readonly youngestChance: number
  /** A client dawdles between learning the term and proposing in it. */
  readonly dawdleChance: number
  readonly dawdleMsMax: number
  readonly paddingBytesMax: number
  /** Between attempts of the sweep that ends a run. */
  readonly retryMs: number
}

/** The last part of a phase is for those that waited long for a leader or an answer. */
const BUSY_PART = 0.9
/** Keys of each kind at least; few keys make contention. */
const KEYS_MIN = 3

export function drawWorkload(prng: Draws, lastsMs: number): WorkloadOptions {
  const clients = prng.between(4, 10)
  const operations = prng.between(240, 440)
  return {
    clients,
    keys: KEYS_MIN * prng.between(1, 5),
    operations,
    lastsMs: Math.floor(lastsMs * BUSY_PART),
    timeoutMs: prng.between(300, 2500),
    readChance: prng.between(10, 60) / 100,
    anyReplicaChance: prng.between(0, 100) / 100,
    youngestChance: prng.chance(0.5) ? 0.5 : 0,
    dawdleChance: prng.chance(0.5) ? 0.2 : 0,
    dawdleMsMax: prng.between(50, 2000),
    paddingBytesMax: prng.chance(0.3) ? prng.between(50, 2000) : 0,
    retryMs: 200,
  }
}
