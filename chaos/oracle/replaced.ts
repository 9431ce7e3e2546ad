/**
 * Rows that may replace others, where some go on and others do not: what was said and holds no more
 * is taken back, just as it was said; what was not, is not.
 */

import type { Row, Table } from './table.ts'
import { Failure, type Value } from './value.ts'

type Values = readonly Value[]

/** `become`: what becomes of one row's values; missing: it does not go on. */
export function sifted(
  { rows }: Pick<Table, 'rows'>,
  become: (values: Values) => Values | undefined,
): { readonly rows: readonly Row[]; readonly failed: number } {
  let failed = 0
  const attempted = (values: Values | undefined, onFailure: () => void): Values | undefined => {
    try {
      return values && become(values)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      onFailure()
      return undefined
    }
  }
  const made = rows.flatMap((row): Row[] => {
    const isGone = row.kind === 'delete'
    const old = attempted(isGone ? row.values : row.old, () => undefined)
    const values = attempted(isGone ? undefined : row.values, () => {
      failed++
    })
    if (values === undefined)
      return old ? [{ ...row, kind: 'delete', values: old, old: undefined }] : []
    return [{ ...row, kind: old === undefined ? 'insert' : 'update', values, old }]
  })
  return { rows: made, failed }
}
