/**
 * An expression over groups of records in two parts: the aggregates, which see the records, and
 * what is made of their results. `round(avg(x), 2)` is the aggregate `avg(x)` and
 * `round("avg(x)", 2)`, where the aggregate's text is the name of a column. Texts, because plans
 * hold texts.
 */

import { type CallNode, childrenOf, type Expression, withChildren } from './text/ast.ts'
import { parseExpression } from './text/expression.ts'
import { printExpression, printName } from './text/print.ts'
import { type Span, SqlError } from './text/trouble.ts'

export interface AggregatePart extends Span {
  /** The column that holds its results: its own text, so that equal calls share one. */
  readonly column: string
  readonly fn: string
  /** None for `count(*)`. */
  readonly args: readonly string[]
  readonly distinct: boolean
  readonly filter?: string
}

export interface Split {
  readonly aggregates: readonly AggregatePart[]
  /** Over the columns of the aggregates, and those of the group. */
  readonly rest: string
  /** The aggregate's column where the whole expression is nothing else. */
  readonly isBare: boolean
}

/** `names`: those of aggregates, in lower case. Throws SqlError where one is inside another. */
export function splitAggregates(text: string, names: ReadonlySet<string>): Split {
  const parts = new Map<string, AggregatePart>()
  const isAggregate = (node: Expression): node is CallNode =>
    node.kind === 'call' && names.has(node.name)
  const replaced = (node: Expression): Expression => {
    if (!isAggregate(node)) return withChildren(node, replaced)
    refuseNested(text, node, isAggregate)
    const part = partOf(node)
    if (!parts.has(part.column)) parts.set(part.column, part)
    return { kind: 'name', parts: [part.column], from: node.from, to: node.to }
  }
  const rest = replaced(parseExpression(text))
  const [only] = parts.keys()
  const isBare = only !== undefined && printExpression(rest) === printName(only)
  return { aggregates: [...parts.values()], rest: printExpression(rest), isBare }
}

function partOf(node: CallNode): AggregatePart {
  const { name, args, distinct, filter, from, to } = node
  const condition = filter === undefined ? {} : { filter: printExpression(filter) }
  const texts = args.map(printExpression)
  return { column: printExpression(node), fn: name, args: texts, distinct, ...condition, from, to }
}

function refuseNested(text: string, node: Expression, isOne: (node: Expression) => boolean): void {
  for (const child of childrenOf(node)) {
    if (isOne(child)) {
      const sentence = 'An aggregate stands inside another; aggregate twice, one after the other'
      throw new SqlError('sql-type', sentence, text, child)
    }
    refuseNested(text, child, isOne)
  }
}
