/** One publisher as an onlooker sees it: what it puts into a transaction, and whether it may. */

import type { PartitionRecords } from '../../../src/base/stream-log.ts'
import { isJournal, type Seat } from '../../../src/journal/plan.ts'
import { decodeRecord } from '../../../src/journal/record.ts'
import type { Judge, Runner } from './judge.ts'
import { seatOf } from './names.ts'
import { AWAY, HOME, type Seen, type SinkName, seenIn } from './output.ts'
import type { Committed } from './truth.ts'

export interface LaneName extends Runner {
  readonly sink: SinkName
}

export class Lane {
  readonly #judge: Judge
  readonly #name: LaneName
  readonly #seat: Seat
  /** What the open transaction makes true: schedules up to here, outputs up to here. */
  #toSeq = 0
  #upTo = 0
  /** Of the newest entry of which it holds an output. */
  #seq = 0

  constructor(judge: Judge, name: LaneName) {
    this.#judge = judge
    this.#name = name
    this.#seat = seatOf(name.group, name.sink)
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

  /** Outputs go with their schedules or behind them. */
  committing(): void {
    const isHere = this.#seq <= this.#toSeq
    const isDurable = isHere || this.#judge.isJournaled(this.#name, this.#seq)
    this.#judge.releases.demand(isDurable, () => this.#told(`commits outputs of ${this.#seq}`))
  }

  committed(): void {
    const { group, generation, sink } = this.#name
    const truth = this.#judge.truth.of(group, generation)
    if (sink === HOME) truth.journaled = Math.max(truth.journaled, this.#toSeq)
    truth.upTo[sink] = Math.max(truth.upTo[sink], this.#upTo)
    this.left()
  }

  left(): void {
    this.#toSeq = 0
    this.#upTo = 0
    this.#seq = 0
  }

  #journals(value: Uint8Array | null): void {
    const record = decodeRecord(value, this.#seat.group, { ...this.#seat.journal, offset: -1 })
    if (record.kind !== 'published') return
    const { fromSeq, toSeq, schedules } = record
    for (const [at, { schedule, digest }] of schedules.entries()) {
      const known = this.#committed().entries.get(fromSeq + at)
      const isSame = known?.digest === digest && isEqual(known.schedule, schedule)
      this.#judge.leaves.demand(isSame, () => this.#told(`journals ${fromSeq + at}`))
    }
    this.#toSeq = Math.max(this.#toSeq, toSeq)
  }

  #puts({ number, id }: Seen): void {
    const { sink } = this.#name
    const made = this.#committed().outputs[sink].get(number)
    this.#judge.leaves.demand(made?.id === id, () => this.#told(`publishes ${number}`))
    this.#seq = Math.max(this.#seq, made?.seq ?? 0)
    this.#upTo = Math.max(this.#upTo, number)
    if (sink !== AWAY) return
    const isReleased = this.#judge.isJournaled(this.#name, this.#seq)
    this.#judge.releases.demand(isReleased, () => this.#told(`publishes ${number}`))
  }

  #committed(): Committed {
    return this.#judge.truth.committed(this.#name.cluster, this.#name.group)
  }

  #told(what: string): string {
    const { cluster, group, sink } = this.#name
    return `${cluster} group ${group} ${sink}: ${what}`
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
