/**
 * What a reader of committed records has seen: how late each came, and that none was lost, repeated
 * or out of order. Figures of a publisher that does any of that are worth nothing.
 */

import { quantile } from '../../chaos/live/quantile.ts'
import type { Stamp, Target } from './output.ts'

/** What is measured, on the clock that all share. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export interface Seen {
  /** In the span. */
  readonly done: number
  /** Of those that were committed in the span, whenever they were seen. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export class Watch {
  readonly #target: Target
  /** By group and partition the number that was seen last. */
  readonly #last = new Map<string, number>()
  readonly #committedMs: number[] = []
  readonly #seenMs: number[] = []

  constructor(target: Target) {
    this.#target = target
  }

  get count(): number {
    return this.#seenMs.length
  }

  take({ committedMs, group, number }: Stamp, partition: number, seenMs: number): void {
    const key = `${group}/${partition}`
    const { partitions } = this.#target
    const last = this.#last.get(key) ?? (partition === 0 ? 0 : partition - partitions)
    if (number !== last + partitions) {
      throw new Error(`group ${group}: ${number} came behind ${last} in partition ${partition}`)
    }
    this.#last.set(key, number)
    this.#committedMs.push(committedMs)
    this.#seenMs.push(seenMs)
  }

  during({ fromMs, toMs }: Span): Seen {
    const isIn = (ms: number) => ms >= fromMs && ms < toMs
    const late: number[] = []
    for (const [at, committedMs] of this.#committedMs.entries()) {
      if (isIn(committedMs)) late.push((this.#seenMs[at] ?? Number.NaN) - committedMs)
    }
    return {
      done: this.#seenMs.filter(isIn).length,
      p50Ms: quantile(late, 0.5),
      p99Ms: quantile(late, 0.99),
      maxMs: quantile(late, 1),
    }
  }
}
