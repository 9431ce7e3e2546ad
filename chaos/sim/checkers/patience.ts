/**
 * How a replica takes silence: a tick that came late because its process stood still starts no
 * election by itself, and a leader whose connection closed is forgotten at once.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import { LATE_TICKS_MAX } from '../../../src/raft/options.ts'
import { NO_ONE } from '../../../src/raft/types.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

export class Patience extends Rule {
  readonly name = 'RAFT-26 patience and suspicion'
  readonly #ledger: Ledger
  /** Late ticks since a timer began anew, by replica. */
  readonly #late = new Map<ReplicaId, number>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  started({ id }: ReplicaView): void {
    this.#late.delete(id)
  }

  stepped({ id }: ReplicaView, input: StepInput): void {
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (input === 'late-tick') this.#onLateTick(id, status, before)
    else if (beginsAnew(status, before)) this.#late.delete(id)
    if (input !== 'suspect') return
    this.must(status.role === 'leader' || status.leader === NO_ONE, () => {
      return `${id} takes ${status.leader} for dead and follows it still`
    })
  }

  #onLateTick(id: ReplicaId, status: StatusView, before: StatusView): void {
    const late = (this.#late.get(id) ?? 0) + 1
    this.#late.set(id, late)
    if (late > LATE_TICKS_MAX || before.role === 'leader') return
    const waits = status.role === before.role && status.term === before.term
    this.must(waits && status.leader === before.leader, () => {
      return `${id} stood still, and its late tick alone makes it ${status.role}`
    })
  }
}

function beginsAnew(status: StatusView, before: StatusView): boolean {
  return status.role !== before.role || status.electionElapsedMs < before.electionElapsedMs
}
