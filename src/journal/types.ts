/**
 * The nouns of the journal: what a group has committed and must let out, once and in order, and
 * what is known about how much of it has left. Plain records; nothing here decides anything.
 */

import type { NewRecord } from '../base/stream-log.ts'

/**
 * One incarnation of a job's plan, and who claimed it: `owner` is drawn by chance for every claim,
 * so that two claims of one number can be told apart.
 */
export interface Claim {
  /** From 1. */
  readonly generation: number
  readonly owner: string
  /** Jobs of this name that had generations up to this were deleted: what they left is nothing. */
  readonly deleted?: number
}

/** Outputs 1 to `upTo` of this sink are out. */
export interface SinkCursor {
  readonly sink: string
  readonly upTo: number
}

export interface SinkProgress extends SinkCursor {
  /** Where its own newest marker lies, in a log of its own; 0 for every other sink. */
  readonly offset: number
}

/** What one entry has for one sink: outputs `first` to `first + count - 1`, in bytes. */
export interface SinkRun {
  readonly sink: string
  /** The first output of all has number 1. */
  readonly first: number
  readonly count: number
  readonly bytes: Uint8Array
}

/** An entry as the journal has it: all that a replay takes, and what must come of it again. */
export interface Scheduled {
  readonly schedule: Uint8Array
  /**
   * Of all that it did, to the state and to sinks: a whole number from 0, a function of the state
   * before and the schedule alone. Whoever takes entries makes it.
   */
  readonly digest: number
}

/** A committed entry that has a seq, less what it did to the state. */
export interface OutEntry extends Scheduled {
  /** From 1, without gaps. */
  readonly seq: number
  /** In which it was first journaled: a replay has it from the journal. Else the current one. */
  readonly generation: number
  /** Each sink at most once. */
  readonly runs: readonly SinkRun[]
}

/** The entry by which a leader tells its group what is durable outside. Never ahead of it. */
export interface Progress {
  /** Schedules up to this seq are in the journal. */
  readonly journaled: number
  /** Whoever reads the journal from here finds the newest marker. */
  readonly offset: number
  /** By ascending name (in UTF-16). */
  readonly published: readonly SinkProgress[]
}

/** One output as its log will have it. */
export interface Output {
  readonly topic: string
  readonly partition: number
  readonly record: NewRecord
}

/** Bad news for people: `code` is stable, `message` says what to do. */
export interface Trouble {
  readonly code: string
  readonly message: string
}
