/** What must hold between those who send and those who take; the input itself is the oracle. */

import type { StoredRecord } from '../../../src/base/stream-log.ts'
import type { Taken } from '../../../src/engine/batch/taking.ts'
import type { Barrier } from '../../../src/engine/channels/barrier.ts'
import { type Frame, offsetsOf } from '../../../src/engine/channels/frame.ts'
import { rowsOf } from '../../../src/engine/columns/records.ts'
import type { BarrierAt } from '../../../src/engine/exchange/mark.ts'
import { Violation } from '../checkers/checker.ts'
import type { Counts } from '../run/result.ts'
import type { SimLog } from '../world/log/log.ts'
import type { Group } from './group.ts'
import { isLetters, meaningOf, partitionOf, TIME, TOPIC, textOf } from './job.ts'

/** So often the input is looked at: that it grew is seen so much later, at most. */
export const LOOK_MS = 2

/** Of one partition. */
interface Ledger {
  /** By offset: the group that has it. */
  readonly owners: Map<number, number>
  /** Where nothing came for as long as it takes to be idle. */
  readonly quiet: Set<number>
  end: number
  grewMs: number
  /** Ever committed, by epoch. */
  readonly places: Map<number, BarrierAt>
}

export class Judge {
  readonly checks: Counts = {}
  /** What was committed of the input, all groups together. */
  taken = 0
  /** The last epoch that could fail without anybody's fault. */
  disturbed = Infinity
  onFailure: (epoch: number) => void = () => undefined
  onOwned: (group: number, partition: number, offset: number) => void = () => undefined
  readonly cuts = new Map<number, Set<number>>()
  readonly #log: SimLog
  readonly #ledgers: readonly Ledger[]

  constructor(log: SimLog, partitions: number) {
    this.#log = log
    this.#ledgers = Array.from({ length: partitions }, () => {
      const none = { owners: new Map(), quiet: new Set<number>(), places: new Map() }
      return { ...none, end: 0, grewMs: 0 }
    })
  }

  must(holds: boolean, name: string, detail: () => string): void {
    const [checker = name] = name.split(' ')
    this.checks[name] = (this.checks[name] ?? 0) + 1
    if (!holds) throw new Violation(checker, `${name}: ${detail()}`)
  }

  #ledger(partition: number): Ledger {
    return this.#ledgers[partition] as Ledger
  }

  #committed(partition: number): readonly StoredRecord[] {
    return this.#log.committed({ topic: TOPIC, partition })
  }

  /** Often, so that it is known where a partition was quiet. */
  look(atMs: number): void {
    for (const [partition, ledger] of this.#ledgers.entries()) {
      const end = this.#log.entries({ topic: TOPIC, partition }).length
      if (end !== ledger.end) Object.assign(ledger, { end, grewMs: atMs })
      if (atMs - ledger.grewMs >= TIME.idleMs - LOOK_MS) ledger.quiet.add(end)
    }
  }

  onTaken(group: Group, { inputs }: Taken): void {
    for (const { channel, from, to, records } of inputs) {
      const partition = partitionOf(channel)
      const all = new Map(this.#committed(partition).map(one => [one.offset, one]))
      for (const part of records) {
        const offsets = offsetsOf(part)
        for (const [row, { values }] of rowsOf(part).entries()) {
          const offset = offsets[row] as number
          const text = textOf(all.get(offset)?.value ?? new Uint8Array(0))
          const said = isLetters(channel) ? 'letter' : `${values[1]}`
          const detail = () => `${said} at ${offset} of ${partition}, which holds '${text}'`
          const isThere = all.has(offset) && meaningOf(text) === said
          this.must(isThere, 'FEED-1 what is taken stands in the input', detail)
          this.#own(group, partition, offset)
        }
      }
      const state = group.book.channels.get(channel)
      this.#mustBeInTime(partition, to, state?.watermark ?? -Infinity)
      this.must(from < to, 'FEED-1 an input is a stretch', () => `${from} to ${to}`)
    }
  }

  #own(group: Group, partition: number, offset: number): void {
    const { owners } = this.#ledger(partition)
    const by = owners.get(offset)
    const detail = () => `${offset} of ${partition} by group ${by} and by ${group.number}`
    this.must(by === undefined, 'FEED-2 each record is taken once', detail)
    owners.set(offset, group.number)
    this.onOwned(group.number, partition, offset)
    this.taken++
  }

  /** No record behind the cursor is late that was not; those that are none have no time. */
  #mustBeInTime(partition: number, cursor: number, watermark: number): void {
    let latest = -Infinity
    for (const { offset, value, timestampMs } of this.#committed(partition)) {
      if (offset >= cursor) break
      const isRead = meaningOf(textOf(value ?? new Uint8Array(0))) !== 'letter'
      if (isRead) latest = Math.max(latest, timestampMs)
    }
    const detail = () => `${watermark} at ${cursor} of ${partition}, not ${latest - TIME.lagMs}`
    this.must(watermark <= latest - TIME.lagMs, 'FEED-3 time is said of what was read', detail)
  }

  /** As it comes to a leader. */
  onFrame(frame: Frame, atMs: number): void {
    this.look(atMs)
    const { channel, to, idle, barrier } = frame
    const { quiet, end } = this.#ledger(partitionOf(channel))
    if (idle === true) {
      const detail = () => `said at ${to} of ${channel}, the end is ${end}`
      this.must(quiet.has(to), 'FEED-4 who is idle has nothing', detail)
    }
    if (barrier === undefined) return
    const place = this.#ledger(partitionOf(channel)).places.get(barrier)
    const detail = () => `${barrier} at ${to} of ${channel}: not ${place?.offset}`
    this.must(place?.offset === to, 'FEED-5 a barrier stands where it is committed', detail)
  }

  onPlaced(partition: number, barrier: BarrierAt): void {
    this.#ledger(partition).places.set(barrier.epoch, barrier)
  }

  onCut(group: Group, { epoch, offsets }: Barrier): void {
    for (const { channel, offset } of offsets) {
      const place = this.#ledger(partitionOf(channel)).places.get(epoch)
      const detail = () => `${epoch} of ${channel}: ${offset}, ${place?.offset}`
      this.must(place?.offset === offset, 'FEED-6 all cut an epoch at one place', detail)
    }
    const cut = this.cuts.get(epoch) ?? new Set()
    this.cuts.set(epoch, cut.add(group.number))
  }

  onFailed(epoch: number, why: string): void {
    const detail = () => `${epoch} failed: ${why}`
    this.must(epoch <= this.disturbed, 'FEED-7 in calm every epoch is cut', detail)
    this.onFailure(epoch)
  }

  /** All that the input holds is taken, and nothing else. */
  isWhole(): boolean {
    return this.#ledgers.every(({ owners }, partition) => {
      const wanted = this.#committed(partition).filter(({ value }) => {
        return meaningOf(textOf(value ?? new Uint8Array(0))) !== undefined
      })
      return wanted.every(({ offset }) => owners.has(offset)) && owners.size === wanted.length
    })
  }

  /** And every group knows that nothing follows, and how far time has come. */
  isKnown(group: Group): boolean {
    return [...group.book.channels].every(([channel, { cursor, idle }]) => {
      return idle && cursor === this.#ledger(partitionOf(channel)).end
    })
  }
}
