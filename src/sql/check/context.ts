/** What the parts of the check share: the text, the columns in sight, and each other. */

import type { Schema } from '../../engine/schema/schema.ts'
import { typeText } from '../../engine/schema/type.ts'
import type { Budget } from '../kernels/budget.ts'
import type { Expression } from '../text/ast.ts'
import { type Span, type SqlCode, SqlError } from '../text/trouble.ts'
import type { Typed } from './typed.ts'

export interface Context {
  readonly text: string
  readonly schema: Schema
  /** Names that are aggregates, which have no place in an expression over single records. */
  readonly aggregates: ReadonlySet<string>
  /** For what is computed while the expression is compiled. */
  readonly folding: Budget
  check(node: Expression): Typed
}

export function fail(context: Context, code: SqlCode, sentence: string, span: Span): never {
  throw new SqlError(code, sentence, context.text, span)
}

/** Types of operands for a sentence. */
export const namesOf = (nodes: readonly Typed[]): string =>
  nodes.map(({ type }) => typeText(type)).join(' and ')
