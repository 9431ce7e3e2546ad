/** Aggregates as DuckDB says them, with the types that we want. */

import type { LiteralExpr } from '../../oracle/expression.ts'
import { foldType } from '../../oracle/fold.ts'
import type { AggregateCall } from '../../oracle/plan.ts'
import { printed, typeName } from '../../oracle/print.ts'
import type { Column } from '../../oracle/type.ts'

/** `order`: the columns by which the members of a group stand in order. */
export function foldText(call: AggregateCall, columns: readonly Column[], order: string): string {
  const type = typeName(foldType(call, columns), 'duckdb')
  return `CAST(${bare(call, order)} AS ${type}) AS "${call.name}"`
}

function bare(call: AggregateCall, order: string): string {
  const [arg, by] = call.args.map(one => printed(one, 'duckdb'))
  if (arg === undefined) return `count(*)${only(call)}`
  const value = `${call.distinct ? 'DISTINCT ' : ''}${arg}`
  const present = only(call, `${arg} IS NOT NULL`)
  switch (call.fn) {
    case 'first':
    case 'last':
      return `${call.fn}(${value} ORDER BY ${order})${present}`
    case 'count_if':
      // Its own is NULL where no record passes the filter.
      return `count(*)${only(call, arg)}`
    case 'collect':
      return sliced(`list(${arg} ORDER BY ${order})${present}`, call)
    case 'top_n':
      return sliced(`list_reverse_sort(list(${arg})${present})`, call)
    case 'top_n_by': {
      const both = only(call, `${arg} IS NOT NULL AND ${by} IS NOT NULL`)
      return sliced(`list(${arg} ORDER BY ${by} DESC, ${order})${both}`, call)
    }
    case 'var_pop':
    case 'var_samp':
    case 'stddev_pop':
    case 'stddev_samp':
      return `${call.fn}(${call.distinct ? 'DISTINCT ' : ''}CAST(${arg} AS DOUBLE))${only(call)}`
    default:
      return `${call.fn}(${value})${only(call)}`
  }
}

function only({ filter }: AggregateCall, also?: string): string {
  const conditions = [also, filter === undefined ? undefined : printed(filter, 'duckdb')]
  const some = conditions.filter(one => one !== undefined)
  return some.length === 0 ? '' : ` FILTER (WHERE ${some.join(' AND ')})`
}

function sliced(list: string, { args }: AggregateCall): string {
  return `list_slice(${list}, 1, ${(args.at(-1) as LiteralExpr).value})`
}
