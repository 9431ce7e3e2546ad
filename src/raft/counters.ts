/** What arrived and what was refused, for metrics and for the simulator's table role x message. */

import type { MessageType } from './messages.ts'
import { messageTypes } from './messages.ts'
import type { RefusalCode } from './refusal.ts'
import { refusalCodes } from './refusal.ts'
import type { Role } from './types.ts'
import { roles } from './types.ts'

export interface Counters {
  /** By the role on arrival, before a newer term may have changed it. */
  readonly received: Record<Role, Record<MessageType, number>>
  readonly refused: Record<RefusalCode, number>
}

export function noCounters(): Counters {
  const received = table(roles, () => table(messageTypes, () => 0))
  return { received, refused: table(refusalCodes, () => 0) }
}

/** A record with every key, each with a value of its own. */
function table<K extends string, V>(keys: readonly K[], value: () => V): Record<K, V> {
  return Object.fromEntries(keys.map(key => [key, value()])) as Record<K, V>
}
