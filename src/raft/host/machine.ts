/** What a group replicates: its state, as the host sees it. */

import type { ByteSource } from '../../base/source.ts'
import type { Entry, Image } from '../types.ts'

/** One call at a time: the host asks for nothing more before `done`. */
export interface GroupMachine {
  /** What the state reflects; the host applies what follows. */
  readonly appliedIndex: number
  /** Entries of every kind, in order; `results` has one for each, for whoever proposed it. */
  apply(entries: readonly Entry[], done: (results: readonly unknown[]) => void): void
  /**
   * An image is wanted: `done` when the state is worth one, soon or within the call. A log that is
   * over its bound waits for nobody. Missing: it always is.
   */
  beforeCut?(done: () => void): void
  /** The state as it is now, whatever is applied later. */
  cut(): ByteSource
  /** Takes the place of the whole state. false: the bytes broke off, and the state is void. */
  restore(image: Image, source: ByteSource, done: (isWhole: boolean) => void): void
  /** Nothing is asked of it any more; what it holds may go. */
  close(done: () => void): void
}
