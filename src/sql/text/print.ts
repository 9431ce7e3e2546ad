/**
 * An expression as text again: one spelling for each, with no more brackets than are needed. What
 * is printed parses to the same tree.
 */

import { typeText } from '../../engine/schema/type.ts'
import { dateText, timestampText } from '../time/calendar-text.ts'
import type {
  BetweenNode,
  BinaryNode,
  CallNode,
  CaseNode,
  CastNode,
  Expression,
  FieldNode,
  IntervalNode,
  LikeNode,
  TimestampNode,
  UnaryNode,
} from './ast.ts'
import { binaryPower, power } from './power.ts'
import { isReserved } from './token.ts'

export function printExpression(node: Expression): string {
  return print(node, power.any)
}

/** Within brackets if its operators bind less strongly than `least`. */
function print(node: Expression, least: number): string {
  const text = bare(node)
  return powerOf(node) < least ? `(${text})` : text
}

const PRIMARY = power.postfix + 1

function powerOf(node: Expression): number {
  switch (node.kind) {
    case 'unary':
      return node.operator === 'not' ? power.not : power.sign
    case 'binary':
      return binaryPower[node.operator]
    case 'is':
      return power.is
    case 'like':
    case 'in':
    case 'between':
      return power.like
    case 'field':
    case 'subscript':
      return power.postfix
    case 'name':
      return node.parts.length > 1 ? power.postfix : PRIMARY
    default:
      return PRIMARY
  }
}

function bare(node: Expression): string {
  switch (node.kind) {
    case 'number':
      return node.text
    case 'string':
      return quotedText(node.value)
    case 'boolean':
      return node.value ? 'TRUE' : 'FALSE'
    case 'null':
      return 'NULL'
    case 'date':
      return `DATE '${dateText(node.days)}'`
    case 'timestamp':
      return timestamp(node)
    case 'interval':
      return interval(node)
    case 'name':
      return node.parts.map((part, i) => (i === 0 ? printName(part) : fieldName(part))).join('.')
    case 'array':
      return `ARRAY[${list(node.items)}]`
    case 'cast':
      return cast(node)
    case 'field':
      return field(node)
    case 'subscript':
      return `${print(node.of, power.postfix)}[${printExpression(node.index)}]`
    case 'unary':
      return unary(node)
    case 'binary':
      return binary(node)
    case 'is':
      return `${print(node.of, power.is)} IS ${not(node.negated)}${node.truth.toUpperCase()}`
    case 'like':
      return like(node)
    case 'in':
      return `${print(node.of, power.like)} ${not(node.negated)}IN (${list(node.list)})`
    case 'between':
      return between(node)
    case 'case':
      return cases(node)
    case 'call':
      return call(node)
  }
}

const list = (nodes: readonly Expression[]): string => nodes.map(printExpression).join(', ')
const not = (negated: boolean): string => (negated ? 'NOT ' : '')
const quotedText = (value: string): string => `'${value.replaceAll("'", "''")}'`
const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`

const PLAIN_NAME = /^[\p{ID_Start}_][\p{ID_Continue}$]*$/u
/** Names that would be taken for something else in some places. */
const mistakable = new Set(['ARRAY', 'SYMMETRIC', 'LEADING', 'TRAILING', 'BOTH'])

/** A column's name, in quotes where it needs them. */
export function printName(name: string): string {
  const word = name.toUpperCase()
  const isPlain = PLAIN_NAME.test(name) && !isReserved(word) && !mistakable.has(word)
  return isPlain ? name : quotedName(name)
}

const fieldName = (name: string): string => (PLAIN_NAME.test(name) ? name : quotedName(name))

function timestamp({ ms, zoned }: TimestampNode): string {
  return zoned ? `TIMESTAMPTZ '${timestampText(ms)}Z'` : `TIMESTAMP '${timestampText(ms)}'`
}

function cast({ of, type, safe }: CastNode): string {
  return `${safe ? 'TRY_CAST' : 'CAST'}(${printExpression(of)} AS ${typeText(type)})`
}

/** A number and a dot would be another number. */
function field({ of, name }: FieldNode): string {
  const last = of.kind === 'binary' ? of.right : of
  const least = last.kind === 'number' ? PRIMARY + 1 : power.postfix
  return `${print(of, least)}.${fieldName(name)}`
}

function interval({ unit, amount }: IntervalNode): string {
  if (unit === 'month') return `INTERVAL '${amount}' MONTH`
  if (amount % 1000 === 0) return `INTERVAL '${amount / 1000}' SECOND`
  return `INTERVAL '${amount}' MILLISECOND`
}

function unary({ operator, of }: UnaryNode): string {
  if (operator === 'not') return `NOT ${print(of, power.not)}`
  const operand = print(of, power.sign)
  // Two minuses in a row would begin a comment.
  return operand.startsWith(operator) ? `${operator} ${operand}` : `${operator}${operand}`
}

function binary({ operator, left, right }: BinaryNode): string {
  const own = binaryPower[operator]
  const chains = own !== power.comparison
  const before = print(left, chains ? own : own + 1)
  const after = print(right, own + 1)
  if (operator === '->' || operator === '->>') return `${before}${operator}${after}`
  return `${before} ${operator.toUpperCase()} ${after}`
}

function like(node: LikeNode): string {
  const word = node.ignoresCase ? 'ILIKE' : 'LIKE'
  const pattern = print(node.pattern, power.like + 1)
  const ending = node.escape === undefined ? '' : ` ESCAPE ${print(node.escape, power.like + 1)}`
  return `${print(node.of, power.like)} ${not(node.negated)}${word} ${pattern}${ending}`
}

function between(node: BetweenNode): string {
  const word = node.symmetric ? 'BETWEEN SYMMETRIC' : 'BETWEEN'
  const low = print(node.low, power.like + 1)
  const high = print(node.high, power.like + 1)
  return `${print(node.of, power.like)} ${not(node.negated)}${word} ${low} AND ${high}`
}

function cases(node: CaseNode): string {
  const branches = node.branches.map(
    ({ when, result }) => `WHEN ${printExpression(when)} THEN ${printExpression(result)}`,
  )
  const of = node.of === undefined ? [] : [printExpression(node.of)]
  const last = node.otherwise === undefined ? [] : [`ELSE ${printExpression(node.otherwise)}`]
  return ['CASE', ...of, ...branches, ...last, 'END'].join(' ')
}

/** Calls that the parser reads in a way of their own when the name stands without quotes. */
const special = new Set(['extract', 'position', 'substring', 'trim', 'overlay'])
const neverPlain = new Set(['cast', 'try_cast'])

function call(node: CallNode): string {
  const isPlainCall = node.args.length > 0 && !node.distinct && node.filter === undefined
  const isSpecial = special.has(node.name)
  const quoted = neverPlain.has(node.name) || (isSpecial && !isPlainCall)
  const name = quoted ? quotedName(node.name) : printName(node.name)
  const distinct = node.distinct ? 'DISTINCT ' : ''
  const least = node.name === 'position' ? power.like + 1 : power.any
  const args = node.star ? '*' : node.args.map(arg => print(arg, least)).join(', ')
  const filter = node.filter === undefined ? '' : ` FILTER (WHERE ${printExpression(node.filter)})`
  return `${name}(${distinct}${args})${filter}`
}
