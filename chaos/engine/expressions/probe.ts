/**
 * An expression over the columns of a table of random rows, as Weir writes it and as DuckDB does;
 * and, where both differ on purpose, the reason. A difference that is not there any more is a
 * mistake in these lists, as is one without a reason.
 */

export interface Probe {
  readonly weir: string
  readonly duckdb: string
  /** Why some rows are to differ; missing: none may. */
  readonly differs?: string | undefined
}

/** Said alike. */
export const same = (...texts: readonly string[]): Probe[] =>
  texts.map(text => ({ weir: text, duckdb: text }))

/** Said otherwise, and meant alike. */
export const as = (weir: string, duckdb: string): Probe => ({ weir, duckdb })

export const unlike = (weir: string, duckdb: string, differs: string): Probe => ({
  ...{ weir, duckdb, differs },
})
