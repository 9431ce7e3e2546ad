/**
 * Expressions as small trees. Whoever draws one prints it for those who read SQL and has it
 * computed here; nobody needs a parser.
 */

import type { Type } from './type.ts'
import type { Value } from './value.ts'

export type Expr = ColumnExpr | LiteralExpr | CastExpr | CallExpr

export interface ColumnExpr {
  readonly op: 'column'
  readonly name: string
}

export interface LiteralExpr {
  readonly op: 'literal'
  readonly type: Type
  readonly value: Value
}

export interface CastExpr {
  readonly op: 'cast'
  readonly of: Expr
  readonly to: Type
}

export interface CallExpr {
  readonly op: 'call'
  readonly fn: FunctionName
  readonly args: readonly Expr[]
}

export type FunctionName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'mod'
  | 'neg'
  | 'abs'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'distinct'
  | 'same'
  | 'and'
  | 'or'
  | 'not'
  | 'is-null'
  | 'is-not-null'
  | 'is-true'
  | 'is-false'
  | 'between'
  | 'in'
  /** Condition, result, condition, result, .., result otherwise. */
  | 'case'
  | 'coalesce'
  | 'nullif'
  | 'concat'
  | 'upper'
  | 'lower'
  | 'char-length'
  | 'like'
  | 'array'
  | 'cardinality'
  /** `->>` by a name. */
  | 'json-text'

export const column = (name: string): Expr => ({ op: 'column', name })
export const literal = (type: Type, value: Value): Expr => ({ op: 'literal', type, value })
export const call = (fn: FunctionName, ...args: readonly Expr[]): Expr => ({ op: 'call', fn, args })
export const cast = (of: Expr, to: Type): Expr => ({ op: 'cast', of, to })
