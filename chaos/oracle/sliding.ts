/** Windows by the record: those that end with it, by time or by number, and every so many. */

import type { Results } from './aligned.ts'
import type { Moment } from './input.ts'
import { byTime, computedAll, foldedAll, type Member, membersOf } from './members.ts'
import type { AggregateSpec, WindowSpec } from './plan.ts'
import { byBatch, type Row, type Table } from './table.ts'

type SlidingWindow = Extract<WindowSpec, { readonly kind: 'sliding' | 'sliding-rows' }>

const timeOf = ({ time }: Row): number => time
const batchOf = ({ row }: Member): number => row.batch

export function slidingResults(
  spec: AggregateSpec,
  window: SlidingWindow,
  input: Table,
  moments: readonly Moment[],
): Results {
  const { groups, failed } = membersOf(spec, input, timeOf)
  const isLate = (member: Member) => member.time < (moments[batchOf(member)] as Moment).before
  const late = groups.flat().filter(isLate)
  const made = groups.flatMap(group => {
    const members = group.filter(member => !isLate(member)).sort(byTime)
    return members.flatMap(member => {
      const said = moments.findIndex(
        ({ after }, at) => at >= batchOf(member) && after > member.time,
      )
      const within = withinOf(window, member, members)
      return said < 0 ? [] : [() => rowOf(spec, member, within, { batch: said, input })]
    })
  })
  const { rows, failed: unsaid } = computedAll(made)
  const inTime = byBatch([...rows].sort((one, other) => one.time - other.time))
  const lateRows = late.sort((one, other) => one.arrival - other.arrival).map(({ row }) => row)
  return { rows: inTime, late: lateRows, failed: failed + unsaid }
}

/** `members`: all of the key, in order. */
function withinOf(window: SlidingWindow, member: Member, members: readonly Member[]): Member[] {
  if (window.kind === 'sliding-rows') {
    const end = members.indexOf(member) + 1
    return members.slice(Math.max(0, end - window.rows), end)
  }
  const after = member.time - window.sizeMs
  return members.filter(({ time }) => time > after && time <= member.time)
}

/** The record's columns, then the aggregates. */
function rowOf(
  spec: AggregateSpec,
  { row }: Member,
  within: readonly Member[],
  { batch, input }: { readonly batch: number; readonly input: Table },
): Row {
  const values = [...row.values, ...foldedAll(spec, within, input.columns)]
  return { batch, time: row.time, kind: 'insert', values }
}

/** A group that is not full when the input ends says nothing. */
export function countResults(spec: AggregateSpec, rows: number, input: Table): Results {
  const { groups, failed } = membersOf(spec, input, timeOf)
  const made = groups.flatMap(group =>
    Array.from({ length: Math.floor(group.length / rows) }, (_, part) => () => {
      return countRow(spec, group.slice(part * rows, (part + 1) * rows), input)
    }),
  )
  const said = computedAll(made)
  return { rows: byBatch(said.rows), late: [], failed: failed + said.failed }
}

/** Of a full group, with the record that filled it. */
function countRow(spec: AggregateSpec, part: readonly Member[], input: Table): Row {
  const [first, last] = [part[0] as Member, part.at(-1) as Member]
  const values = [...first.key, ...foldedAll(spec, [...part].sort(byTime), input.columns)]
  return { batch: batchOf(last), time: last.time, kind: 'insert', values }
}
