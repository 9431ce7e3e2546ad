/**
 * A known bug, put back by an exact patch of the source, to prove that the simulator, or the random
 * plans of the engine, would have found it. A patch whose text is not found exactly once no longer
 * applies, which is an error.
 */

import type { TrialName } from './trials.ts'

export interface Mutant {
  readonly name: string
  /** From the root of the repository. */
  readonly file: string
  /** Stands exactly once in the file. */
  readonly find: string
  readonly replace: string
  /** The course of events by which it does harm. */
  readonly why: string
  /** Where the bug was met, or what is known of it. */
  readonly origin: string
  /** What plays it; missing: the consensus core alone. `engine`: random plans beside the oracle. */
  readonly scenario?: TrialName
  /** Seeds seldom come to it: a schedule that is kept and shows it, which is played first. */
  readonly schedule?: string
  /** What would hide it, taken away as well: caught is what this one alone does not show. */
  readonly beside?: Mutant
  /** Written without knowledge of the checkers that are to find it. */
  readonly blind?: true
}
