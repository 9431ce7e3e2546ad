/** How nodes and groups are called: a group is a number on wire and disk, a name for people. */

import { type GroupId, groupId } from '../base/ids.ts'
import { META_GROUP } from '../meta/state.ts'

/** A label of DNS or several: a certificate names the node by it. */
const NODE_ID = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

export const isNodeId = (text: string): boolean => NODE_ID.test(text)

/** The groups of the machine that `weir node` runs so far. */
const PREFIX = 'kv/'

const META = 'meta'

export const groupName = (id: GroupId): string => (id === META_GROUP ? META : `${PREFIX}${id}`)

/** By name or by number; undefined: neither. */
export function parseGroup(text: string): GroupId | undefined {
  if (text === META) return META_GROUP
  const digits = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text
  return /^[1-9]\d{0,8}$/.test(digits) ? groupId(Number(digits)) : undefined
}

/** The groups that a founder makes. */
export function firstGroups(count: number): readonly GroupId[] {
  return Array.from({ length: count }, (_, at) => groupId(at + 1))
}
