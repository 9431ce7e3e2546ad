/**
 * A group of a job as the host of Raft sees it: committed entries change its state, in memory; the
 * log and its images make that durable. Whoever works with the group is told of each entry.
 */

import { invariant } from '../base/errors.ts'
import type { ByteSource } from '../base/source.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { Entry, Image } from '../raft/types.ts'
import { type Command, decodeCommand } from './command.ts'
import { imageOf, loadState } from './image.ts'
import { GroupState, type Outcome } from './state.ts'

export interface MachineListener {
  /** It is in the state; in the log it is of this term. */
  onEntry(term: number, command: Command, outcome: Outcome): void
  /** All entries that were committed together. */
  onApplied(): void
  /** The state is another object: an image took its place. */
  onRestored(): void
  /** An image is to be taken: `done` when the state knows what is known of it, or cannot. */
  beforeCut(done: () => void): void
}

export class JobMachine implements GroupMachine {
  readonly #slot: number
  readonly #listener: MachineListener
  #state: GroupState
  #appliedIndex = 0
  #appliedTerm = 0

  /** Of a group that owns the slots from `slot` on. */
  constructor(slot: number, listener: MachineListener) {
    this.#slot = slot
    this.#listener = listener
    this.#state = GroupState.empty(slot)
  }

  get state(): GroupState {
    return this.#state
  }

  get appliedIndex(): number {
    return this.#appliedIndex
  }

  /** Of the newest entry; 0 behind an image, until another comes. */
  get appliedTerm(): number {
    return this.#appliedTerm
  }

  apply(entries: readonly Entry[], done: (results: readonly Outcome[]) => void): void {
    const results = entries.map(entry => this.#apply(entry))
    this.#listener.onApplied()
    done(results)
  }

  #apply({ index, term, kind, data }: Entry): Outcome {
    invariant(index === this.#appliedIndex + 1, 'GROUP applies without a gap', index)
    this.#appliedIndex = index
    this.#appliedTerm = term
    if (kind !== 'data') return 'done'
    const command = decodeCommand(data)
    const isOfTerm = command.kind !== 'batch' || command.term === term
    invariant(isOfTerm, 'GROUP a batch stands in the term it was computed in', index)
    const outcome = this.#state.apply(command)
    this.#listener.onEntry(term, command, outcome)
    return outcome
  }

  beforeCut(done: () => void): void {
    this.#listener.beforeCut(done)
  }

  cut(): ByteSource {
    return imageOf(this.#state)
  }

  restore(image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    this.#replace(GroupState.empty(this.#slot), 0)
    loadState(source, this.#slot, state => {
      if (state !== undefined) this.#replace(state, image.index)
      done(state !== undefined)
    })
  }

  close(done: () => void): void {
    done()
  }

  #replace(state: GroupState, index: number): void {
    this.#state = state
    this.#appliedIndex = index
    this.#appliedTerm = 0
    this.#listener.onRestored()
  }
}
