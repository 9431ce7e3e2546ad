/**
 * What is decided, whatever readers are shown of it yet: markers of one transaction come to lie one
 * after the other, so that a reader of several partitions sees their outputs one after the other,
 * too. What a group has decided is looked at while nothing of it is open.
 */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Entry } from '../world/log/entries.ts'
import { idOf, nameOf } from './names.ts'
import { LOGS, type LogName, OUTPUT_PARTITIONS, type SinkName, seenIn, sinksOf } from './output.ts'
import type { GroupTruth, History, Logs, Truth } from './truth.ts'

/** What an entry has for several sinks of a log, and how far they are decided. */
export interface Torn {
  readonly group: GroupId
  readonly seq: number
  readonly decided: Readonly<Record<SinkName, number>>
}

export class Decided {
  readonly #logs: Logs
  readonly #truth: Truth
  /** By topic and partition: all before is decided, and was seen. */
  readonly #seen = new Map<string, number>()
  readonly #upTo = new Map<GroupTruth, Record<SinkName, number>>()

  constructor(logs: Logs, truth: Truth) {
    this.#logs = logs
    this.#truth = truth
  }

  /** The entries of which one sink is decided without another. */
  torn(): readonly Torn[] {
    return LOGS.filter(log => sinksOf[log].length > 1).flatMap(log => {
      const open = new Set(this.#logs[log].unfinished())
      for (const sink of sinksOf[log]) this.#readOn(log, sink)
      const closed = this.#truth.groups.filter(group => !open.has(idOf(group)))
      return closed.flatMap(group => this.#tornIn(log, group))
    })
  }

  #tornIn(log: LogName, group: GroupId): readonly Torn[] {
    const job = this.#truth.of(group)
    const decided = this.#of(job)
    const seq = tornAt(job.history, sinksOf[log], decided)
    return seq === undefined ? [] : [{ group, seq, decided: { ...decided } }]
  }

  #readOn(log: LogName, sink: SinkName): void {
    for (let partition = 0; partition < OUTPUT_PARTITIONS; partition++) {
      const of = { topic: sink, partition }
      const place = `${sink}/${partition}`
      const from = this.#seen.get(place) ?? 0
      const entries = this.#logs[log].entries(of, from)
      for (const entry of entries) if (isCommitted(entry)) this.#see(sink, entry)
      const open = entries.findIndex(isOpen)
      this.#seen.set(place, from + (open === -1 ? entries.length : open))
    }
  }

  #see(sink: SinkName, { record }: Entry & { kind: 'record' }): void {
    const { group: name, number, claimed } = seenIn(record)
    const group = this.#truth.groups.find(one => nameOf(one) === name)
    if (group === undefined) return
    const decided = this.#of(this.#truth.of(group, claimed))
    decided[sink] = Math.max(decided[sink], number)
  }

  #of(job: GroupTruth): Record<SinkName, number> {
    const known = this.#upTo.get(job) ?? { home: 0, side: 0, away: 0 }
    this.#upTo.set(job, known)
    return known
  }
}

function isCommitted(entry: Entry): entry is Entry & { kind: 'record' } {
  if (entry.kind !== 'record') return false
  return entry.transaction === undefined || entry.transaction.verdict === 'commit'
}

function isOpen(entry: Entry): boolean {
  const isInside = entry.kind === 'record' && entry.transaction !== undefined
  return isInside && entry.transaction?.verdict === undefined
}

/** An entry of which one sink has something that is decided, and another something that is not. */
function tornAt(
  { outputs }: History,
  sinks: readonly SinkName[],
  decided: Readonly<Record<SinkName, number>>,
): number | undefined {
  const has = (sink: SinkName, seq: number) => outputs[sink].some(made => made?.seq === seq)
  for (const late of sinks) {
    const next = outputs[late][decided[late]]?.seq
    if (next === undefined) continue
    for (const early of sinks) {
      const others = early === late ? sinks.filter(sink => sink !== late) : [late]
      for (let at = decided[early] - 1; at >= 0; at--) {
        const seq = outputs[early][at]?.seq
        if (seq === undefined || seq < next) break
        if (others.some(sink => has(sink, seq))) return seq
      }
    }
  }
  return undefined
}
