/**
 * Windows whose bounds do not depend on the records: those aligned to the clock, and the global
 * one, which is a window without bounds.
 */

import type { Moment } from './input.ts'
import {
  byTime,
  computed,
  foldedAll,
  type Member,
  membersOf,
  type Reach,
  reachesOf,
} from './members.ts'
import type { AggregateSpec, AlignedWindow } from './plan.ts'
import { byBatch, groupedBy, type Row, type Table } from './table.ts'
import type { Value } from './value.ts'
import { type Window, windowsOf } from './window.ts'

/** What a windowed aggregate makes. */
export interface Results {
  readonly rows: readonly Row[]
  /** As they came in. */
  readonly late: readonly Row[]
  readonly failed: number
  /** Of windows that have not ended; missing: none are asked for. */
  readonly early?: readonly Row[]
}

type Assigned = AlignedWindow | { readonly kind: 'global' }

const EVER: Window = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

export function alignedResults(
  spec: AggregateSpec,
  window: Assigned,
  input: Table,
  moments: readonly Moment[],
): Results {
  const time = window.kind === 'global' ? 'event' : window.time
  const reaches = reachesOf(moments, time)
  const lateness = time === 'event' ? spec.latenessMs : 0
  const timeOf = (row: Row) => (time === 'event' ? row.time : (moments[row.batch] as Moment).now)
  const { groups, failed } = membersOf(spec, input, timeOf)
  const takes = groups.flat().flatMap(member => taken(window, member, reaches, lateness))
  const isTaken = (member: Member) => takes.some(take => take.member === member)
  const late = groups.flat().filter(one => windowsFor(window, one).length > 0 && !isTaken(one))
  const cells = groupedBy(takes, ({ member, window: { start, end } }) =>
    [groups.findIndex(group => group.includes(member)), start, end].join(),
  )
  const all = [...cells.values()].map(cell => new Cell(spec, cell, input, { reaches, moments }))
  const said = all.flatMap(cell => cell.said())
  const unsaid = all.reduce((sum, cell) => sum + cell.failed, 0)
  const lateRows = late.sort((one, other) => one.arrival - other.arrival).map(({ row }) => row)
  const early = byBatch(all.flatMap(cell => cell.early()))
  return { rows: byBatch(said), late: lateRows, failed: failed + unsaid, early }
}

interface Take {
  readonly member: Member
  readonly window: Window
}

function windowsFor(spec: Assigned, { time }: Member): readonly Window[] {
  return spec.kind === 'global' ? [EVER] : windowsOf(spec, time)
}

/** The windows that take the record: not those that are past. */
function taken(spec: Assigned, member: Member, reaches: readonly Reach[], lateness: number) {
  const { before } = reaches[member.row.batch] as Reach
  const open = windowsFor(spec, member).filter(({ end }) => end + lateness > before)
  return open.map((window): Take => ({ member, window }))
}

interface Clock {
  readonly reaches: readonly Reach[]
  readonly moments: readonly Moment[]
}

/** One window of one key. */
class Cell {
  /** Results that could not be said. */
  failed = 0
  readonly #spec: AggregateSpec
  readonly #window: Window
  readonly #members: readonly Member[]
  readonly #input: Table
  readonly #reaches: readonly Reach[]
  readonly #moments: readonly Moment[]

  constructor(spec: AggregateSpec, takes: readonly Take[], input: Table, clock: Clock) {
    this.#spec = spec
    this.#window = (takes[0] as Take).window
    this.#members = takes.map(({ member }) => member)
    this.#input = input
    this.#reaches = clock.reaches
    this.#moments = clock.moments
  }

  /** What cannot be computed takes back what it would have replaced. */
  said(): Row[] {
    let last: Row | undefined
    return this.#batches().flatMap(batch => {
      const before = last
      last = computed(() => this.#row(batch, before))
      if (last !== undefined) return [last]
      this.failed++
      return before === undefined ? [] : [{ ...before, batch, kind: 'delete' as const }]
    })
  }

  /**
   * Whoever changed it is told of it with the first batch that reaches the next multiple of the
   * span, unless it has ended by then.
   */
  early(): Row[] {
    const { earlyMs } = this.#spec
    if (earlyMs === undefined) return []
    const due = this.#members.map(({ row }) => {
      const from = (this.#moments[row.batch] as Moment).now
      const at = (Math.floor(from / earlyMs) + 1) * earlyMs
      return this.#moments.findIndex(({ now }, batch) => batch > row.batch && now >= at)
    })
    const open = [...new Set(due)].filter(batch => {
      const reach = this.#reaches[batch]
      return reach !== undefined && reach.after < this.#window.end
    })
    return open.flatMap(batch => computed(() => this.#row(batch, undefined)) ?? [])
  }

  /** Those in which it speaks. */
  #batches(): number[] {
    const changed = [...new Set(this.#members.map(({ row }) => row.batch))].sort((a, b) => a - b)
    if (this.#spec.mode === 'updating') return changed
    const closing = this.#reaches.findIndex(({ after }) => after >= this.#window.end)
    if (closing < 0) return []
    const again = changed.filter(batch => batch > closing)
    return (changed[0] as number) <= closing ? [closing, ...again] : again
  }

  #row(batch: number, before: Row | undefined): Row {
    const members = this.#members.filter(({ row }) => row.batch <= batch).sort(byTime)
    const { start, end } = this.#window
    const bounded = this.#window !== EVER
    const bounds: Value[] = bounded ? [BigInt(start), BigInt(end)] : []
    return {
      ...{ batch, kind: before === undefined ? 'insert' : 'update', old: before?.values },
      ...{ time: bounded ? end - 1 : (this.#moments[batch] as Moment).now },
      values: [
        ...(members[0] as Member).key,
        ...bounds,
        ...foldedAll(this.#spec, members, this.#input.columns),
      ],
    }
  }
}
