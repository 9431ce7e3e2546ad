/**
 * What is so, whatever publishers believe: which entries each cluster committed, which schedules
 * are decided in each journal, and what a reader of committed records will see for ever. What must
 * be visible is worked out here from the schedules alone.
 */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Partition, StoredRecord } from '../../../src/base/stream-log.ts'
import type { JournalRecord } from '../../../src/journal/record.ts'
import { decodeRecord } from '../../../src/journal/record.ts'
import type { OutEntry, Progress } from '../../../src/journal/types.ts'
import type { SimLog } from '../world/log/log.ts'
import { decodeInput } from './entry.ts'
import { journalOf, markersOf, nameOf } from './names.ts'
import {
  AWAY,
  HOME,
  idIn,
  type LogName,
  logOf,
  OUTPUT_PARTITIONS,
  type Seen,
  SINKS,
  type SinkName,
  seenIn,
} from './output.ts'

export type Logs = Readonly<Record<LogName, SimLog>>

/** An output as its numbers say: of which input, and of which entry, first journaled by whom. */
export interface Made {
  readonly id: number
  readonly seq: number
  readonly generation: number
}

/** Output n of each sink at index n - 1. */
type Numbered = Readonly<Record<SinkName, Made[]>>

/** A run of seqs from 1, with what they made; holes where numbers were left out on purpose. */
export class History {
  readonly schedules: Uint8Array[] = []
  readonly outputs: Numbered = { home: [], side: [], away: [] }

  /** What comes next has the numbers behind these. */
  leaveOut({ journaled, published }: Progress): void {
    this.schedules.length = journaled
    for (const { sink, upTo } of published) this.outputs[sink as SinkName].length = upTo
  }

  add(schedule: Uint8Array, generation: number): void {
    this.schedules.push(schedule)
    const input = decodeInput(schedule)
    const made = { id: input.id, seq: this.schedules.length, generation }
    for (const sink of SINKS) {
      for (let left = input[sink]; left > 0; left--) this.outputs[sink].push(made)
    }
  }
}

/** What one cluster committed for one group. */
export class Committed {
  /** By seq. */
  readonly entries = new Map<number, OutEntry>()
  /** By number. */
  readonly outputs: Readonly<Record<SinkName, Map<number, Made>>> = {
    home: new Map(),
    side: new Map(),
    away: new Map(),
  }

  add(entry: OutEntry): void {
    this.entries.set(entry.seq, entry)
    for (const run of entry.runs) {
      const made = { id: idIn(run), seq: entry.seq, generation: entry.generation }
      const outputs = this.outputs[run.sink as SinkName]
      for (let at = 0; at < run.count; at++) outputs.set(run.first + at, made)
    }
  }
}

export interface Journaled {
  readonly record: JournalRecord
  readonly offset: number
}

/** What stands in the logs for one group of one job; another of its name may follow. */
export class GroupTruth {
  /** Generations up to this were deleted before. */
  readonly above: number
  readonly records: Journaled[] = []
  /** The highest generation in the other log: a claim is written to the home log last. */
  claimed = 0
  /** Of all schedules in the journal. */
  readonly history = new History()
  /** What a publisher was told was decided, though readers may see it later. */
  readonly upTo: Record<SinkName, number> = { home: 0, side: 0, away: 0 }
  journaled = 0

  constructor(above = 0) {
    this.above = above
  }
}

export interface Visible extends Seen {
  readonly partition: number
}

export class Truth {
  readonly #logs: Logs
  /** The newest job last. */
  readonly #groups: ReadonlyMap<GroupId, GroupTruth[]>
  readonly #committed = new Map<string, Committed>()
  /** How many records were read of each partition. */
  readonly #read = new Map<string, number>()

  constructor(logs: Logs, groups: readonly GroupId[]) {
    this.#logs = logs
    this.#groups = new Map(groups.map(group => [group, [new GroupTruth()]]))
  }

  get groups(): readonly GroupId[] {
    return [...this.#groups.keys()]
  }

  /** Of the job that this generation belongs to; else of the newest. */
  of(group: GroupId, generation = Number.POSITIVE_INFINITY): GroupTruth {
    const jobs = this.#groups.get(group) ?? []
    return jobs.findLast(({ above }) => above < generation) as GroupTruth
  }

  committed(cluster: string, group: GroupId): Committed {
    const name = `${cluster} ${group}`
    const known = this.#committed.get(name) ?? new Committed()
    this.#committed.set(name, known)
    return known
  }

  /** What a clone has on its disks was committed by whom it was copied from. */
  copy(from: string, to: string): void {
    for (const group of this.groups) {
      const known = this.committed(to, group)
      for (const entry of this.committed(from, group).entries.values()) known.add(entry)
    }
  }

  /** Reads the journals on, record by record. */
  readJournals(see: (group: GroupId, journaled: Journaled) => void): void {
    for (const [group, jobs] of this.#groups) {
      const of = journalOf(group)
      for (const { offset, value } of this.#news(HOME, of)) {
        const record = decodeRecord(value, nameOf(group), { ...of, offset })
        const deleted = record.kind === 'generation' ? (record.deleted ?? 0) : 0
        if (deleted > this.of(group).above) jobs.push(new GroupTruth(deleted))
        const journaled = { record, offset }
        this.of(group).records.push(journaled)
        see(group, journaled)
      }
    }
  }

  /** Reads the markers in the other log on. */
  readMarkers(see: (group: GroupId, record: JournalRecord) => void): void {
    for (const group of this.groups) {
      const of = markersOf(group)
      for (const { offset, value } of this.#news(AWAY, of)) {
        see(group, decodeRecord(value, nameOf(group), { ...of, offset }))
      }
    }
  }

  /** Reads all outputs on; `see` is told each once. */
  readOutputs(see: (visible: Visible, record: StoredRecord) => void): void {
    for (const sink of SINKS) {
      for (let partition = 0; partition < OUTPUT_PARTITIONS; partition++) {
        for (const record of this.#news(logOf(sink), { topic: sink, partition })) {
          see({ ...seenIn(record), partition }, record)
        }
      }
    }
  }

  /** What was not read before. */
  #news(log: LogName, of: Partition): readonly StoredRecord[] {
    const name = `${of.topic}/${of.partition}`
    const all = this.#logs[log].committed(of)
    const from = this.#read.get(name) ?? 0
    this.#read.set(name, all.length)
    return all.slice(from)
  }
}
