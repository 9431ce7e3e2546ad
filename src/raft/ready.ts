/**
 * The record of duties that the core hands to its host. The fields stand in the order in which they
 * must be done; replies that promise something durable are held back by the core itself until
 * `persisted` was reported.
 */

import type { ReplicaId } from '../base/ids.ts'
import type { Message } from './messages.ts'
import type { Chain, Entry, HardState, Image, ReadId } from './types.ts'

export interface Ready {
  /** 1. Send now; order does not matter, loss is allowed. */
  readonly messages: readonly Message[]
  /**
   * 2. Hand to the log writer, which writes in the order of `number` and reports
   * `persisted(number)`.
   */
  readonly write: Write | undefined
  /** 3. Read these bytes of an image and hand each of them back by `chunkRead`, once. */
  readonly chunkReads: readonly ChunkRead[]
  /**
   * 4. Throw the state away and load this image, then report `applied(image.index)`. Its bytes are
   * durable.
   */
  readonly install: Image | undefined
  /** 5. Apply in order, behind everything handed out before, and report `applied(index)`. */
  readonly committed: readonly Entry[]
  /** 6. The state may answer these reads now: all that they must see is applied. */
  readonly reads: readonly ReadId[]
  /** These reads will not be answered: whoever waits must be told to ask again. */
  readonly readsLost: readonly ReadId[]
  /** Fingerprints that were asked for and have been reached. */
  readonly chains: readonly ChainAt[]
}

/**
 * One durable step, to be written whole, in the order of the fields. Writing an entry with index i
 * discards every entry at or above i that was written before.
 */
export interface Write {
  readonly number: number
  /** Bytes of an image that is being received, for a file of their own. */
  readonly chunk: ChunkWrite | undefined
  /** The received image is complete and takes the place of the whole log. */
  readonly install: Image | undefined
  readonly hardState: HardState | undefined
  readonly entries: readonly Entry[]
  /** An image taken here covers the log up to its index: what is older need not be kept. */
  readonly compact: Image | undefined
  /** false: may be reported persisted without a sync. */
  readonly sync: boolean
}

export interface ChunkWrite {
  readonly image: Image
  /** Whose image it is: images of two replicas may differ in their bytes. */
  readonly from: ReplicaId
  readonly offset: number
  readonly data: Uint8Array
  readonly last: boolean
}

export interface ChunkRead {
  readonly to: ReplicaId
  readonly image: Image
  readonly offset: number
  readonly sizeBytesMax: number
}

/** The answer to a `ChunkRead`. `data` is missing when the image is no longer there. */
export interface ChunkBytes {
  readonly to: ReplicaId
  readonly imageIndex: number
  readonly offset: number
  readonly data?: Uint8Array
  readonly last: boolean
}

export interface ChainAt {
  readonly index: number
  readonly chain: Chain
}
