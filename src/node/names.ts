/** How groups are called: a number on wire and disk, a name with slashes for people. */

import { type GroupId, groupId } from '../base/ids.ts'

/** The groups of the machine that `weir node` runs so far. */
const PREFIX = 'kv/'

export const groupName = (id: GroupId): string => `${PREFIX}${id}`

/** By name or by number; undefined: neither. */
export function parseGroup(text: string): GroupId | undefined {
  const digits = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text
  return /^[1-9]\d{0,8}$/.test(digits) ? groupId(Number(digits)) : undefined
}

/** The groups that a founder makes. */
export function firstGroups(count: number): readonly GroupId[] {
  return Array.from({ length: count }, (_, at) => groupId(at + 1))
}
