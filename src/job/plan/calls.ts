/**
 * The aggregates in an expression: `sum(ms) / count(*)` becomes two calls and `"~0" / "~1"`, which
 * is computed from their results. What stands outside of them may use the results alone, and the
 * columns of the key.
 */

import type { AggregateCall } from '../../engine/plan/plan.ts'
import { HIDDEN } from '../../engine/schema/schema.ts'
import { type CallNode, childrenOf, type Expression, type NameNode } from '../../sql/text/ast.ts'
import { parseExpression } from '../../sql/text/expression.ts'
import { SqlError } from '../../sql/text/trouble.ts'
import type { Written } from '../shape/shape.ts'
import { type Fragment, partOf, replaced } from './fragment.ts'

export interface FoundCall {
  readonly call: AggregateCall
  /** All of it. */
  readonly whole: Fragment
  /** Of its arguments, then of its filter. */
  readonly fragments: readonly Fragment[]
}

export interface Parted {
  readonly calls: readonly FoundCall[]
  /** Computed behind the aggregate; missing: the expression is one call. */
  readonly rest?: Fragment
  /** Names that stand outside of all calls: of a field, that of its column. */
  readonly outside: readonly Fragment[]
}

/** Names for results that are only used further on. */
export const hiddenName = (ordinal: number): string => `${HIDDEN}${ordinal}`

export interface Parting {
  /** What the result is called. */
  readonly name: string
  /** Hidden names begin with this number. */
  readonly ordinal: number
  readonly isAggregate: (name: string) => boolean
}

/** Throws SqlError for a text that is no expression, and for aggregates inside of each other. */
export function parted(written: Written, { name, ordinal, isAggregate }: Parting): Parted {
  const root = parseExpression(written.text)
  const found = outermost(root, isAggregate)
  const outside = namesOutside(root, isAggregate).map(node => nameIn(written, node))
  for (const node of found) refuseInner(written, node, isAggregate)
  const [first] = found
  if (first !== undefined && first === root)
    return { calls: [callOf(written, first, name)], outside }
  const calls = found.map((node, at) => callOf(written, node, hiddenName(ordinal + at)))
  const rest = replaced(
    written,
    found.map(({ from, to }, at) => ({ from, to, by: `"${hiddenName(ordinal + at)}"` })),
  )
  return { calls, rest, outside }
}

/** The aggregates in an expression that is to have none, in the order of the text. */
export function aggregatesIn(written: Written, isAggregate: IsAggregate): readonly Fragment[] {
  return outermost(parseExpression(written.text), isAggregate).map(node => partOf(written, node))
}

type IsAggregate = (name: string) => boolean

/** In the order of the text. */
function outermost(root: Expression, isAggregate: IsAggregate): readonly CallNode[] {
  if (root.kind === 'call' && isAggregate(root.name)) return [root]
  return childrenOf(root).flatMap(child => outermost(child, isAggregate))
}

function namesOutside(root: Expression, isAggregate: IsAggregate): readonly NameNode[] {
  if (root.kind === 'name') return [root]
  if (root.kind === 'call' && isAggregate(root.name)) return []
  return childrenOf(root).flatMap(child => namesOutside(child, isAggregate))
}

/** Names that are hidden are nobody's to write. */
function nameIn(written: Written, node: NameNode): Fragment {
  const [first = ''] = node.parts
  if (!first.startsWith(HIDDEN)) return { ...partOf(written, node), text: first }
  throw new SqlError('sql-unknown-column', `There is no column ${first}`, written.text, node)
}

function refuseInner(written: Written, node: CallNode, isAggregate: IsAggregate): void {
  const [inner] = childrenOf(node).flatMap(child => outermost(child, isAggregate))
  if (inner === undefined) return
  const sentence = `${inner.name} stands inside of ${node.name}; aggregate in two steps`
  throw new SqlError('sql-type', sentence, written.text, inner)
}

function callOf(written: Written, node: CallNode, name: string): FoundCall {
  const args = node.args.map(arg => partOf(written, arg))
  const filter = node.filter === undefined ? [] : [partOf(written, node.filter)]
  const call = {
    name,
    fn: node.name,
    args: args.map(({ text }) => text),
    distinct: node.distinct,
    filter: filter[0]?.text,
  }
  return { call, whole: partOf(written, node), fragments: [...args, ...filter] }
}
