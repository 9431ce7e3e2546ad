/**
 * The contract between the simulator and its checkers. The world tells every checker what
 * happened, in the order in which it happened; a checker that saw something impossible throws a
 * `Violation`, which ends the run.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { Entry, Image } from '../../../src/raft/types.ts'
import type { Machine } from '../machine.ts'
import type { CoreView } from './core.ts'

export type StepInput =
  | 'tick'
  /** The process stood still, and this tick came so late that it counts for nothing. */
  | 'late-tick'
  | 'message'
  | 'propose'
  | 'persisted'
  | 'applied'
  /** The connection to the leader closed. */
  | 'suspect'
  | 'other'

export interface ReplicaView {
  readonly id: ReplicaId
  /** How often this replica has started, from 1. */
  readonly boot: number
  readonly raft: CoreView
  readonly machine: Machine
  readonly durable: DurableView
}

/**
 * What a crash now, with every unsynced byte lost, would leave. The host keeps it as syncs
 * complete, independent of what the core believes.
 */
export interface DurableView {
  readonly term: number
  readonly vote: number
  readonly commit: number
  readonly image: Image
  /** The image's index when there is no entry behind it. */
  readonly lastIndex: number
  /** The image's term at its index; undefined below it and beyond `lastIndex`. */
  termAt(index: number): number | undefined
}

export interface Checker {
  /** Cited in reports, such as 'RAFT-1 election safety'. */
  readonly name: string
  /** How many comparisons were made that could have failed. */
  checks: number
  /** After a start or a restart, before any input. */
  started?(replica: ReplicaView): void
  /**
   * After each input to the core, each tick too; its Ready has been taken, and none of the Ready's
   * duties done.
   */
  stepped?(replica: ReplicaView, input: StepInput, message?: Message): void
  /** After a tick of so much time, before `stepped` tells of it. */
  ticked?(replica: ReplicaView, elapsedMs: number): void
  /** Before the network sees it. */
  sent?(replica: ReplicaView, message: Message): void
  /** After a write became durable and before the core is told. */
  durable?(replica: ReplicaView): void
  /** After the machine applied it. */
  applied?(replica: ReplicaView, entry: Entry): void
  /** After healing and convergence. */
  ended?(live: readonly ReplicaView[]): void
}

export class Violation extends Error {
  readonly checker: string
  readonly detail: string

  constructor(checker: string, detail: string) {
    super(`${checker}: ${detail}`)
    this.name = 'Violation'
    this.checker = checker
    this.detail = detail
  }
}
