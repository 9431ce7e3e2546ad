/** Every bound of an embedded log, by name. */

export interface LogLimits {
  /** A segment that has grown so far is followed by a new one. */
  readonly segmentBytes: number
  /** The newest records stay in memory, up to so many bytes, for those who read at the end. */
  readonly cacheBytes: number
  /** Blocks that are kept: each takes some 200 bytes of memory (measured: 196). */
  readonly blocksMax: number
  /** What goes into one frame; one request always goes. */
  readonly frameBytesMax: number
  /** A transaction may ask for so much time and no more. */
  readonly timeoutMsMax: number
  readonly producersMax: number
  /** An id that nobody has used for so long is forgotten; as long as Kafka keeps it. */
  readonly idsMs: number
  readonly partitionsMax: number
  /** What a fetch answers at most, but for a record that is larger alone. */
  readonly fetchBytesMax: number
  /** While so much is being read for answers, no further one is begun. */
  readonly loadBytesMax: number
  /** A fetch is answered with nothing by then. */
  readonly fetchMsMax: number
  /** Fetches that wait for records. */
  readonly waitingMax: number
  /** How often it is seen which transactions took too long. */
  readonly expiryMs: number
  /** How often it is seen what is too old, too much, or not used. */
  readonly retentionMs: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const defaultLogLimits: LogLimits = {
  segmentBytes: 64 * MIB,
  cacheBytes: 64 * MIB,
  blocksMax: 2_000_000,
  frameBytesMax: 8 * MIB,
  timeoutMsMax: 900_000,
  producersMax: 100_000,
  idsMs: 7 * 24 * 60 * 60 * 1000,
  partitionsMax: 10_000,
  fetchBytesMax: 16 * MIB,
  loadBytesMax: 64 * MIB,
  fetchMsMax: 30_000,
  waitingMax: 10_000,
  expiryMs: 100,
  retentionMs: 10_000,
}
