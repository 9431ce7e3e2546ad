/**
 * State machines: fed with what is committed, in order and without a gap, and equal wherever they
 * are equally far.
 */

import type { Entry } from '../../../src/raft/types.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'

/** Computing the hash anew costs as much as the state is large: one entry in so many pays it. */
const RECOMPUTE_EVERY = 64

export class EqualStates extends Rule {
  readonly name = 'RAFT-18 equal states'
  readonly #ledger: Ledger
  /** By applied index, from whoever was there first. */
  readonly #hashes = new Map<number, number>([[0, 0]])
  readonly #applied = new Map<number, { boot: number; index: number }>()
  #count = 0

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  started(view: ReplicaView): void {
    const { id, boot, machine } = view
    this.#applied.set(id, { boot, index: machine.appliedIndex })
    this.#compare(view)
  }

  /** A machine that was restored from an image has jumped; an entry it applied was told before. */
  stepped(view: ReplicaView, input: StepInput): void {
    if (input !== 'applied') return
    const { id, boot, machine } = view
    const last = this.#applied.get(id)
    if (last?.boot === boot && last.index === machine.appliedIndex) return
    this.must(last === undefined || last.boot !== boot || last.index < machine.appliedIndex, () => {
      return `${id}: the machine went back from ${last?.index} to ${machine.appliedIndex}`
    })
    this.#applied.set(id, { boot, index: machine.appliedIndex })
    this.#compare(view)
  }

  applied(view: ReplicaView, entry: Entry): void {
    const { id, boot, machine, raft } = view
    const { index, term } = entry
    const last = this.#applied.get(id)
    this.must(last?.boot === boot && last.index === index - 1, () => {
      return `${id} applies ${index} behind ${last?.index}`
    })
    this.must(machine.appliedIndex === index, () => {
      return `${id}: the machine is at ${machine.appliedIndex} and was given ${index}`
    })
    const known = this.#ledger.committed.get(index)
    this.must(known?.term === term && known.kind === entry.kind, () => {
      return `${id} applies (${index}, ${term}), committed is term ${known?.term}`
    })
    this.must(index <= raft.log.commit, () => `${id} applies ${index} beyond its commit`)
    this.#applied.set(id, { boot, index })
    this.#compare(view)
  }

  ended(live: readonly ReplicaView[]): void {
    for (const view of live) {
      this.#compare(view)
      this.#recompute(view)
      const { appliedIndex } = view.machine
      this.must(appliedIndex === this.#ledger.commitMax, () => {
        return `${view.id} ends at ${appliedIndex}, committed is ${this.#ledger.commitMax}`
      })
    }
  }

  #compare(view: ReplicaView): void {
    const { id, machine } = view
    const { appliedIndex } = machine
    const hash = machine.stateHash()
    const first = this.#hashes.get(appliedIndex)
    if (first === undefined) this.#hashes.set(appliedIndex, hash)
    this.must(first === undefined || first === hash, () => {
      return `${id} has another state at ${appliedIndex} than a replica that was there before`
    })
    this.#count++
    if (this.#count % RECOMPUTE_EVERY === 0) this.#recompute(view)
  }

  #recompute({ id, machine }: ReplicaView): void {
    this.must(machine.recomputedHash() === machine.stateHash(), () => {
      return `${id}: the state at ${machine.appliedIndex} is not the one that its hash was kept for`
    })
  }
}
