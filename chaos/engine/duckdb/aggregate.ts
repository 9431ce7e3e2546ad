/**
 * A windowed aggregate over a finite table: first the members of each group, then what is said of
 * each. Every row has `__time` and `__seq`, its place in the order of arrival.
 */

import type { AggregateSpec, AlignedWindow } from '../../oracle/plan.ts'
import { printed } from '../../oracle/print.ts'
import type { Column } from '../../oracle/type.ts'
import { foldText } from './fold.ts'

export interface Sourced {
  /** The table's name, quoted. */
  readonly table: string
  readonly columns: readonly Column[]
}

/** `endMs`: processing time when the input ended. */
export function aggregateQuery(spec: AggregateSpec, input: Sourced, endMs: number): string {
  const { window } = spec
  switch (window.kind) {
    case 'tumbling':
    case 'hopping':
    case 'cumulate':
      return windowed(spec, input, alignedMembers(window, keyedTable(spec, input)))
    case 'session':
      return windowed(spec, input, sessionMembers(window.gapMs, keyedTable(spec, input), spec))
    case 'sliding':
      return sliding(spec, input, `m.__time > a.__time - ${window.sizeMs} AND m.__time <= a.__time`)
    case 'sliding-rows':
      return sliding(spec, input, `m.__turn > a.__turn - ${window.rows} AND m.__turn <= a.__turn`)
    case 'count':
      return counted(spec, input, window.rows)
    case 'global':
      return grouped(spec, input, {
        ...{ members: keyedTable(spec, input), groups: [], order: BY_TIME, time: `${endMs}` },
      })
  }
}

const BY_TIME = '__time, __seq'

const keyNames = (spec: AggregateSpec): string[] => spec.key.map(({ name }) => `"${name}"`)

/** The input with its keys, and each row's number among those of its key, by arrival and time. */
function keyedTable(spec: AggregateSpec, { table }: Sourced): string {
  const keys = spec.key.map(
    ({ name, expression }) => `${printed(expression, 'duckdb')} AS "${name}"`,
  )
  const all = ['*', ...keys].join(', ')
  const row = `row_number() OVER (${partition(spec)} ORDER BY __seq) AS __row`
  const turn = `row_number() OVER (${partition(spec)} ORDER BY ${BY_TIME}) AS __turn`
  return `(SELECT *, ${row}, ${turn} FROM (SELECT ${all} FROM ${table}))`
}

function partition(spec: AggregateSpec): string {
  const names = keyNames(spec)
  return names.length === 0 ? '' : `PARTITION BY ${names.join(', ')}`
}

function alignedMembers(window: AlignedWindow, table: string): string {
  const every = window.kind === 'hopping' ? window.everyMs : window.sizeMs
  const behind = `((__time - ${window.offsetMs}) % ${every} + ${every}) % ${every}`
  const hops = window.kind === 'hopping' ? Math.ceil(window.sizeMs / every) : 1
  const steps = window.kind === 'cumulate' ? window.sizeMs / window.stepMs : 1
  const step = window.kind === 'cumulate' ? window.stepMs : window.sizeMs
  const start = `__time - ${behind} - hop * ${every}`
  return `(SELECT * FROM (
    SELECT t.*, ${start} AS __start, ${start} + step * ${step} AS __end
    FROM ${table} AS t, range(0, ${hops}) AS h(hop), range(1, ${steps + 1}) AS s(step)
  ) WHERE __start <= __time AND __time < __end)`
}

/** Gaps and islands. */
function sessionMembers(gapMs: number, table: string, spec: AggregateSpec): string {
  const over = `OVER (${partition(spec)} ORDER BY ${BY_TIME})`
  const far = `CASE WHEN __time - lag(__time) ${over} < ${gapMs} THEN 0 ELSE 1 END`
  const marked = `SELECT *, ${far} AS __far FROM ${table}`
  const numbered = `SELECT *, sum(__far) ${over} AS __session FROM (${marked})`
  const whole = `OVER (PARTITION BY ${[...keyNames(spec), '__session'].join(', ')})`
  return `(SELECT *, min(__time) ${whole} AS __start, max(__time) ${whole} + ${gapMs} AS __end
    FROM (${numbered}))`
}

function windowed(spec: AggregateSpec, { columns }: Sourced, members: string): string {
  const folds = spec.aggregates.map(call => foldText(call, columns, BY_TIME))
  const bounds = [`${moment('__start')} AS window_start`, `${moment('__end')} AS window_end`]
  const selected = [...keyNames(spec), ...bounds, ...folds, '__end - 1 AS __time', '0 AS __seq']
  const groups = [...keyNames(spec), '__start', '__end']
  return `SELECT ${selected.join(', ')} FROM ${members} GROUP BY ${groups.join(', ')}`
}

const moment = (time: string): string => `CAST(epoch_ms(${time}) AS TIMESTAMPTZ)`

interface Grouping {
  readonly members: string
  readonly groups: readonly string[]
  readonly order: string
  readonly time: string
}

/** No group, no row: SQL would have one for all of nothing. */
function grouped(spec: AggregateSpec, { columns }: Sourced, grouping: Grouping): string {
  const { members, groups, order, time } = grouping
  const folds = spec.aggregates.map(call => foldText(call, columns, order))
  const selected = [...keyNames(spec), ...folds, `${time} AS __time`, '0 AS __seq']
  const by = [...keyNames(spec), ...groups]
  const rest = by.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${by.join(', ')}`
  return `SELECT ${selected.join(', ')} FROM ${members} ${rest}`
}

function counted(spec: AggregateSpec, input: Sourced, rows: number): string {
  const members = `(SELECT *, (__row - 1) // ${rows} AS __part FROM ${keyedTable(spec, input)})`
  const time = 'arg_max(__time, __seq)'
  const all = grouped(spec, input, { members, groups: ['__part'], order: BY_TIME, time })
  return `${all} HAVING count(*) = ${rows}`
}

/** Each row with all that lie in its window, itself included. */
function sliding(spec: AggregateSpec, input: Sourced, within: string): string {
  const { columns } = input
  const same = keyNames(spec).map(name => `a.${name} IS NOT DISTINCT FROM m.${name}`)
  const table = keyedTable(spec, input)
  const own = columns.map(({ name }) => `a."${name}" AS "__${name}"`)
  const anchor = [...own, 'a.__time AS __anchor', 'a.__seq AS __at'].join(', ')
  const members = `(SELECT ${anchor}, m.* FROM ${table} AS a, ${table} AS m
    WHERE ${[...same, within].join(' AND ')})`
  const firsts = columns.map(({ name }) => `any_value("__${name}") AS "${name}"`)
  const folds = spec.aggregates.map(call => foldText(call, columns, BY_TIME))
  const selected = [...firsts, ...folds, '__anchor AS __time', '0 AS __seq']
  return `SELECT ${selected.join(', ')} FROM ${members} GROUP BY __anchor, __at`
}
