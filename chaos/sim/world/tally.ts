/**
 * How often each kind of fault really hit, in this run. A fault that found nothing to hurt is not
 * counted.
 */

import { type FaultKind, faultKinds } from './faults.ts'

export class Tally {
  readonly #hits = new Map<FaultKind, number>(faultKinds.map(kind => [kind, 0]))

  hit(kind: FaultKind, times = 1): void {
    this.#hits.set(kind, this.of(kind) + times)
  }

  of(kind: FaultKind): number {
    return this.#hits.get(kind) ?? 0
  }

  totals(): Record<string, number> {
    return Object.fromEntries(this.#hits)
  }
}
