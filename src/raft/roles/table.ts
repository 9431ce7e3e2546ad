/** Role x message: every cell is there. */

import type { Core } from '../core.ts'
import type { Message } from '../messages.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Role } from '../types.ts'
import { candidate } from './candidate.ts'
import type { Cell, Cells } from './cells.ts'
import { follower } from './follower.ts'
import { leader } from './leader.ts'
import { learner } from './learner.ts'
import { preCandidate } from './pre-candidate.ts'

const table: Readonly<Record<Role, Cells>> = {
  follower,
  learner,
  'pre-candidate': preCandidate,
  candidate,
  leader,
}

/** Hands a message of the core's own term to the cell of its role. */
export function dispatch(core: Core, message: Message): RefusalCode | undefined {
  // The cell's type follows from the message's, which the compiler cannot see through the table.
  const cell = table[core.role][message.type] as Cell<Message>
  return cell(core, message)
}
