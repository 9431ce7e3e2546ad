/**
 * The group `meta` as the host of Raft sees it: committed commands change its state, in memory; the
 * log and its images make that durable. Whoever acts on the wish looks at it when he likes: where
 * nothing changed it is the same value.
 */

import { invariant } from '../base/errors.ts'
import type { ByteSource } from '../base/source.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { Entry, Image } from '../raft/types.ts'
import { apply } from './apply.ts'
import type { MetaOutcome } from './command.ts'
import { decodeMetaCommand } from './command-codec.ts'
import { imageOf, loadMeta } from './image.ts'
import { emptyMeta, type MetaState } from './state.ts'

export class MetaMachine implements GroupMachine {
  #state: MetaState = emptyMeta
  #appliedIndex = 0
  #appliedTerm = 0

  get state(): MetaState {
    return this.#state
  }

  get appliedIndex(): number {
    return this.#appliedIndex
  }

  /** Of the newest entry; 0 behind an image, until another comes. */
  get appliedTerm(): number {
    return this.#appliedTerm
  }

  apply(entries: readonly Entry[], done: (results: readonly MetaOutcome[]) => void): void {
    done(entries.map(entry => this.#apply(entry)))
  }

  #apply({ index, term, kind, data }: Entry): MetaOutcome {
    invariant(index === this.#appliedIndex + 1, 'META applies without a gap', index)
    this.#appliedIndex = index
    this.#appliedTerm = term
    if (kind !== 'data') return 'done'
    const { state, outcome } = apply(this.#state, decodeMetaCommand(data))
    this.#state = state
    return outcome
  }

  cut(): ByteSource {
    return imageOf(this.#state)
  }

  restore(image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    this.#replace(emptyMeta, 0)
    loadMeta(source, state => {
      if (state !== undefined) this.#replace(state, image.index)
      done(state !== undefined)
    })
  }

  close(done: () => void): void {
    done()
  }

  #replace(state: MetaState, index: number): void {
    this.#state = state
    this.#appliedIndex = index
    this.#appliedTerm = 0
  }
}
