/** Troubles of a group, of several that may have one at a time: told once, and their end, too. */

import type { Trouble } from '../journal/types.ts'

export interface TroubleListener {
  onTrouble(code: string, message: string): void
  /** Nobody has any. */
  onTroubleOver(): void
}

export class Troubles {
  readonly #listener: TroubleListener
  readonly #open = new Map<string, Trouble>()

  constructor(listener: TroubleListener) {
    this.#listener = listener
  }

  /** The newest that lasts. */
  get newest(): Trouble | undefined {
    return [...this.#open.values()].at(-1)
  }

  begin(who: string, code: string, message: string): void {
    this.#open.delete(who)
    this.#open.set(who, { code, message })
    this.#listener.onTrouble(code, message)
  }

  /** Of one, or of all whose names begin so. */
  end(who: string): void {
    const own = [...this.#open.keys()].filter(one => one.startsWith(who))
    for (const one of own) this.#open.delete(one)
    if (own.length > 0 && this.#open.size === 0) this.#listener.onTroubleOver()
  }
}
