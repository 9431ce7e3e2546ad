/**
 * When results are said before their window ends: at the next multiple of a span of processing
 * time, once something changed. One reminder for each key in bytes that is noted, however often.
 */

import type { State } from '../state/state.ts'
import { type Timer, Timers } from '../state/timers.ts'

export class Early {
  readonly #everyMs: number | undefined
  readonly #timers: Timers
  /** Of this batch, by slot. */
  readonly #noted = new Map<number, Set<string>>()

  /** `everyMs` missing: never. */
  constructor(state: State, table: number, everyMs: number | undefined) {
    this.#everyMs = everyMs
    this.#timers = new Timers(state, table)
  }

  get wakeAt(): number {
    return this.#everyMs === undefined ? Number.POSITIVE_INFINITY : this.#timers.firstTime()
  }

  /** `name`: of the key, in this batch. */
  note(name: string, slot: number, now: number, key: () => Uint8Array): void {
    if (this.#everyMs === undefined) return
    const noted = this.#noted.get(slot) ?? new Set()
    if (noted.has(name)) return
    this.#noted.set(slot, noted.add(name))
    const time = (Math.floor(now / this.#everyMs) + 1) * this.#everyMs
    this.#timers.set({ time, slot, key: key() })
  }

  /** The next that is due; it is taken. */
  take(now: number): Timer | undefined {
    if (this.#everyMs === undefined || this.#timers.first(now) === undefined) return undefined
    return this.#timers.take()
  }

  save(): void {
    this.#timers.save()
    this.#noted.clear()
  }

  forget(): void {
    this.#timers.forget()
    this.#noted.clear()
  }
}
