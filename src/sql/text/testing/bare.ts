/** A tree without its places, to compare two that were written differently. */

import type { Expression } from '../ast.ts'

export function bare(node: Expression): unknown {
  return JSON.parse(JSON.stringify(node, (key, value) => (isPlace(key, value) ? undefined : value)))
}

/** Nothing else that is called so holds a number. */
const isPlace = (key: string, value: unknown): boolean =>
  (key === 'from' || key === 'to') && typeof value === 'number'
