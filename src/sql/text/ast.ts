/**
 * An expression as it was written, without what makes no difference (brackets, case of keywords,
 * which of two spellings). Each node knows the range of the text that it came from.
 */

import type { Type } from '../../engine/schema/type.ts'
import type { Span } from './trouble.ts'

export type UnaryOperator = '-' | '+' | 'not'

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type DistinctOperator = 'is distinct from' | 'is not distinct from'
export type BinaryOperator =
  | 'or'
  | 'and'
  | DistinctOperator
  | ComparisonOperator
  | '||'
  | ArithmeticOperator
  | 'at time zone'
  | '->'
  | '->>'

export type Truth = 'null' | 'true' | 'false' | 'unknown'

export interface Branch {
  readonly when: Expression
  readonly result: Expression
}

type Node<Kind extends string, Fields> = Span & { readonly kind: Kind } & Readonly<Fields>

/** Digits as they were written: their type follows from their size. */
export type NumberNode = Node<'number', { text: string; isDouble: boolean }>
export type NameNode = Node<'name', { parts: readonly string[] }>
export type CallNode = Node<
  'call',
  {
    /** In lower case. */
    name: string
    args: readonly Expression[]
    distinct: boolean
    /** `count(*)`. */
    star: boolean
    filter?: Expression
  }
>
export type FieldNode = Node<'field', { of: Expression; name: string }>
export type UnaryNode = Node<'unary', { operator: UnaryOperator; of: Expression }>
export type BinaryNode = Node<
  'binary',
  { operator: BinaryOperator; left: Expression; right: Expression }
>
export type LikeNode = Node<
  'like',
  {
    of: Expression
    pattern: Expression
    escape?: Expression
    ignoresCase: boolean
    negated: boolean
  }
>
export type BetweenNode = Node<
  'between',
  { of: Expression; low: Expression; high: Expression; symmetric: boolean; negated: boolean }
>
export type CaseNode = Node<
  'case',
  { of?: Expression; branches: readonly Branch[]; otherwise?: Expression }
>
export type InNode = Node<'in', { of: Expression; list: readonly Expression[]; negated: boolean }>
export type IsNode = Node<'is', { of: Expression; truth: Truth; negated: boolean }>
export type CastNode = Node<'cast', { of: Expression; type: Type; safe: boolean }>

/** Days since 1970-01-01. */
export type DateNode = Node<'date', { days: number }>
/** Milliseconds since 1970-01-01 00:00:00, of a clock on a wall or (zoned) of an instant. */
export type TimestampNode = Node<'timestamp', { ms: number; zoned: boolean }>
export type IntervalNode = Node<'interval', { unit: 'month' | 'millisecond'; amount: number }>

export type Expression =
  | NumberNode
  | Node<'string', { value: string }>
  | Node<'boolean', { value: boolean }>
  | Node<'null', object>
  | DateNode
  | TimestampNode
  | IntervalNode
  | NameNode
  | FieldNode
  | Node<'subscript', { of: Expression; index: Expression }>
  | UnaryNode
  | BinaryNode
  | IsNode
  | LikeNode
  | InNode
  | BetweenNode
  | CaseNode
  | CastNode
  | Node<'array', { items: readonly Expression[] }>
  | CallNode

const maybe = (node: Expression | undefined): readonly Expression[] =>
  node === undefined ? [] : [node]

/** The nodes directly below, in the order of the text. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'null':
    case 'date':
    case 'timestamp':
    case 'interval':
    case 'name':
      return []
    case 'field':
    case 'unary':
    case 'is':
    case 'cast':
      return [node.of]
    case 'subscript':
      return [node.of, node.index]
    case 'binary':
      return [node.left, node.right]
    case 'like':
      return [node.of, node.pattern, ...maybe(node.escape)]
    case 'in':
      return [node.of, ...node.list]
    case 'between':
      return [node.of, node.low, node.high]
    case 'case': {
      const branches = node.branches.flatMap(branch => [branch.when, branch.result])
      return [...maybe(node.of), ...branches, ...maybe(node.otherwise)]
    }
    case 'array':
      return node.items
    case 'call':
      return [...node.args, ...maybe(node.filter)]
  }
}

/** The same node over what `map` makes of the nodes directly below. */
export function withChildren(node: Expression, map: (child: Expression) => Expression): Expression {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'null':
    case 'date':
    case 'timestamp':
    case 'interval':
    case 'name':
      return node
    case 'field':
    case 'unary':
    case 'is':
    case 'cast':
      return { ...node, of: map(node.of) }
    case 'subscript':
      return { ...node, of: map(node.of), index: map(node.index) }
    case 'binary':
      return { ...node, left: map(node.left), right: map(node.right) }
    case 'like': {
      const ending = node.escape === undefined ? {} : { escape: map(node.escape) }
      return { ...node, of: map(node.of), pattern: map(node.pattern), ...ending }
    }
    case 'in':
      return { ...node, of: map(node.of), list: node.list.map(map) }
    case 'between':
      return { ...node, of: map(node.of), low: map(node.low), high: map(node.high) }
    case 'case':
      return caseOver(node, map)
    case 'array':
      return { ...node, items: node.items.map(map) }
    case 'call': {
      const filter = node.filter === undefined ? {} : { filter: map(node.filter) }
      return { ...node, args: node.args.map(map), ...filter }
    }
  }
}

function caseOver(node: CaseNode, map: (child: Expression) => Expression): CaseNode {
  const of = node.of === undefined ? {} : { of: map(node.of) }
  const branches = node.branches.map(({ when, result }) => ({
    when: map(when),
    result: map(result),
  }))
  const otherwise = node.otherwise === undefined ? {} : { otherwise: map(node.otherwise) }
  return { ...node, ...of, branches, ...otherwise }
}
