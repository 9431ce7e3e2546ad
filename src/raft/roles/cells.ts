/**
 * The shape of the table role x message: every role answers every message of its own term, each by
 * a function of its own type. The compiler counts the cells; an answer that does nothing is written
 * as such.
 */

import type { Core } from '../core.ts'
import type { Leadership } from '../leading/leadership.ts'
import type { Message, MessageType } from '../messages.ts'
import type { RefusalCode } from '../refusal.ts'

export type Cell<M> = (core: Core, message: M) => RefusalCode | undefined
export type Cells = { readonly [T in MessageType]: Cell<Extract<Message, { type: T }>> }

/** An answer to something that this role no longer waits for. */
export const stale = (): RefusalCode => 'stale'

/** In one term nobody can have a reason to send this to such a role. */
export const unexpected = (): RefusalCode => 'unexpected'

export const notLeader = (): RefusalCode => 'not-leader'

type LeaderCell<M> = (core: Core, leading: Leadership, message: M) => RefusalCode | undefined

/** A cell that needs what only a leader has. */
export function leading<M>(cell: LeaderCell<M>): Cell<M> {
  return (core, message) =>
    core.leading === undefined ? 'not-leader' : cell(core, core.leading, message)
}
