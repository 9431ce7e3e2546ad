/**
 * The journal's two faces towards the group whose outputs it lets out: what it asks of the Raft
 * side, and whom it tells. It is told in turn (`GroupJournal`) who leads and what was applied.
 */

import type { Output, SinkRun } from './types.ts'

/**
 * `leads`: after the question was asked a quorum has said that this replica leads, in the term that
 * was meant, and all that was committed before is applied here. `deposed`: it does not lead in that
 * term, and never will again. `unknown`: nobody answered; ask again.
 */
export type Verdict = 'leads' | 'deposed' | 'unknown'

/** Completions never come before their call has returned. */
export interface JournalGroup {
  /** A ReadIndex. Answered in any case. */
  confirm(term: number, done: (verdict: Verdict) => void): void
  /**
   * An entry with `writeProgress` of what is given, refused unless this replica leads in this term.
   * Answered in any case; whether it was applied is seen in the outbox, not here.
   */
  propose(term: number, progress: Uint8Array, done: () => void): void
  /**
   * All of the run as records, in order; a function of what is given and nothing else. Each is
   * given its identity behind it.
   */
  render(run: SinkRun, generation: number): readonly Output[]
}

/** What a takeover consists of, and the end of each transaction. */
export type Step = 'confirm' | 'init' | 'fetch' | 'commit'

export interface JournalListener {
  /** Schedules up to here are durable in the journal: what these entries made may leave. */
  onReleased(seq: number): void
  /** Outputs of this sink up to this number are decided, for every reader of what is committed. */
  onPublished(sink: string, upTo: number): void
  /** Told once for each trouble; it is tried again slowly, and nothing is lost meanwhile. */
  onStalled(code: string, message: string): void
  /** What was told last is over. */
  onResumed(): void
  /** For good: this generation lets nothing out any more. */
  onHalted(code: string, message: string): void
  /** It was taken, and succeeded. */
  onStep?(step: Step): void
}
