/** The way to an embedded log: in the process, or over the wire. */

import type { Asked, LogDone } from '../../base/stream-log.ts'
import type { AskedBy, CallName, ToldBy } from './calls.ts'

export interface Line {
  /** false: what answers here keeps what it knows elsewhere. */
  readonly isOneProcess: boolean
  /** Answered once, unless it is cancelled, and never before it has returned. */
  ask<Name extends CallName>(name: Name, asked: AskedBy<Name>, done: LogDone<ToldBy<Name>>): Asked
}
