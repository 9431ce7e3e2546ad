/**
 * What the clients of a drill ask for, drawn from a seed: registers and lists, a few keys of each
 * at a time, so that calls meet. A key is given up for a new one after so many calls: the checker's
 * search grows with them. No value is put in twice.
 */

import type { Random } from '../../../src/base/env.ts'
import type { Exchange, LiveKind, Verb } from '../history/event.ts'

export interface Asked {
  readonly group: number
  readonly key: string
  readonly f: Verb
  readonly value: number | null | Exchange
}

const CALLS_PER_KEY = 150
/** Of ten calls so many read, whatever the key holds. */
const READS = 4
/** Of ten calls on a register so many write; the rest exchange. */
const WRITES = 3
const TEN = 10

interface KeyState {
  readonly key: string
  readonly kind: LiveKind
  calls: number
  /** As a client saw it last; a cas that expects anything else would hardly ever succeed. */
  seen: number | null
}

export class LoadPlan {
  readonly #random: Random
  readonly #keys: KeyState[][]
  readonly #used: { group: number; key: string }[] = []
  #lastValue = 0

  constructor(random: Random, groups: readonly number[]) {
    this.#random = random
    this.groups = groups
    this.#keys = groups.map((_, at) => [this.#newKey(at, 'register'), this.#newKey(at, 'list')])
  }

  readonly groups: readonly number[]

  /** Every key that was ever used: a last read of each shows what became of it. */
  get used(): readonly { readonly group: number; readonly key: string }[] {
    return this.#used
  }

  /** `at`: the place of a group in the list. */
  next(at: number): Asked {
    const state = this.#keyOf(at)
    state.calls++
    const { f, value } = this.#draw(state)
    return { group: this.groups[at] as number, key: state.key, f, value }
  }

  saw(key: string, value: number | null): void {
    for (const keys of this.#keys) {
      for (const state of keys) if (state.key === key) state.seen = value
    }
  }

  #draw(state: KeyState): Pick<Asked, 'f' | 'value'> {
    const lot = this.#random.uint32() % TEN
    if (lot < READS) return { f: 'read', value: null }
    const value = ++this.#lastValue
    if (state.kind === 'list') return { f: 'append', value }
    return lot < READS + WRITES ? { f: 'write', value } : { f: 'cas', value: [state.seen, value] }
  }

  #keyOf(at: number): KeyState {
    const keys = this.#keys[at] as KeyState[]
    const i = this.#random.uint32() % keys.length
    const state = keys[i] as KeyState
    if (state.calls < CALLS_PER_KEY) return state
    const fresh = this.#newKey(at, state.kind)
    keys[i] = fresh
    return fresh
  }

  #newKey(at: number, kind: LiveKind): KeyState {
    const key = `${kind === 'list' ? 'l' : 'r'}${this.#used.length + 1}`
    this.#used.push({ group: this.groups[at] as number, key })
    return { key, kind, calls: 0, seen: null }
  }
}
