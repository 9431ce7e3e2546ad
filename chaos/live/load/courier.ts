/**
 * Brings a call to whoever leads its group: elsewhere when it is refused, as long as there is time;
 * nowhere else once nobody knows what came of it.
 */

import { setTimeout as sleep } from 'node:timers/promises'

export interface CourierOptions {
  readonly nodes: readonly string[]
  readonly callMs: number
  /** Between two tries of one call. */
  readonly retryMs: number
}

/** Who was last seen to lead a group: what one client learns helps all. */
export type Leaders = Map<number, string>

/** As much of an answer as tells where to go; `leader`: who to ask instead, if that is known. */
interface Told {
  readonly kind: string
  readonly leader?: string
}

export class Courier {
  readonly #leaders: Leaders
  readonly #options: CourierOptions
  #turn = 0

  constructor(leaders: Leaders, options: CourierOptions) {
    this.#leaders = leaders
    this.#options = options
  }

  async bring<A extends Told>(
    group: number,
    ask: (node: string, timeoutMs: number) => Promise<A>,
  ): Promise<A> {
    const leaders = this.#leaders
    const { callMs, retryMs } = this.#options
    const endMs = performance.now() + callMs
    for (;;) {
      const node = leaders.get(group) ?? this.#someNode()
      const answer = await ask(node, Math.max(1, endMs - performance.now()))
      if (answer.kind !== 'refused') {
        if (answer.kind === 'unknown') leaders.delete(group)
        else leaders.set(group, node)
        return answer
      }
      if (answer.leader !== undefined && answer.leader !== node) leaders.set(group, answer.leader)
      else leaders.delete(group)
      if (performance.now() + retryMs >= endMs) return answer
      await sleep(retryMs)
    }
  }

  #someNode(): string {
    const { nodes } = this.#options
    return nodes[this.#turn++ % nodes.length] as string
  }
}
