/**
 * The type check: a tree of what was written becomes one in which every type, column and function
 * is known. Throws SqlError at the place of what is wrong.
 */

import type { Scalar, Vector } from '../../engine/columns/vector.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import {
  arrayOf,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTERVAL,
  MONTHS,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../engine/schema/type.ts'
import { Budget, FOLDING_UNITS_MAX } from '../kernels/budget.ts'
import type { Columnwise } from '../kernels/frame.ts'
import { lifted, type ScalarFunction } from '../kernels/lift.ts'
import type {
  BinaryNode,
  CaseNode,
  Expression,
  NumberNode,
  TimestampNode,
  UnaryNode,
} from '../text/ast.ts'
import type { Span } from '../text/trouble.ts'
import { castOf, isNumeric } from '../value/cast.ts'
import {
  ARRAY_LENGTH_MAX,
  BYTES_LENGTH_MAX,
  TEXT_LENGTH_MAX,
  tooLong,
  tooMany,
  tooManyBytes,
} from '../value/size.ts'
import { wholeOf } from '../value/whole.ts'
import { arithmetic, negated, refuseSign } from './arithmetic.ts'
import { called } from './call.ts'
import { castTo, wholeType } from './coerce.ts'
import { type Context, fail, namesOf } from './context.ts'
import { arrow, field, named, subscripted } from './path.ts'
import {
  between,
  compared,
  condition,
  distinct,
  equality,
  inList,
  inverted,
  like,
  truth,
  unified,
} from './predicate.ts'
import { constantOf, folded, isConstant, looseNull, looseText, type Typed } from './typed.ts'
import { atZone } from './zone.ts'

export interface Sight {
  readonly schema: Schema
  readonly aggregates: ReadonlySet<string>
}

export function checked(text: string, root: Expression, { schema, aggregates }: Sight): Typed {
  const folding = new Budget(FOLDING_UNITS_MAX)
  const check = (node: Expression): Typed => one(context, node)
  const context: Context = { text, schema, aggregates, folding, check }
  return context.check(root)
}

function one(context: Context, node: Expression): Typed {
  const { check } = context
  switch (node.kind) {
    case 'number':
      return number(context, node, '')
    case 'string':
      return looseText(node.value, node)
    case 'boolean':
      return constantOf(BOOLEAN, node.value, node)
    case 'null':
      return looseNull(node)
    case 'date':
      return constantOf(DATE, node.days, node)
    case 'timestamp':
      return timestamp(node)
    case 'interval':
      return constantOf(node.unit === 'month' ? MONTHS : INTERVAL, node.amount, node)
    case 'name':
      return named(context, node)
    case 'field':
      return field(context, node.of, node.name, node)
    case 'subscript':
      return subscripted(context, check(node.of), check(node.index), node)
    case 'unary':
      return unary(context, node)
    case 'binary':
      return binary(context, node)
    case 'is':
      return truth(context, node)
    case 'like':
      return like(context, node)
    case 'in':
      return inList(context, node)
    case 'between':
      return between(context, node)
    case 'case':
      return cases(context, node)
    case 'cast':
      return castTo(context, check(node.of), node.type, node.safe)
    case 'array':
      return array(context, node.items, node)
    case 'call':
      return called(context, node)
  }
}

const timestamp = (node: TimestampNode): Typed =>
  constantOf(node.zoned ? TIMESTAMPTZ : TIMESTAMP, node.ms, node)

/** A whole number is the smallest type that holds it; with a point it is a DECIMAL. */
function number(context: Context, { text, isDouble, ...span }: NumberNode, sign: '' | '-'): Typed {
  if (isDouble) return double(context, Number(sign + text), span)
  const [whole = '', fraction] = text.split('.')
  const digits = wholeOf(BigInt(sign + whole + (fraction ?? '')))
  if (fraction === undefined) {
    const type = wholeType(digits)
    if (type !== undefined) return constantOf(type, digits, span)
  }
  const scale = fraction?.length ?? 0
  const precision = Math.max(String(digits).replace('-', '').length, scale, 1)
  if (precision > 38) {
    const advice = 'write it with e0 at the end to have a DOUBLE'
    fail(context, 'sql-value', `No exact type has room for ${precision} digits; ${advice}.`, span)
  }
  return constantOf(decimal(precision, scale), digits, span)
}

function double(context: Context, value: number, span: Span): Typed {
  if (Number.isFinite(value)) return constantOf(DOUBLE, value, span)
  fail(context, 'sql-value', 'This number is larger than any DOUBLE.', span)
}

function unary(context: Context, node: UnaryNode): Typed {
  const { operator, of } = node
  if (operator === 'not') {
    return inverted(condition(context, context.check(of), 'What NOT stands before'), node)
  }
  if (operator === '-' && of.kind === 'number') {
    return { ...number(context, of, '-'), from: node.from, to: node.to }
  }
  const operand = context.check(of)
  if (operator === '-') return negated(context, operand, node)
  const hasSign = isNumeric(operand.type) || ['interval', 'months'].includes(operand.type.kind)
  return hasSign ? operand : refuseSign(context, operand, node)
}

function binary(context: Context, node: BinaryNode): Typed {
  const { operator } = node
  if (operator === 'and' || operator === 'or') return junction(context, node, operator)
  const pair = [context.check(node.left), context.check(node.right)] as const
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(context, operator, pair, node)
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(context, operator, pair, node)
    case 'is distinct from':
    case 'is not distinct from':
      return distinct(context, operator, pair, node)
    case '||':
      return joined(context, pair, node)
    case 'at time zone':
      return atZone(context, pair, node)
    case '->':
    case '->>':
      return arrow(context, pair, operator === '->>', node)
  }
}

/** A chain of the same operator is one node. */
function junction(context: Context, node: BinaryNode, kind: 'and' | 'or'): Typed {
  const parts: Expression[] = []
  let left: Expression = node
  while (left.kind === 'binary' && left.operator === kind) {
    parts.push(left.right)
    left = left.left
  }
  parts.push(left)
  const what = `An operand of ${kind.toUpperCase()}`
  const args = parts.reverse().map(part => condition(context, context.check(part), what))
  return { kind, type: BOOLEAN, args, from: node.from, to: node.to }
}

const lengthOf = (value: Scalar): number => (value as string | Uint8Array | readonly []).length
const isOver = (a: Scalar, b: Scalar, most: number): boolean => lengthOf(a) + lengthOf(b) > most

const joinTexts: ScalarFunction = (a, b) =>
  isOver(a, b, TEXT_LENGTH_MAX) ? tooLong : (a as string) + (b as string)
const joinArrays: ScalarFunction = (a, b) =>
  isOver(a, b, ARRAY_LENGTH_MAX) ? tooMany : [...(a as readonly []), ...(b as readonly [])]
const joinBytes: ScalarFunction = (a, b) => {
  if (isOver(a, b, BYTES_LENGTH_MAX)) return tooManyBytes
  const [one, other] = [a as Uint8Array, b as Uint8Array]
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** Texts, bytes, arrays; anything beside a text is written as one. */
function joined(context: Context, pair: readonly [Typed, Typed], span: Span): Typed {
  const [left, right] = pair
  const kinds = pair.map(({ type }) => type.kind)
  if (kinds.includes('array')) return joinedArrays(context, pair, span)
  if (kinds[0] === 'bytes' && kinds[1] === 'bytes')
    return glued(context, pair, { type: BYTES, run: joinBytes }, span)
  if (!kinds.includes('text') && !kinds.includes('json')) {
    const sentence = `There is no ${namesOf(pair)} for ||; cast one to TEXT`
    fail(context, 'sql-type', `${sentence}.`, span)
  }
  const texts = [asText(context, left), asText(context, right)] as const
  return glued(context, texts, { type: TEXT, run: joinTexts }, span)
}

const asText = (context: Context, node: Typed): Typed =>
  castOf(node.type, TEXT) ? castTo(context, node, TEXT, false) : node

function joinedArrays(context: Context, pair: readonly [Typed, Typed], span: Span): Typed {
  const { type, nodes } = unified(context, pair, 'The sides of ||')
  return glued(context, nodes as readonly [Typed, Typed], { type, run: joinArrays }, span)
}

function glued(
  { folding }: Context,
  args: readonly [Typed, Typed],
  { type, run }: { readonly type: Type; readonly run: ScalarFunction },
  { from, to }: Span,
): Typed {
  const join = lifted({ type, run, seesNulls: false })
  return folded({ kind: 'apply', name: '||', type, args, run: join, from, to }, folding)
}

function cases(context: Context, node: CaseNode): Typed {
  const results = node.branches.map(({ result }) => context.check(result))
  const last = node.otherwise === undefined ? [] : [context.check(node.otherwise)]
  const { type, nodes } = unified(context, [...results, ...last], 'The results of CASE')
  const { subject, whens } = conditions(context, node)
  const branches = whens.map((when, i) => ({ when, result: nodes[i] as Typed }))
  const rest = last.length === 0 ? {} : { otherwise: nodes.at(-1) as Typed }
  const { from, to } = node
  return { kind: 'case', type, ...(subject && { subject }), branches, ...rest, from, to }
}

/** The form with an operand says what `=` says of it and each WHEN, and reads it once. */
function conditions(context: Context, node: CaseNode) {
  if (node.of === undefined) {
    const whens = node.branches.map(({ when }) =>
      condition(context, context.check(when), 'The condition of WHEN'),
    )
    return { subject: undefined, whens }
  }
  const value = context.check(node.of)
  const values = node.branches.map(({ when }) => context.check(when))
  if (isConstant(value)) {
    const whens = values.map(when => compared(context, '=', [value, when], when))
    return { subject: undefined, whens }
  }
  const pairs = values.map(when => equality(context, [value, when], when))
  const equalities = pairs.map(({ args: [held], run }) => ofHeld(held, value, run))
  return { subject: { value, equalities }, whens: pairs.map(({ args }) => args[1]) }
}

/** An equality that is given the operand as it is, where it compares what that is cast to. */
function ofHeld(held: Typed, value: Typed, run: Columnwise): Columnwise {
  if (held === value || held.kind !== 'apply') return run
  return ([of, when], rows, frame) =>
    run([held.run([of as Vector], rows, frame), when as Vector], rows, frame)
}

function array(context: Context, items: readonly Expression[], span: Span): Typed {
  const checkedItems = items.map(item => context.check(item))
  const { type, nodes } = unified(context, checkedItems, 'The items of ARRAY')
  const run: ScalarFunction = (...values) => values
  const { from, to } = span
  const make = lifted({ type: arrayOf(type), run, seesNulls: true })
  if (nodes.length === 0) return constantOf(arrayOf(type), [], span)
  return folded(
    { kind: 'apply', name: 'array', type: arrayOf(type), args: nodes, run: make, from, to },
    context.folding,
  )
}
