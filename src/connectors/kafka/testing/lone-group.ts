/**
 * A group of one, which always leads, and the real journal over whatever log it is given, in real
 * time. What it commits is applied at once; output number n is the text n, in partition n mod 2.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { utf8Of } from '../../../base/bytes.ts'
import { Prng } from '../../../base/prng.ts'
import type { StreamLog } from '../../../base/stream-log.ts'
import { realClock } from '../../../io/clock.ts'
import { defaultJournalBounds, type JournalBounds } from '../../../journal/bounds.ts'
import { Budget } from '../../../journal/budget.ts'
import { GroupJournal } from '../../../journal/driver.ts'
import type { JournalGroup, JournalListener, Verdict } from '../../../journal/group.ts'
import { Outbox } from '../../../journal/outbox.ts'
import { decodeProgress } from '../../../journal/outbox-codec.ts'
import type { Output, SinkRun } from '../../../journal/types.ts'

export const PARTITIONS = 2
const SINK = 'home'
const POLL_MS = 2

export interface LoneParts {
  readonly log: StreamLog
  readonly journal: string
  readonly output: string
  readonly transactionalId: string
  readonly bounds?: Partial<JournalBounds>
  /** Of one output. */
  readonly sizeBytes?: number
  /** Whether this is still the one to publish; missing: it always is. */
  readonly isLed?: () => boolean
}

/** What a reader of what is committed must see of one partition, after so many outputs. */
export const textsOf = (outputs: number, partition: number, sizeBytes = 0): readonly string[] =>
  Array.from({ length: outputs }, (_, at) => at + 1)
    .filter(number => number % PARTITIONS === partition)
    .map(number => textOf(number, sizeBytes))

const textOf = (number: number, sizeBytes = 0) => `${number}`.padEnd(sizeBytes, '.')

export class LoneGroup implements JournalGroup, JournalListener {
  readonly told: string[] = []
  readonly sentences: string[] = []
  readonly journal: GroupJournal
  published = 0
  committed = 0
  readonly #parts: LoneParts
  readonly #outbox = new Outbox()
  #term = 0
  #seq = 0

  constructor(parts: LoneParts) {
    this.#parts = parts
    const { log, journal: topic, output, transactionalId } = parts
    const bounds = { ...defaultJournalBounds, stallMs: 200, ...parts.bounds }
    const journal = { topic, partition: 0 }
    const names = { group: 'job/stage/0', journal, transactionalId }
    const seat = { ...names, sinks: [SINK], hasJournal: true }
    const topics = [
      { topic, use: 'journal', partitions: 1 },
      { topic: output, use: 'output', partitions: PARTITIONS },
    ] as const
    this.journal = new GroupJournal({
      clock: realClock,
      random: new Prng(1),
      bounds,
      claim: { generation: 1, owner: 'lone' },
      outbox: this.#outbox,
      group: this,
      listener: this,
      lanes: [{ log, seat, budget: new Budget(bounds.transactionsMax), topics }],
    })
  }

  /** As after an election; again: as if it had lost the lead and won it. */
  lead(): void {
    if (this.#term > 0) this.journal.onDeposed()
    this.#term++
    this.journal.onLead(this.#term)
    this.journal.onApplied(this.#term)
  }

  /** One entry with so many outputs. */
  commit(count: number): void {
    const first = this.committed + 1
    this.committed += count
    const bytes = new Uint8Array(count * (this.#parts.sizeBytes ?? 8))
    const runs = [{ sink: SINK, first, count, bytes }]
    const seq = ++this.#seq
    const schedule = utf8Of(`schedule ${seq}`)
    this.#outbox.apply({ seq, generation: 1, schedule, digest: seq, runs })
    this.journal.onApplied(this.#term)
  }

  /** Until all that was committed is out. */
  async settled(): Promise<void> {
    await this.until(() => this.published === this.committed)
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(POLL_MS)
  }

  expected(partition: number): readonly string[] {
    return textsOf(this.committed, partition, this.#parts.sizeBytes)
  }

  close(): void {
    this.journal.close()
  }

  confirm(term: number, done: (verdict: Verdict) => void): void {
    const { isLed = () => true } = this.#parts
    realClock.after(0, () => {
      const leads = term === this.#term && isLed()
      done(leads ? 'leads' : 'deposed')
      if (!leads) this.journal.onDeposed()
    })
  }

  propose(term: number, progress: Uint8Array, done: () => void): void {
    realClock.after(0, () => {
      if (term === this.#term) {
        this.#outbox.advance(decodeProgress(progress))
        this.journal.onApplied(term)
      }
      done()
    })
  }

  render({ first, count }: SinkRun): readonly Output[] {
    return Array.from({ length: count }, (_, at) => ({
      topic: this.#parts.output,
      partition: (first + at) % PARTITIONS,
      record: {
        key: null,
        value: utf8Of(textOf(first + at, this.#parts.sizeBytes)),
        headers: [],
        timestampMs: Date.now(),
      },
    }))
  }

  onReleased(): void {}

  onPublished(_sink: string, upTo: number): void {
    this.published = upTo
  }

  onStalled(code: string, message: string): void {
    this.told.push(`stalled ${code}`)
    this.sentences.push(message)
  }

  onResumed(): void {
    this.told.push('resumed')
  }

  onHalted(code: string, message: string): void {
    this.told.push(`halted ${code}`)
    this.sentences.push(message)
  }
}
