/**
 * Which replica of each group should lead: as evenly over the nodes as their places allow, and else
 * as it is now. A group that none should lead yet gets the node of its own that leads least.
 */

import type { NodeId } from '../../base/ids.ts'

export interface Led {
  /** Where its replicas are; one at least. */
  readonly nodes: readonly NodeId[]
  /** Who should lead so far; not among the nodes, or undefined: nobody. */
  readonly leader: NodeId | undefined
}

/** Of each group, in the order in which they were named. */
export function evenLeaders(groups: readonly Led[]): readonly NodeId[] {
  return new Leaders(groups).evened()
}

class Leaders {
  readonly #groups: readonly Led[]
  readonly #leaders: NodeId[] = []
  readonly #loads = new Map<NodeId, number>()

  constructor(groups: readonly Led[]) {
    this.#groups = groups
    for (const { nodes } of groups) for (const node of nodes) this.#loads.set(node, 0)
    for (const [at, group] of groups.entries()) this.#leaders[at] = this.#first(group)
  }

  evened(): readonly NodeId[] {
    while (this.#nodes().some(node => this.#relieve(node)));
    return this.#leaders
  }

  /** Stable: what leads, leads on; others go where least is led, the first of equals. */
  #first({ nodes, leader }: Led): NodeId {
    const stays = leader !== undefined && nodes.includes(leader)
    const least = (best: NodeId, one: NodeId) => (this.#load(one) < this.#load(best) ? one : best)
    const node = stays ? leader : nodes.reduce(least)
    this.#loads.set(node, this.#load(node) + 1)
    return node
  }

  #load(node: NodeId): number {
    return this.#loads.get(node) ?? 0
  }

  /** Those that lead most come first. */
  #nodes(): readonly NodeId[] {
    return [...this.#loads.keys()].sort((a, b) => this.#load(b) - this.#load(a) || (a < b ? -1 : 1))
  }

  /**
   * Hands one group on to whoever leads less by two, perhaps over others, each of which takes one
   * and hands one on: the shortest such way. false: there is none.
   */
  #relieve(from: NodeId): boolean {
    if (this.#load(from) - Math.min(...this.#loads.values()) < 2) return false
    const reached = new Map<NodeId, { readonly group: number; readonly before: NodeId }>()
    const queue = [from]
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      if (this.#load(node) <= this.#load(from) - 2) {
        this.#handOn(from, node, reached)
        return true
      }
      for (const [group, { nodes }] of this.#groups.entries()) {
        if (this.#leaders[group] !== node) continue
        for (const next of nodes) {
          if (next === from || reached.has(next)) continue
          reached.set(next, { group, before: node })
          queue.push(next)
        }
      }
    }
    return false
  }

  #handOn(
    from: NodeId,
    to: NodeId,
    reached: ReadonlyMap<NodeId, { readonly group: number; readonly before: NodeId }>,
  ): void {
    this.#loads.set(from, this.#load(from) - 1)
    this.#loads.set(to, this.#load(to) + 1)
    for (let node = to; node !== from; ) {
      const step = reached.get(node)
      if (step === undefined) return
      this.#leaders[step.group] = node
      node = step.before
    }
  }
}
