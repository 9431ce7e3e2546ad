/**
 * What a leader knows to be durable outside: more than its group's Progress says, never more than
 * is true. It never goes back while the process lives, whoever leads meanwhile.
 */

import { byName, type Outbox } from './outbox.ts'
import type { Progress, SinkCursor, SinkProgress } from './types.ts'

export class Ledger {
  #journaled = 0
  #offset = 0
  readonly #published = new Map<string, SinkProgress>()

  get journaled(): number {
    return this.#journaled
  }

  /** Whoever reads the journal from here finds the newest marker. */
  get offset(): number {
    return this.#offset
  }

  upTo(sink: string): number {
    return this.#published.get(sink)?.upTo ?? 0
  }

  /** The same for a sink that has markers of its own. */
  offsetOf(sink: string): number {
    return this.#published.get(sink)?.offset ?? 0
  }

  /** By ascending name. */
  get cursors(): readonly SinkProgress[] {
    return [...this.#published.values()].sort((a, b) => byName(a.sink, b.sink))
  }

  get progress(): Progress {
    return { journaled: this.#journaled, offset: this.#offset, published: this.cursors }
  }

  learn({ journaled, offset, published }: Progress): void {
    this.journal(journaled, offset)
    for (const { sink, upTo, offset: marker } of published) this.publish(sink, upTo, marker)
  }

  /** A marker that lies behind what is known is none to be read from: what is known began later. */
  journal(seq: number, offset: number): void {
    if (seq >= this.#journaled) this.#offset = Math.max(this.#offset, offset)
    this.#journaled = Math.max(this.#journaled, seq)
  }

  publish(sink: string, upTo: number, offset = 0): void {
    const before = this.#published.get(sink)
    const isBehind = before !== undefined && upTo < before.upTo
    this.#published.set(sink, {
      sink,
      upTo: Math.max(upTo, before?.upTo ?? 0),
      offset: Math.max(isBehind ? 0 : offset, before?.offset ?? 0),
    })
  }
}

/** Where the newest marker of a lane without the journal lies: it says of all its sinks. */
export function markerOffset(sinks: readonly string[], { published }: Progress): number {
  const own = published.filter(({ sink }) => sinks.includes(sink))
  return Math.max(0, ...own.map(({ offset }) => offset))
}

/** The sink of which more is said to be out than was ever committed, if there is one. */
export function sinkAhead(
  published: readonly SinkCursor[],
  committed: readonly SinkCursor[],
): string | undefined {
  const last = new Map(committed.map(({ sink, upTo }) => [sink, upTo]))
  return published.find(({ sink, upTo }) => upTo > (last.get(sink) ?? 0))?.sink
}

/** Nothing that was committed before its log ended is still to be journaled or published. */
export function isDrained(outbox: Outbox, ledger: Ledger): boolean {
  if (outbox.ended === 0 || ledger.journaled < outbox.lastSeq) return false
  return outbox.sinks.every(sink => ledger.upTo(sink) >= outbox.lastOf(sink))
}
