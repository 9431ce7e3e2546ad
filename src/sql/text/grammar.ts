/**
 * What the parts of the parser know of each other: the cursor they share, and that there are
 * expressions inside expressions. So no part imports the whole.
 */

import type { Expression } from './ast.ts'
import { ITEMS_MAX } from './bounds.ts'
import type { Cursor } from './cursor.ts'

export interface Grammar {
  readonly cursor: Cursor
  /** The longest expression whose operators bind more strongly than `above`. */
  expression(above: number): Expression
}

/** Items with commas between them, up to a symbol that is taken too. */
export function listUntil(grammar: Grammar, closing: string, what: string): Expression[] {
  const { cursor } = grammar
  const items: Expression[] = []
  if (cursor.maybeSymbol(closing)) return items
  do {
    if (items.length === ITEMS_MAX) {
      const sentence = `There are more than ${ITEMS_MAX} ${what}; join with a table instead`
      cursor.fail('sql-limit', sentence, cursor.peek())
    }
    items.push(grammar.expression(0))
  } while (cursor.maybeSymbol(','))
  cursor.mustSymbol(closing, `after the ${what}`)
  return items
}
