/**
 * What a node remembers of its peers: with which store and boot each of them was last seen, and
 * which stores it gave up. It is what makes a data folder that came back from the past known for
 * what it is. Whoever wires a node hands in what was remembered and makes durable what is learned.
 */

import type { NodeId } from '../../base/ids.ts'

export interface Incarnation {
  readonly store: string
  readonly boot: number
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
  return a.store === b.store && a.boot === b.boot
}

/** Older than what is remembered: the same store at an earlier boot, or a store given up. */
export function isOld(known: Remembered | undefined, { store, boot }: Incarnation): boolean {
  if (known === undefined) return false
  return known.store === store ? boot < known.boot : known.replaced.includes(store)
}

/** Remembers what is not old. True: it was news. */
export function learn(memory: PeerMemory, node: NodeId, seen: Incarnation): boolean {
  const known = memory.peers.get(node)
  if (known !== undefined && isSame(known, seen)) return false
  const remembered = { store: seen.store, boot: seen.boot, replaced: replacedBy(known, seen) }
  memory.peers.set(node, remembered)
  memory.onLearned(node, remembered)
  return true
}

function replacedBy(known: Remembered | undefined, seen: Incarnation): readonly string[] {
  if (known === undefined) return []
  if (known.store === seen.store) return known.replaced
  return [...known.replaced, known.store].slice(-REPLACED_MAX)
}
