/**
 * What a sink that keeps the last row of each key is told to take back must be what it has. Where
 * a result could not be computed, nobody knows what was said before it: its row has nulls.
 */

import type { Row, Table } from '../../oracle/table.ts'
import { textOfAll } from '../../oracle/value.ts'
import { isNear, rowText } from './tables.ts'

/** The first that is wrong; undefined: none is. */
export function takenBackWrongly(
  { columns, rows }: Table,
  key: readonly string[],
): string | undefined {
  const places = key.map(name => columns.findIndex(column => column.name === name))
  const kept = new Map<string, Row>()
  for (const row of rows) {
    const name = textOfAll(places.map(place => row.values[place] ?? null))
    const known = kept.get(name)
    const isVoid = row.values.some((value, at) => value === null && !places.includes(at))
    if (row.kind !== 'delete') kept.set(name, row)
    else if (isVoid) kept.delete(name)
    else if (known === undefined) return `${rowText(row)} is taken back and was not said`
    else if (!isNear(known.values, row.values)) {
      return `${rowText(row)} is taken back and was ${rowText(known)}`
    } else kept.delete(name)
  }
  return undefined
}
