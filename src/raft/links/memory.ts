/**
 * What a node remembers of its peers: with which store, boot and opening each of them was last
 * seen, and which stores it gave up. It is what makes a data folder that came back from the past
 * known for what it is. Whoever wires a node hands in what was remembered and makes durable what is
 * learned.
 */

import type { NodeId } from '../../base/ids.ts'

export interface Incarnation {
  readonly store: string
  readonly boot: number
  /** A copy of the folder that starts from where it was made counts up to boots that were. */
  readonly opening: string
}

export interface Remembered extends Incarnation {
  /** Stores that the node had before, oldest first. */
  readonly replaced: readonly string[]
}

export interface PeerMemory {
  readonly peers: Map<NodeId, Remembered>
  /** Called behind each change of `peers`. */
  onLearned(node: NodeId, remembered: Remembered): void
}

/** Stores of one node that are remembered as given up; the oldest is forgotten first. */
export const REPLACED_MAX = 16

export function isSame(a: Incarnation, b: Incarnation): boolean {
  return a.store === b.store && a.boot === b.boot && a.opening === b.opening
}

/** Older than what is remembered: an earlier opening of the same store, or a store given up. */
export function isOld(known: Remembered | undefined, seen: Incarnation): boolean {
  if (known === undefined) return false
  return known.store === seen.store ? isEarlier(seen, known) : known.replaced.includes(seen.store)
}

/** Of one store: an earlier boot, or that boot of another copy, which was opened by itself. */
export function isEarlier(
  seen: Pick<Incarnation, 'boot' | 'opening'>,
  known: Pick<Incarnation, 'boot' | 'opening'>,
): boolean {
  return seen.boot < known.boot || (seen.boot === known.boot && seen.opening !== known.opening)
}

/** Remembers what is not old. True: it was news. */
export function learn(memory: PeerMemory, node: NodeId, seen: Incarnation): boolean {
  const known = memory.peers.get(node)
  if (known !== undefined && isSame(known, seen)) return false
  const { store, boot, opening } = seen
  const remembered = { store, boot, opening, replaced: replacedBy(known, seen) }
  memory.peers.set(node, remembered)
  memory.onLearned(node, remembered)
  return true
}

function replacedBy(known: Remembered | undefined, seen: Incarnation): readonly string[] {
  if (known === undefined) return []
  if (known.store === seen.store) return known.replaced
  return [...known.replaced, known.store].slice(-REPLACED_MAX)
}
