/** What a run leaves: plain JSON, to be added up over a campaign. */

import type { Counters } from '../../../src/raft/counters.ts'

/** Times something happened, by name. */
export type Counts = Record<string, number>

export interface Failure {
  readonly checker: string
  readonly detail: string
}

export interface Result {
  readonly seed: number
  readonly failure?: Failure
  /** Faults that hit, by kind. */
  readonly faults: Counts
  /** By checker. */
  readonly checks: Counts
  /** Messages by 'role message'. */
  readonly cells: Counts
  /** By code. */
  readonly refused: Counts
  readonly simulatedMs: number
  readonly events: number
  readonly operations: number
  /** Keys whose search for a linear order was given up. */
  readonly undecided: number
  /** Until a write succeeded after the leader was killed, and after it fell silent. */
  readonly killedMs?: number
  /** In election times, since each run has its own. */
  readonly silentElections?: number
  readonly traceHash: number
}

export function addCounts(sum: Counts, more: Readonly<Counts>): void {
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count
}

/** Adds what one life of a core counted. */
export function addCounters(cells: Counts, refused: Counts, counters: Counters): void {
  for (const [role, messages] of Object.entries(counters.received)) {
    for (const [type, count] of Object.entries(messages)) {
      const cell = `${role} ${type}`
      cells[cell] = (cells[cell] ?? 0) + count
    }
  }
  addCounts(refused, counters.refused)
}
