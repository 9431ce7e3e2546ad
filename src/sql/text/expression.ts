/**
 * The expression parser: operators by how strongly they bind (Pratt). A statement parser stands on
 * the same cursor and calls `parseOn` where an expression belongs; it ends before the first token
 * that cannot go on with it.
 */

import { childrenOf, type Expression } from './ast.ts'
import { HEIGHT_MAX } from './bounds.ts'
import { Cursor } from './cursor.ts'
import type { Grammar } from './grammar.ts'
import { maybeInfix } from './infix.ts'
import { power } from './power.ts'
import { parsePrefix } from './prefix.ts'

/** A whole text that is one expression. Throws SqlError and nothing else. */
export function parseExpression(text: string): Expression {
  const cursor = new Cursor(text)
  const root = parseOn(cursor)
  cursor.mustEnd()
  return root
}

export function parseOn(cursor: Cursor): Expression {
  const grammar: Grammar = {
    cursor,
    expression: above => cursor.nested(() => climb(grammar, above)),
  }
  const root = grammar.expression(power.any)
  refuseHeight(cursor, root)
  return root
}

function climb(grammar: Grammar, above: number): Expression {
  let left = parsePrefix(grammar)
  for (;;) {
    const longer = maybeInfix(grammar, left, above)
    if (longer === undefined) return left
    left = longer
  }
}

/** Chains grow without nesting, and whoever walks the tree later does so by recursion. */
function refuseHeight(cursor: Cursor, root: Expression): void {
  const open: { node: Expression; height: number }[] = [{ node: root, height: 1 }]
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { node, height } = top
    if (height > HEIGHT_MAX) {
      const sentence = `More than ${HEIGHT_MAX} operators hang on each other; split it up or use IN`
      cursor.fail('sql-limit', sentence, node)
    }
    for (const child of childrenOf(node)) open.push({ node: child, height: height + 1 })
  }
}
