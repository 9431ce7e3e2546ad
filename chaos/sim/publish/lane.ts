/** One publisher as an onlooker sees it: what it puts into a transaction, and whether it may. */

import type { PartitionRecords } from '../../../src/base/stream-log.ts'
import { isJournal, type Seat } from '../../../src/journal/plan.ts'
import { decodeRecord, type PublishedRecord } from '../../../src/journal/record.ts'
import type { Judge, Runner } from './judge.ts'
import { seatOf } from './names.ts'
import { AWAY, HOME, type LogName, type Seen, type SinkName, seenIn, sinksOf } from './output.ts'
import type { Committed } from './truth.ts'

export interface LaneName extends Runner {
  readonly log: LogName
}

/** What is sent of one sink. */
interface Sent {
  /** The highest number. */
  upTo: number
  /** By seq: how many outputs of the entry. */
  readonly counts: Map<number, number>
}

export class Lane {
  readonly #judge: Judge
  readonly #name: LaneName
  readonly #seat: Seat
  /** What the open transaction makes true: schedules up to here. */
  #toSeq = 0
  /** Outputs. */
  readonly #sent = new Map<SinkName, Sent>()
  /** Of the newest entry of which it holds an output. */
  #seq = 0
  /** The last record of its journal that it holds. */
  #marker: PublishedRecord | undefined

  constructor(judge: Judge, name: LaneName) {
    this.#judge = judge
    this.#name = name
    this.#seat = seatOf(name.group, name.log)
  }

  taking(isSure: boolean): void {
    this.#judge.takes.demand(isSure, () => this.#told('takes the id'))
  }

  /** `hasLooked`: at all topics that it writes to, since it leads. */
  sending(parts: readonly PartitionRecords[], hasLooked = true): void {
    this.#judge.looks.demand(hasLooked, () => this.#told('sends'))
    for (const part of parts) {
      for (const record of part.records) {
        if (isJournal(part, this.#seat)) this.#journals(record.value)
        else this.#puts(seenIn(record))
      }
    }
  }

  /** Outputs go with their schedules or behind them, and with all of their entry. */
  committing(): void {
    const isHere = this.#seq <= this.#toSeq
    const isDurable = isHere || this.#judge.isJournaled(this.#name, this.#seq)
    this.#judge.releases.demand(isDurable, () => this.#told(`commits outputs of ${this.#seq}`))
    for (const [sink, { upTo, counts }] of this.#sent) {
      const told = this.#marker?.published.find(one => one.sink === sink)?.upTo
      const what = () => this.#told(`marks ${told} of ${sink}, and shows ${upTo}`)
      this.#judge.together.demand(told === upTo, what)
      for (const seq of counts.keys()) this.#mustBeWhole(seq)
    }
  }

  committed(): void {
    const { group, generation, log } = this.#name
    const truth = this.#judge.truth.of(group, generation)
    if (log === HOME) truth.journaled = Math.max(truth.journaled, this.#toSeq)
    for (const [sink, { upTo }] of this.#sent) {
      truth.upTo[sink] = Math.max(truth.upTo[sink], upTo)
    }
    this.left()
  }

  left(): void {
    this.#toSeq = 0
    this.#sent.clear()
    this.#seq = 0
    this.#marker = undefined
  }

  /** An entry that has outputs for several sinks of the lane goes at once. */
  #mustBeWhole(seq: number): void {
    const { log } = this.#name
    const runs = this.#committed().entries.get(seq)?.runs ?? []
    const own = runs.filter(({ sink }) => sinksOf[log].includes(sink as SinkName))
    if (own.length < 2) return
    for (const { sink, count } of own) {
      const sent = this.#sent.get(sink as SinkName)?.counts.get(seq) ?? 0
      const what = () => this.#told(`commits ${sent} of ${count} outputs of ${seq} for ${sink}`)
      this.#judge.together.demand(sent === count, what)
    }
  }

  #journals(value: Uint8Array | null): void {
    const record = decodeRecord(value, this.#seat.group, { ...this.#seat.journal, offset: -1 })
    if (record.kind !== 'published') return
    this.#marker = record
    const { fromSeq, toSeq, schedules } = record
    for (const [at, { schedule, digest }] of schedules.entries()) {
      const known = this.#committed().entries.get(fromSeq + at)
      const isSame = known?.digest === digest && isEqual(known.schedule, schedule)
      this.#judge.leaves.demand(isSame, () => this.#told(`journals ${fromSeq + at}`))
    }
    this.#toSeq = Math.max(this.#toSeq, toSeq)
  }

  #puts({ sink: name, number, id }: Seen): void {
    const sink = name as SinkName
    const made = this.#committed().outputs[sink].get(number)
    this.#judge.leaves.demand(made?.id === id, () => this.#told(`publishes ${number} of ${sink}`))
    const seq = made?.seq ?? 0
    this.#seq = Math.max(this.#seq, seq)
    const sent = this.#sent.get(sink) ?? { upTo: 0, counts: new Map<number, number>() }
    this.#sent.set(sink, sent)
    sent.upTo = Math.max(sent.upTo, number)
    sent.counts.set(seq, 1 + (sent.counts.get(seq) ?? 0))
    if (this.#name.log !== AWAY) return
    const isReleased = this.#judge.isJournaled(this.#name, this.#seq)
    this.#judge.releases.demand(isReleased, () => this.#told(`publishes ${number} of ${sink}`))
  }

  #committed(): Committed {
    return this.#judge.truth.committed(this.#name.cluster, this.#name.group)
  }

  #told(what: string): string {
    const { cluster, group, log } = this.#name
    return `${cluster} group ${group} ${log}: ${what}`
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
