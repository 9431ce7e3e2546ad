/** Every bound of a log on a blob store, by name. */

import { defaultLogLimits, type LogLimits } from '../log/limits.ts'

type Shared = Pick<
  LogLimits,
  | 'fetchBytesMax'
  | 'fetchMsMax'
  | 'loadBytesMax'
  | 'waitingMax'
  | 'timeoutMsMax'
  | 'producersMax'
  | 'partitionsMax'
  | 'blocksMax'
  | 'retentionMs'
>

export interface BlobLogLimits extends Shared {
  /** Objects from one image to the next: whoever opens a sequence reads at most about so many. */
  readonly imageEvery: number
  /** Names that are asked for at once. */
  readonly listMax: number
  /** Objects that are read or removed at once. */
  readonly callsMax: number
  /** A call that nobody answers is made so often, and so long after the one before. */
  readonly triesMax: number
  readonly retryMs: number
  /**
   * Whoever has read nothing for so long reads before he writes: where others have removed what he
   * would write behind, it is not to be told what became of it.
   */
  readonly trustMs: number
  /** Others may be faster so often with what somebody wants to write. */
  readonly lossesMax: number
  /** Of one topic: the newest records stay in memory. */
  readonly cacheBytes: number
  /** While a fetch waits, it is seen so often whether there is more. */
  readonly pollMs: number
  /** Topics and ids whose state is in memory; those that nobody asks for are forgotten first. */
  readonly sequencesMax: number
  /** Topics that one transactional id may ever have been used in. */
  readonly homesMax: number
  /** Calls that wait for one sequence. */
  readonly queueMax: number
}

const MIB = 1024 * 1024

export const defaultBlobLogLimits: BlobLogLimits = {
  fetchBytesMax: defaultLogLimits.fetchBytesMax,
  fetchMsMax: defaultLogLimits.fetchMsMax,
  loadBytesMax: defaultLogLimits.loadBytesMax,
  waitingMax: defaultLogLimits.waitingMax,
  timeoutMsMax: defaultLogLimits.timeoutMsMax,
  retentionMs: defaultLogLimits.retentionMs,
  producersMax: 1000,
  partitionsMax: 1000,
  blocksMax: 100_000,
  imageEvery: 64,
  listMax: 1000,
  callsMax: 16,
  triesMax: 5,
  retryMs: 50,
  trustMs: 1000,
  lossesMax: 200,
  cacheBytes: 4 * MIB,
  pollMs: 50,
  sequencesMax: 2000,
  homesMax: 16,
  queueMax: 10_000,
}
