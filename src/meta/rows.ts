/** Rows in the order of a key of theirs, never changed. */

export const inOrder = (a: string | number, b: string | number): number => {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The row takes the place of that with its key, or comes between the others. */
export function withRow<T>(
  rows: readonly T[],
  row: T,
  keyOf: (row: T) => string | number,
): readonly T[] {
  const key = keyOf(row)
  const others = rows.filter(one => keyOf(one) !== key)
  const at = others.findIndex(one => inOrder(keyOf(one), key) > 0)
  const from = at < 0 ? others.length : at
  return [...others.slice(0, from), row, ...others.slice(from)]
}
