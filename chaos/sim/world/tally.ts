/**
 * How often each kind of fault really hit, in this run. A fault that found nothing to hurt is not
 * counted.
 */

import { type FaultKind, faultKinds } from './faults.ts'

export class Tally<Kind extends string = FaultKind> {
  readonly #hits: Map<Kind, number>

  constructor(kinds: readonly Kind[]) {
    this.#hits = new Map(kinds.map(kind => [kind, 0]))
  }

  hit(kind: Kind, times = 1): void {
    this.#hits.set(kind, this.of(kind) + times)
  }

  of(kind: Kind): number {
    return this.#hits.get(kind) ?? 0
  }

  totals(): Record<string, number> {
    return Object.fromEntries(this.#hits)
  }
}

/** Of the kinds that the consensus core is put to. */
export const coreTally = (): Tally => new Tally(faultKinds)
