/** Comparisons and what is made of them: IN, BETWEEN, LIKE, IS, IS DISTINCT FROM. */

import { BOOLEAN, decimal, TEXT, type Type, typeText } from '../../engine/schema/type.ts'
import {
  comparison,
  comparisonWithConstant,
  distinctness,
  membership,
} from '../kernels/comparison.ts'
import type { Columnwise } from '../kernels/frame.ts'
import { lifted, type ScalarFunction } from '../kernels/lift.ts'
import { negation, truthTest } from '../kernels/logic.ts'
import { isLike, type Like, type LikeOptions, type LikeTrouble, likeOf } from '../regex/like.ts'
import type {
  BetweenNode,
  ComparisonOperator,
  DistinctOperator,
  InNode,
  IsNode,
  LikeNode,
} from '../text/ast.ts'
import type { Span } from '../text/trouble.ts'
import { castOf } from '../value/cast.ts'
import { Failure } from '../value/failure.ts'
import {
  castTo,
  coerced,
  commonType,
  commonTypeOf,
  comparedAs,
  isExact,
  isImplicit,
} from './coerce.ts'
import { type Context, fail, namesOf } from './context.ts'
import { constantOf, folded, isConstant, type Typed } from './typed.ts'

/** JSON beside an exact number is read as one of 28 digits and ten behind the point. */
const JSON_NUMBER = decimal(38, 10)

const flipped: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function boolean(name: string, args: readonly Typed[], run: Columnwise, span: Span): Typed {
  const { from, to } = span
  return folded({ kind: 'apply', name, type: BOOLEAN, args, run, from, to })
}

export function compared(
  context: Context,
  operator: ComparisonOperator,
  pair: readonly [Typed, Typed],
  span: Span,
): Typed {
  const [left, right] = aligned(context, pair, operator, span)
  const isSwapped = isConstant(left) && !isConstant(right)
  const [column, other] = isSwapped ? [right, left] : [left, right]
  const wanted = isSwapped ? flipped[operator] : operator
  if (isConstant(other) && other.value !== null) {
    const run = comparisonWithConstant(wanted, column.type, other)
    if (run !== undefined) return boolean(wanted, [column], run, span)
  }
  const run = comparison(operator, left.type, right.type)
  return boolean(operator, [left, right], run, span)
}

/** Of the same type, or both exact numbers or arrays of them. */
function aligned(
  context: Context,
  [left, right]: readonly [Typed, Typed],
  operator: string,
  span: Span,
): readonly [Typed, Typed] {
  const [one, other] = unwrapped(context, left, right)
  const types = sharedTypes(one, other)
  if (types === undefined || types[0].kind === 'json') {
    return refuse(context, operator, [left, right], span)
  }
  return [coerced(context, one, types[0], 'This'), coerced(context, other, types[1], 'This')]
}

function sharedTypes(one: Typed, other: Typed): readonly [Type, Type] | undefined {
  const isOpen = [one, other].some(node => isConstant(node) && node.loose)
  if (!isOpen) return comparedAs(one.type, other.type)
  const type = commonTypeOf([one, other])
  return type && [type, type]
}

/** JSON becomes what stands on the other side. */
function unwrapped(context: Context, left: Typed, right: Typed): readonly [Typed, Typed] {
  const leftJson = left.type.kind === 'json'
  if (leftJson === (right.type.kind === 'json')) return [left, right]
  const [json, other] = leftJson ? [left, right] : [right, left]
  const type = isExact(other.type) ? JSON_NUMBER : other.type
  const scalar = castOf(json.type, type) === undefined ? json : castTo(context, json, type, false)
  return leftJson ? [scalar, right] : [left, scalar]
}

function refuse(context: Context, operator: string, nodes: readonly Typed[], span: Span): never {
  const [left, right] = nodes
  const bothJson = left?.type.kind === 'json' && right?.type.kind === 'json'
  const advice = bothJson ? 'Take a value out of them with ->>.' : 'Cast one of them.'
  fail(context, 'sql-type', `${namesOf(nodes)} do not compare by ${operator}. ${advice}`, span)
}

/** The equality of values that are aligned, for who evaluates them himself. */
export function equality(
  context: Context,
  pair: readonly [Typed, Typed],
  span: Span,
): { readonly args: readonly [Typed, Typed]; readonly run: Columnwise } {
  const args = aligned(context, pair, '=', span)
  return { args, run: comparison('=', args[0].type, args[1].type) }
}

export function distinct(
  context: Context,
  operator: DistinctOperator,
  pair: readonly [Typed, Typed],
  span: Span,
): Typed {
  const { args, run } = equality(context, pair, span)
  return boolean(operator, args, distinctness(run, operator === 'is distinct from'), span)
}

/** A condition: BOOLEAN, or JSON that holds one. */
export function condition(context: Context, node: Typed, what: string): Typed {
  if (node.type.kind === 'json') return castTo(context, node, BOOLEAN, false)
  return coerced(context, node, BOOLEAN, what)
}

export function inverted(node: Typed, span: Span): Typed {
  return boolean('not', [node], negation, span)
}

const maybeInverted = (node: Typed, negated: boolean, span: Span): Typed =>
  negated ? inverted(node, span) : node

export function truth(context: Context, node: IsNode): Typed {
  const of = context.check(node.of)
  const arg = node.truth === 'null' ? of : condition(context, of, 'What stands before IS')
  const name = `is ${node.negated ? 'not ' : ''}${node.truth}`
  return boolean(name, [arg], truthTest(node.truth, node.negated), node)
}

function junction(kind: 'and' | 'or', args: readonly Typed[], { from, to }: Span): Typed {
  return { kind, type: BOOLEAN, args, from, to }
}

export function between(context: Context, node: BetweenNode): Typed {
  const [of, low, high] = [node.of, node.low, node.high].map(part => context.check(part))
  const within = (least: Typed, most: Typed) =>
    junction(
      'and',
      [
        compared(context, '>=', [of as Typed, least], node),
        compared(context, '<=', [of as Typed, most], node),
      ],
      node,
    )
  const [least, most] = [low as Typed, high as Typed]
  const ways = node.symmetric ? [within(least, most), within(most, least)] : [within(least, most)]
  const whole = ways.length === 1 ? (ways[0] as Typed) : junction('or', ways, node)
  return maybeInverted(whole, node.negated, node)
}

export function inList(context: Context, node: InNode): Typed {
  const of = context.check(node.of)
  const list = node.list.map(item => context.check(item))
  const fast = inConstants(context, of, list, node)
  if (fast !== undefined) return fast
  const equalities = list.map(item => compared(context, '=', [of, item], node))
  const whole =
    equalities.length === 1 ? (equalities[0] as Typed) : junction('or', equalities, node)
  return maybeInverted(whole, node.negated, node)
}

/** A set of constants, where values of the type are told apart by a set. */
function inConstants(
  context: Context,
  of: Typed,
  list: readonly Typed[],
  node: InNode,
): Typed | undefined {
  if (!list.every(isConstant)) return undefined
  const others = commonTypeOf(list)
  const isJson = of.type.kind === 'json'
  const type = isJson ? others : commonTypeOf([of, ...list])
  const ofJson = type && isExact(type) ? commonType(type, JSON_NUMBER) : type
  const wanted = isJson ? ofJson : type
  if (wanted === undefined || ['bytes', 'array', 'json'].includes(wanted.kind)) return undefined
  // Exact numbers that no type holds exactly beside the others are compared one by one.
  const staysExact = ({ type: { kind } }: Typed) =>
    wanted.kind !== 'double' || kind === 'double' || kind === 'integer'
  const goesOver = (node: Typed) =>
    (isConstant(node) && node.loose) || (isImplicit(node.type, wanted) && staysExact(node))
  if (![...(isJson ? [] : [of]), ...list].every(goesOver)) return undefined
  const arg = isJson ? castTo(context, of, wanted, false) : coerced(context, of, wanted, 'This')
  const values = list.map(item => coerced(context, item, wanted, 'This value of IN'))
  if (!values.every(isConstant)) return undefined
  const present = values.map(({ value }) => value).filter(value => value !== null)
  const run = membership(new Set(present), present.length < values.length, node.negated)
  return boolean(node.negated ? 'not in' : 'in', [arg], run, node)
}

const likeTroubles: Readonly<Record<LikeTrouble, string>> = {
  'too-long': 'The pattern of LIKE is longer than 1000 characters',
  'escape-at-end': 'The pattern of LIKE ends with its escape; write it twice',
  'escape-not-one': 'The escape of LIKE is one character',
}

export function like(context: Context, node: LikeNode): Typed {
  const word = node.ignoresCase ? 'ILIKE' : 'LIKE'
  const text = (part: Typed, what: string) => coerced(context, part, TEXT, `${what} ${word}`)
  const of = text(context.check(node.of), 'What stands before')
  const pattern = text(context.check(node.pattern), 'The pattern of')
  const ending =
    node.escape === undefined ? constantOf(TEXT, '\\', node) : context.check(node.escape)
  const by = text(ending, 'The escape of')
  const isFixed = isConstant(pattern) && isConstant(by)
  if (!isFixed || pattern.value === null || by.value === null) {
    const run = likeByRow(node.ignoresCase)
    return maybeInverted(boolean(word, [of, pattern, by], run, node), node.negated, node)
  }
  const options = { escape: by.value as string, ignoresCase: node.ignoresCase }
  const made = likeOf(pattern.value as string, options)
  if (!isLike(made)) fail(context, 'sql-value', `${likeTroubles[made]}.`, pattern)
  const run: ScalarFunction = value => made.matches(value as string)
  const whole = boolean(word, [of], lifted({ type: BOOLEAN, run, seesNulls: false }), node)
  return maybeInverted(whole, node.negated, node)
}

/** Patterns that come with the records; the last one is kept, as it often comes again. */
function likeByRow(ignoresCase: boolean): Columnwise {
  let kept: { readonly pattern: string; readonly by: string; readonly made: Like | LikeTrouble }
  const run: ScalarFunction = (text, pattern, by) => {
    if (kept === undefined || kept.pattern !== pattern || kept.by !== by) {
      const options: LikeOptions = { escape: by as string, ignoresCase }
      const made = likeOf(pattern as string, options)
      kept = { pattern: pattern as string, by: by as string, made }
    }
    const { made } = kept
    return isLike(made)
      ? made.matches(text as string)
      : new Failure('sql-argument', likeTroubles[made])
  }
  return lifted({ type: BOOLEAN, run, seesNulls: false })
}

/** For CASE and the like: the type of all results. */
export function unified(
  context: Context,
  nodes: readonly Typed[],
  what: string,
): { readonly type: Type; readonly nodes: readonly Typed[] } {
  const type = commonTypeOf(nodes)
  if (type === undefined) {
    const first = nodes[0] as Typed
    const odd = nodes.find(node => commonType(first.type, node.type) === undefined) ?? first
    const names = `${typeText(first.type)} and ${typeText(odd.type)}`
    fail(context, 'sql-type', `${what} have types that do not go together: ${names}.`, odd)
  }
  return { type, nodes: nodes.map(node => coerced(context, node, type, 'This')) }
}
