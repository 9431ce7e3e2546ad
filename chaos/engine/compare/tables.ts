/**
 * Whether two tables say the same. Rows are a multiset; where rows replace each other, what is left
 * in the end: of what is wanted by the rows that were replaced themselves, and of what is seen by
 * the key that its reader goes by, which so is one that names them. Doubles may differ in their
 * last digits: nobody promises in which order they are added.
 */

import type { Row, Table } from '../../oracle/table.ts'
import { textOf, textOfAll, type Value } from '../../oracle/value.ts'

/** Of the larger of two doubles. */
const RELATIVE = 1e-9
const ABSOLUTE = 1e-9

/** What names a row of which the last one counts; missing: every row counts. */
export type Naming = readonly string[] | undefined

/** What is wrong, in a few lines; undefined: nothing. */
export function difference(wanted: Table, seen: Table, naming: Naming): string | undefined {
  const wantedRows = naming === undefined ? wanted.rows : standing(wanted)
  const seenRows = naming === undefined ? seen.rows : lastRows(seen, naming)
  const missing = unmatched(wantedRows, seenRows)
  const extra = unmatched(seenRows, wantedRows)
  if (missing.length === 0 && extra.length === 0) return undefined
  return [...told('missing', missing), ...told('not wanted', extra)].join('\n')
}

const SHOWN_MAX = 5

function told(what: string, rows: readonly Row[]): string[] {
  const lines = rows.slice(0, SHOWN_MAX).map(row => `${what}: ${rowText(row)}`)
  return rows.length > SHOWN_MAX ? [...lines, `.. and ${rows.length - SHOWN_MAX} more`] : lines
}

export function rowText(row: Row | undefined): string {
  if (row === undefined) return 'nothing'
  const kind = row.kind === 'insert' ? '' : `${row.kind} `
  return `${kind}@${row.time} ${row.values.map(textOf).join(' ')}`
}

/** What was said and not replaced or taken back: each row of the oracle knows what it replaces. */
function standing({ rows }: Table): Row[] {
  const left = new Map<string, Row[]>()
  for (const row of rows) {
    const gone = row.kind === 'delete' ? row.values : row.old
    if (gone !== undefined && left.get(textOfAll(gone))?.pop() === undefined) {
      throw new Error(`the oracle did not say what ${rowText(row)} replaces`)
    }
    if (row.kind === 'delete') continue
    const name = textOfAll(row.values)
    left.set(name, [...(left.get(name) ?? []), row])
  }
  return [...left.values()].flat()
}

/** What a reader has that keeps the last row of each key. */
function lastRows({ columns, rows }: Table, key: readonly string[]): Row[] {
  const places = key.map(name => columns.findIndex(column => column.name === name))
  const last = new Map<string, Row>()
  for (const row of rows) {
    const name = textOfAll(places.map(place => row.values[place] ?? null))
    if (row.kind === 'delete') last.delete(name)
    else last.set(name, row)
  }
  return [...last.values()]
}

/** Those of `rows` for which `others` have no partner of their own. */
function unmatched(rows: readonly Row[], others: readonly Row[]): Row[] {
  const free = new Map<string, Row[]>()
  for (const other of others) {
    const name = exactText(other)
    free.set(name, [...(free.get(name) ?? []), other])
  }
  return rows.filter(row => {
    const partners = free.get(exactText(row)) ?? []
    const at = partners.findIndex(partner => isNear(row.values, partner.values))
    if (at >= 0) partners.splice(at, 1)
    return at < 0
  })
}

/** All of a row that must be equal. */
function exactText({ time, values }: Row): string {
  return `${time} ${textOfAll(values.map(blurred))}`
}

function blurred(value: Value): Value {
  if (Array.isArray(value)) return value.map(blurred)
  return typeof value === 'number' && Number.isFinite(value) ? '~' : value
}

export function isNear(one: Value, other: Value): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, at) => isNear(value, other[at] ?? null))
  }
  if (typeof one !== 'number' || typeof other !== 'number') return textOf(one) === textOf(other)
  if (Object.is(one, other) || one === other) return true
  if (!(Number.isFinite(one) && Number.isFinite(other))) return false
  const size = Math.max(Math.abs(one), Math.abs(other))
  return Math.abs(one - other) <= Math.max(ABSOLUTE, RELATIVE * size)
}
