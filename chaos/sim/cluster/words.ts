/**
 * What a group may say of time to another stage: its watermark behind an entry, once all that its
 * entries made up to there is sent; not while it owes results that this watermark has made due.
 */

import type { Batch } from '../../../src/engine/batch/entry.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import type { GroupState } from '../../../src/group/state.ts'

interface Word {
  /** Of each sink, the last output by then. */
  readonly upTo: ReadonlyMap<string, number>
  readonly watermark: number
  /** The group waited for nothing. */
  readonly idle: boolean
}

export class Words {
  /** Of each entry; of those that owed something, what was true before. */
  readonly #words: Word[] = []
  readonly #isTimeless: boolean

  /** `isTimeless`: what comes without input is due by the watermark alone. */
  constructor(isTimeless: boolean) {
    this.#isTimeless = isTimeless
  }

  /** `due`: what it has for other stages. */
  onBatch({ inputs, changes }: Batch, { book, outbox }: GroupState, due: readonly Records[]): void {
    if (this.#isTimeless && inputs.length === 0 && changes.length === 0) this.#revise(due)
    const upTo = new Map(outbox.sinks.map(sink => [sink, outbox.lastOf(sink)]))
    const idle = [...book.channels.values()].every(channel => channel.idle)
    this.#words.push({ upTo, watermark: book.watermark, idle })
  }

  /** It turns out that those before were said too early. */
  #revise(due: readonly Records[]): void {
    const earliest = Math.min(...due.flatMap(({ times = [] }) => [...times]))
    for (const [at, word] of this.#words.entries()) {
      if (word.watermark <= earliest) continue
      this.#words[at] = { ...word, watermark: this.#before(at, earliest) }
    }
  }

  #before(at: number, earliest: number): number {
    const sound = this.#words.slice(0, at).findLast(({ watermark }) => watermark <= earliest)
    return sound?.watermark ?? -Infinity
  }

  /** It had so many outputs for the sink by then, and waited for nothing. */
  isIdleAt(sink: string, count: number): boolean {
    return this.#words.some(({ upTo, idle }) => idle && (upTo.get(sink) ?? 0) === count)
  }

  /** Where so many outputs for the sink are sent. */
  at(sink: string, count: number): number {
    let watermark = -Infinity
    for (const word of this.#words) {
      if ((word.upTo.get(sink) ?? 0) <= count) watermark = Math.max(watermark, word.watermark)
    }
    return watermark
  }
}
