/**
 * What the outputs of a group must be, by the oracle: of the records that lie in the sources, in
 * the order and at the times at which the group took them. Which of them are for the group is for
 * the front to say; all else is recomputed by code that shares nothing with the engine.
 */

import { ByteReader } from '../../../src/base/bytes.ts'
import type { StoredRecord } from '../../../src/base/stream-log.ts'
import type { BatchSchedule } from '../../../src/engine/batch/schedule.ts'
import type { Input } from '../../../src/engine/channels/state.ts'
import { DEAD_LETTERS } from '../../../src/engine/stage/dead-letters.ts'
import { namingOf } from '../../engine/check.ts'
import { difference } from '../../engine/compare/tables.ts'
import { tableRows } from '../../engine/run/scalars.ts'
import { columnsOf } from '../../oracle/columns.ts'
import type { Arrival, Batch, Mark } from '../../oracle/input.ts'
import { answered } from '../../oracle/oracle.ts'
import type { Plan } from '../../oracle/plan.ts'
import type { Row, Table } from '../../oracle/table.ts'
import { textOfAll } from '../../oracle/value.ts'
import type { Job } from './job.ts'
import type { Visible } from './judge.ts'
import { unrendered } from './names.ts'

export type SourceRecords = ReadonlyMap<number, readonly StoredRecord[]>

interface Told {
  readonly group: number
  readonly schedules: readonly BatchSchedule[]
  readonly visible: readonly Visible[]
  readonly input: SourceRecords
}

/** Which of the records that were drawn it is: its key says so. */
function arrivalOf(job: Job, { key }: StoredRecord): Arrival {
  const at = new ByteReader(key ?? new Uint8Array(0)).uint32()
  return job.arrivals[at] as Arrival
}

/** What is wrong; undefined: nothing. */
export function differing(job: Job, told: Told): string | undefined {
  const { group, schedules, visible, input } = told
  const owned = ownedBy(job, group, input)
  const batches = batchesOf(schedules, owned)
  const answer = answered(marked(job.plan), { channels: job.case.input.channels, batches })
  const columns = columnsOf(job.plan)
  for (const sink of job.plan.sinks) {
    const wanted = answer.sinks[sink.id]
    if (wanted === undefined) continue
    const rows = visible
      .filter(one => one.sink === sink.id)
      .flatMap(({ record }) =>
        tableRows(unrendered(job, sink.id, record.value), columns(sink.from), 0),
      )
    const naming = namingOf(job.plan, sink)
    const all = { columns: wanted.columns, rows }
    const seen = job.isEarly && naming !== undefined ? closed(wanted, all, naming) : all
    const other = difference(wanted, seen, naming)
    if (other !== undefined) return `${sink.id}: ${other}`
  }
  if (job.isSilent) return undefined
  const letters = visible.filter(({ sink }) => sink === DEAD_LETTERS).length
  const failed = job.stage.operators.reduce((sum, { id }) => sum + (answer.failed[id] ?? 0), 0)
  return letters === failed ? undefined : `${letters} dead letters, not ${failed}`
}

/** Without windows that are open yet, of which the oracle says nothing and early results do. */
function closed(wanted: Table, seen: Table, naming: readonly string[]): Table {
  const places = naming.map(name => wanted.columns.findIndex(column => column.name === name))
  const nameOf = ({ values }: Row) => textOfAll(places.map(place => values[place] ?? null))
  const known = new Set(wanted.rows.map(nameOf))
  return { ...seen, rows: seen.rows.filter(row => known.has(nameOf(row))) }
}

/** Records of one group, by channel and offset. */
type Owned = ReadonlyMap<number, ReadonlyMap<number, Arrival>>

function ownedBy(job: Job, group: number, input: SourceRecords): Owned {
  const owned = new Map<number, Map<number, Arrival>>()
  for (const [channel, records] of input) {
    const { parts } = job.fronted(channel, job.front(channel), job.decoded(channel, records))
    const offsets = new Set(parts.get(group)?.origin?.offsets)
    const own = records.filter(({ offset }) => offsets.has(offset))
    owned.set(channel, new Map(own.map(one => [one.offset, arrivalOf(job, one)])))
  }
  return owned
}

/** A schedule tells what was changed: who was idle and is, though records came, is told here. */
export function batchesOf(schedules: readonly BatchSchedule[], owned: Owned): readonly Batch[] {
  const idle = new Set<number>()
  return schedules.map(({ inputs, changes, now }) => {
    for (const change of changes) {
      if (change.idle === true) idle.add(change.channel)
      if (change.idle === false) idle.delete(change.channel)
    }
    const arrivals = inputs.flatMap(input => arrivalsOf(input, owned))
    const marks: Mark[] = [
      ...changes.map(({ channel, watermark }) => ({ channel, watermark })),
      ...[...inputs, ...changes].map(({ channel }) => ({ channel, idle: idle.has(channel) })),
    ]
    return { arrivals, marks, now, ended: false }
  })
}

function arrivalsOf({ channel, from, to }: Input, owned: Owned): readonly Arrival[] {
  const all = owned.get(channel)
  const own: Arrival[] = []
  for (let offset = from; offset < to; offset++) {
    const arrival = all?.get(offset)
    if (arrival !== undefined) own.push(arrival)
  }
  return own
}

/** What is said of time is told, and follows from nothing. */
function marked(plan: Plan): Plan {
  return { ...plan, sources: plan.sources.map(({ lagMs: _, ...source }) => source) }
}

/** A watermark that the records before the cursor do not bear out; undefined: there is none. */
export function mistimed(
  job: Job,
  schedules: readonly BatchSchedule[],
  input: SourceRecords,
): string | undefined {
  const latest = new Map(
    [...input].map(([channel, records]) => [channel, latestOf(job, channel, records)]),
  )
  const cursors = new Map<number, number>()
  for (const { seq, inputs, changes } of schedules) {
    for (const { channel, to } of inputs) cursors.set(channel, to)
    for (const { channel, watermark } of changes) {
      if (watermark === undefined) continue
      const time = latest.get(channel)?.(cursors.get(channel) ?? 0) ?? -Infinity
      const most = time - (job.own(channel).lagMs ?? 0)
      if (watermark > most) return `${seq} says ${watermark} of channel ${channel}, not ${most}`
    }
  }
  return undefined
}

/** The latest time of all records before an offset. */
function latestOf(job: Job, channel: number, records: readonly StoredRecord[]) {
  const front = job.front(channel)
  let latest = -Infinity
  const times = records.map(record => {
    const { times: own } = job.fronted(channel, front, job.decoded(channel, [record]))
    latest = Math.max(latest, ...own)
    return { offset: record.offset, latest }
  })
  return (before: number): number =>
    times.findLast(({ offset }) => offset < before)?.latest ?? -Infinity
}
