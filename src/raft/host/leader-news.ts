/** Whether somebody else leads a group than was told last, as far as its replica here knows. */

import type { ReplicaId } from '../../base/ids.ts'
import { NO_ONE } from '../types.ts'

type Leader = ReplicaId | typeof NO_ONE

export class LeaderNews {
  #leader: Leader = NO_ONE
  #term = 0

  /** Once for each change. Who leads again in another term is news: what it had is lost. */
  isNews({ leader, term }: { readonly leader: Leader; readonly term: number }): boolean {
    const isSame = leader === this.#leader && (leader === NO_ONE || term === this.#term)
    this.#leader = leader
    this.#term = term
    return !isSame
  }
}
