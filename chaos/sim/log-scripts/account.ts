/**
 * What a log owes after each step, kept in the plainest way: lists of words and markers. It knows
 * nothing of any body; a marker takes one offset, as Kafka has it.
 */

import type { Isolation } from '../../../src/base/stream-log.ts'
import type { How } from './script.ts'

interface Transaction {
  verdict: How | undefined
  /** Partitions that it was announced to, and gets a marker in. */
  readonly touched: Set<number>
}

/** A marker has no text. */
interface Line {
  readonly text: string | undefined
  readonly transaction: Transaction | undefined
}

interface Ledger {
  start: number
  readonly lines: Line[]
}

export class Account {
  readonly #ledgers: readonly Ledger[]
  readonly #open = new Map<number, Transaction>()

  constructor(partitions: number) {
    this.#ledgers = Array.from({ length: partitions }, () => ({ start: 0, lines: [] }))
  }

  get partitions(): number {
    return this.#ledgers.length
  }

  /** Where the first one stands. */
  append(at: number, texts: readonly string[]): number {
    return this.#write(at, texts, undefined)
  }

  send(who: number, at: number, texts: readonly string[]): number {
    const transaction = this.#open.get(who) ?? { verdict: undefined, touched: new Set() }
    this.#open.set(who, transaction)
    transaction.touched.add(at)
    return this.#write(at, texts, transaction)
  }

  isOpen(who: number): boolean {
    return this.#open.has(who)
  }

  hasTouched(who: number, at: number): boolean {
    return this.#open.get(who)?.touched.has(at) ?? false
  }

  end(who: number, how: How): void {
    const transaction = this.#open.get(who)
    if (transaction === undefined) return
    this.#open.delete(who)
    transaction.verdict = how
    for (const at of transaction.touched) {
      this.#ledger(at).lines.push({ text: undefined, transaction: undefined })
    }
  }

  deleteBefore(at: number, offset: number): void {
    const ledger = this.#ledger(at)
    ledger.start = Math.max(ledger.start, offset)
  }

  start(at: number): number {
    return this.#ledger(at).start
  }

  endOf(at: number, isolation: Isolation): number {
    const { lines } = this.#ledger(at)
    const isOpen = ({ transaction }: Line) =>
      transaction !== undefined && transaction.verdict === undefined
    const first = isolation === 'committed' ? lines.findIndex(isOpen) : -1
    return first < 0 ? lines.length : first
  }

  /** What a reader sees from there: offsets and texts. */
  seen(at: number, isolation: Isolation, from: number): string {
    const end = this.endOf(at, isolation)
    return this.#ledger(at)
      .lines.slice(0, end)
      .flatMap(({ text, transaction }, offset) => {
        const isHidden = isolation === 'committed' && transaction?.verdict === 'abort'
        return text === undefined || isHidden || offset < from ? [] : [`${offset}:${text}`]
      })
      .join(' ')
  }

  #write(at: number, texts: readonly string[], transaction: Transaction | undefined): number {
    const { lines } = this.#ledger(at)
    const first = lines.length
    lines.push(...texts.map(text => ({ text, transaction })))
    return first
  }

  #ledger(at: number): Ledger {
    return this.#ledgers[at] as Ledger
  }
}
