/** Records as the members of groups: their key and what each aggregate takes of them. */

import { folded, foldType, type Share, shareOf } from './fold.ts'
import type { Moment } from './input.ts'
import type { AggregateSpec, WindowTime } from './plan.ts'
import { eachRow, groupedBy, namedColumns, namedValues, type Row, type Table } from './table.ts'
import { type Column, TIMESTAMPTZ } from './type.ts'
import { Failure, textOfAll, type Value } from './value.ts'

export interface Member {
  readonly row: Row
  /** Its place in the order of arrival. */
  readonly arrival: number
  /** Of the window's kind of time. */
  readonly time: number
  readonly key: readonly Value[]
  readonly shares: readonly Share[]
}

/** Time as the window sees it, in one batch. */
export interface Reach {
  readonly before: number
  readonly after: number
}

export function reachesOf(moments: readonly Moment[], time: WindowTime): Reach[] {
  if (time === 'event') return [...moments]
  let before = Number.NEGATIVE_INFINITY
  return moments.map(({ now, ended }) => {
    const reach = { before, after: ended ? Number.POSITIVE_INFINITY : now }
    before = reach.after
    return reach
  })
}

/** The records of each key, in order of arrival. */
export function membersOf(
  spec: AggregateSpec,
  input: Table,
  timeOf: (row: Row) => number,
): { readonly groups: readonly Member[][]; readonly failed: number } {
  const { made, failed } = eachRow(input, (row, scope) => [
    {
      ...{ row, time: timeOf(row), key: namedValues(spec.key, scope) },
      shares: spec.aggregates.map(call => shareOf(call, scope)),
    },
  ])
  const members = made.map((member, arrival): Member => ({ ...member, arrival }))
  return { groups: [...groupedBy(members, ({ key }) => textOfAll(key)).values()], failed }
}

export const byTime = (one: Member, other: Member): number =>
  one.time - other.time || one.arrival - other.arrival

/** What the aggregates say of these members, in the order given. */
export function foldedAll(
  { aggregates }: AggregateSpec,
  members: readonly Member[],
  columns: readonly Column[],
): Value[] {
  return aggregates.map((call, at) =>
    folded(
      call,
      members.map(({ shares }) => shares[at]),
      columns,
    ),
  )
}

/** Missing: one of its aggregates has no value in its type. */
export function computed(row: () => Row): Row | undefined {
  try {
    return row()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Those that can be computed, and how many cannot. */
export function computedAll(made: readonly (() => Row)[]): {
  readonly rows: readonly Row[]
  readonly failed: number
} {
  const rows = made.map(computed).filter(row => row !== undefined)
  return { rows, failed: made.length - rows.length }
}

const BOUNDED = new Set(['tumbling', 'hopping', 'cumulate', 'session'])

/** Columns of the results. */
export function resultColumns(spec: AggregateSpec, columns: readonly Column[]): Column[] {
  const own = spec.aggregates.map(call => ({ name: call.name, type: foldType(call, columns) }))
  const { kind } = spec.window
  if (kind === 'sliding' || kind === 'sliding-rows') return [...columns, ...own]
  const bounds = ['window_start', 'window_end'].map(name => ({ name, type: TIMESTAMPTZ }))
  return [...namedColumns(spec.key, columns), ...(BOUNDED.has(kind) ? bounds : []), ...own]
}
