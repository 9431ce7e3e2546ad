/** Whether results are said in the very batch in which they are to be. */

import type { Row } from '../../oracle/table.ts'
import { isNear, rowText } from './tables.ts'

/** The first that is not said in its batch; undefined: all are. Deletes are not asked for. */
export function unsaid(wanted: readonly Row[], seen: readonly Row[]): string | undefined {
  const said = new Map<string, Row[]>()
  for (const row of seen) {
    const place = placeOf(row)
    said.set(place, [...(said.get(place) ?? []), row])
  }
  const missing = wanted.find(row => {
    const others = said.get(placeOf(row)) ?? []
    return row.kind !== 'delete' && !others.some(({ values }) => isNear(values, row.values))
  })
  return missing && `batch ${missing.batch}: ${rowText({ ...missing, kind: 'update' })} is not said`
}

const placeOf = ({ batch, time, kind }: Row): string => `${batch} ${time} ${kind === 'delete'}`
