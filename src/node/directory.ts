/**
 * Where nodes are reached, gathered from all rosters and from what seeds told. A word about a node
 * counts if it is the newest of a store that was not given up: rosters of groups that lag behind
 * must not turn an address back. Pure; whoever owns it hears of every change.
 */

import type { NodeId, ReplicaId } from '../base/ids.ts'
import { isDialable } from './address.ts'
import { isNodeId } from './names.ts'
import type { Enrolled, Introduction, Roster } from './roster/roster.ts'

export interface DirectoryParts {
  readonly self: NodeId
  /** Dialled instead of where a node says it is. */
  readonly dial: ReadonlyMap<NodeId, string>
  /** Another node is to be dialled here from now on. */
  onAddress(node: NodeId, address: string): void
}

export class Directory {
  readonly #parts: DirectoryParts
  /** By node, then by store. */
  readonly #words = new Map<NodeId, Map<string, Enrolled>>()
  readonly #replaced = new Set<string>()
  readonly #dialled = new Map<NodeId, string>()

  constructor(parts: DirectoryParts) {
    this.#parts = parts
  }

  learnRoster({ replicas, replaced }: Pick<Roster, 'replicas' | 'replaced'>): void {
    for (const store of replaced) this.#replaced.add(store)
    for (const one of replicas) this.#learn(one)
    for (const node of this.#words.keys()) this.#maybeTell(node)
  }

  /**
   * A node says itself where it is, before any log does: without a majority none will. It is
   * believed only as the store that it is known by.
   */
  hear(who: Introduction): void {
    const known = this.find(who.node)
    if (known?.store !== who.store) return
    this.#learn({ ...who, replica: known.replica })
    this.#maybeTell(who.node)
  }

  /** What is known of a node; undefined: nothing. */
  find(node: NodeId): Enrolled | undefined {
    const words = [...(this.#words.get(node)?.values() ?? [])]
    const current = words.filter(one => !this.#replaced.has(one.store))
    return newest(current) ?? newest(words)
  }

  /** All nodes but this one. */
  others(): readonly Enrolled[] {
    const nodes = [...this.#words.keys()].filter(node => node !== this.#parts.self).sort()
    return nodes.flatMap(node => this.find(node) ?? [])
  }

  /** Where it is dialled from here. */
  addressOf(node: NodeId): string | undefined {
    return this.#parts.dial.get(node) ?? this.find(node)?.address
  }

  #learn(one: Enrolled): void {
    const words = this.#words.get(one.node) ?? new Map<string, Enrolled>()
    const known = words.get(one.store)
    if (known === undefined || known.boot < one.boot) words.set(one.store, one)
    this.#words.set(one.node, words)
  }

  #maybeTell(node: NodeId): void {
    const address = this.addressOf(node)
    if (node === this.#parts.self || address === undefined) return
    // A roster may hold what would not be let in any more: nobody is there.
    if (!isNodeId(node) || !isDialable(address)) return
    if (this.#dialled.get(node) === address) return
    this.#dialled.set(node, address)
    this.#parts.onAddress(node, address)
  }
}

function newest(words: readonly Enrolled[]): Enrolled | undefined {
  return words.reduce<Enrolled | undefined>((best, one) => {
    return best === undefined || laterThan(one, best) ? one : best
  }, undefined)
}

const laterThan = (one: { boot: number; replica: ReplicaId }, other: typeof one) =>
  one.boot > other.boot || (one.boot === other.boot && one.replica > other.replica)
