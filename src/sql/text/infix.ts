/** What may follow an operand: operators, predicates, subscripts, casts. */

import type { BinaryOperator, Expression, Truth } from './ast.ts'
import { type Grammar, listUntil } from './grammar.ts'
import { binaryPower, power } from './power.ts'
import type { Token } from './token.ts'
import { parseType } from './type-name.ts'

type Follow = (grammar: Grammar, left: Expression) => Expression

interface Infix {
  readonly power: number
  readonly follow: Follow
}

const symbols = new Map<string, Infix>([
  ...(['||', '+', '-', '*', '/', '%'] as const).map(operator => leftToRight(operator, operator)),
  ...(['=', '<>', '<', '<=', '>', '>='] as const).map(operator => comparison(operator, operator)),
  comparison('!=', '<>'),
  ['::', { power: power.postfix, follow: cast }],
  ['[', { power: power.postfix, follow: subscript }],
  ['.', { power: power.postfix, follow: field }],
  ['->', { power: power.postfix, follow: (grammar, left) => arrow(grammar, left, '->') }],
  ['->>', { power: power.postfix, follow: (grammar, left) => arrow(grammar, left, '->>') }],
])

const words = new Map<string, Infix>([
  leftToRight('OR', 'or'),
  leftToRight('AND', 'and'),
  ['IS', { power: power.is, follow: is }],
  ['AT', { power: power.zone, follow: atZone }],
])

const predicates = new Map<string, (g: Grammar, left: Expression, not: boolean) => Expression>([
  ['LIKE', (grammar, left, negated) => like(grammar, left, { negated, ignoresCase: false })],
  ['ILIKE', (grammar, left, negated) => like(grammar, left, { negated, ignoresCase: true })],
  ['IN', inList],
  ['BETWEEN', between],
])

/** The expression that `left` begins, if what follows binds more strongly than `above`. */
export function maybeInfix(
  grammar: Grammar,
  left: Expression,
  above: number,
): Expression | undefined {
  const token = grammar.cursor.peek()
  const predicate = maybePredicate(grammar, token)
  if (predicate !== undefined) {
    if (power.like <= above) return undefined
    const negated = grammar.cursor.maybeWord('NOT')
    grammar.cursor.next()
    return predicate(grammar, left, negated)
  }
  const infix = infixOf(token)
  if (infix === undefined || infix.power <= above || isPlainWord(grammar, token)) return undefined
  grammar.cursor.next()
  return infix.follow(grammar, left)
}

function infixOf({ kind, value }: Token): Infix | undefined {
  if (kind === 'symbol') return symbols.get(value)
  return kind === 'word' ? words.get(value) : undefined
}

/** `AT` is an operator only before TIME. */
const isPlainWord = ({ cursor }: Grammar, { kind, value }: Token): boolean =>
  kind === 'word' && value === 'AT' && !cursor.isWord('TIME', 1)

function maybePredicate({ cursor }: Grammar, token: Token) {
  const word = cursor.isWord('NOT') ? cursor.peek(1) : token
  return word.kind === 'word' ? predicates.get(word.value) : undefined
}

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, from: left.from, to: right.to }
}

function leftToRight(word: string, operator: BinaryOperator): [string, Infix] {
  const own = binaryPower[operator]
  const follow: Follow = (grammar, left) => binary(operator, left, grammar.expression(own))
  return [word, { power: own, follow }]
}

function comparison(word: string, operator: BinaryOperator): [string, Infix] {
  const follow: Follow = (grammar, left) => {
    const whole = binary(operator, left, grammar.expression(power.comparison))
    const next = infixOf(grammar.cursor.peek())
    if (next?.power === power.comparison) {
      grammar.cursor.failHere('Comparisons do not chain; write a < b AND b < c')
    }
    return whole
  }
  return [word, { power: power.comparison, follow }]
}

function cast({ cursor }: Grammar, of: Expression): Expression {
  const type = parseType(cursor)
  return { kind: 'cast', of, type, safe: false, from: of.from, to: cursor.end }
}

function subscript(grammar: Grammar, of: Expression): Expression {
  const index = grammar.expression(power.any)
  grammar.cursor.mustSymbol(']', 'after the subscript')
  return { kind: 'subscript', of, index, from: of.from, to: grammar.cursor.end }
}

/** After a dot every word is a name, `payload.end` too. */
function field({ cursor }: Grammar, of: Expression): Expression {
  const token = cursor.peek()
  if (token.kind !== 'word' && token.kind !== 'quoted') {
    cursor.failHere('A name is missing after the dot')
  }
  cursor.next()
  const name = token.kind === 'quoted' ? token.value : cursor.written(token)
  const span = { from: of.from, to: token.to }
  if (of.kind === 'name') return { kind: 'name', parts: [...of.parts, name], ...span }
  return { kind: 'field', of, name, ...span }
}

/** A minus belongs to its number alone: `a->-1->'b'` takes 'b' of what `a->-1` is. */
function arrow(grammar: Grammar, left: Expression, operator: '->' | '->>'): Expression {
  const { cursor } = grammar
  const isNegative = cursor.isSymbol('-') && cursor.peek(1).kind === 'number'
  if (!isNegative) return binary(operator, left, grammar.expression(power.postfix))
  const { from } = cursor.next()
  const of = grammar.expression(power.postfix)
  return binary(operator, left, { kind: 'unary', operator: '-', of, from, to: of.to })
}

function atZone(grammar: Grammar, left: Expression): Expression {
  const { cursor } = grammar
  cursor.mustWord('TIME', 'after AT')
  cursor.mustWord('ZONE', 'after AT TIME')
  return binary('at time zone', left, grammar.expression(power.zone))
}

const truths: readonly Truth[] = ['null', 'true', 'false', 'unknown']

function is(grammar: Grammar, left: Expression): Expression {
  const { cursor } = grammar
  const negated = cursor.maybeWord('NOT')
  if (cursor.maybeWord('DISTINCT')) {
    cursor.mustWord('FROM', 'after IS DISTINCT')
    const operator = negated ? 'is not distinct from' : 'is distinct from'
    return binary(operator, left, grammar.expression(power.is))
  }
  const truth = truths.find(one => cursor.maybeWord(one.toUpperCase()))
  if (truth === undefined) {
    return cursor.failHere('After IS comes NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM')
  }
  return { kind: 'is', of: left, truth, negated, from: left.from, to: cursor.end }
}

function like(
  grammar: Grammar,
  of: Expression,
  how: { readonly negated: boolean; readonly ignoresCase: boolean },
): Expression {
  const pattern = grammar.expression(power.like)
  const hasEscape = grammar.cursor.maybeWord('ESCAPE')
  const ending = hasEscape ? { escape: grammar.expression(power.like) } : {}
  return { kind: 'like', of, pattern, ...ending, ...how, from: of.from, to: grammar.cursor.end }
}

function inList(grammar: Grammar, of: Expression, negated: boolean): Expression {
  const { cursor } = grammar
  cursor.mustSymbol('(', 'after IN')
  const list = listUntil(grammar, ')', 'values of IN')
  const span = { from: of.from, to: cursor.end }
  if (list.length === 0) cursor.fail('sql-syntax', 'IN needs at least one value', span)
  return { kind: 'in', of, list, negated, ...span }
}

function between(grammar: Grammar, of: Expression, negated: boolean): Expression {
  const { cursor } = grammar
  const symmetric = cursor.maybeWord('SYMMETRIC')
  const low = grammar.expression(power.like)
  cursor.mustWord('AND', 'between the two ends of BETWEEN')
  const high = grammar.expression(power.like)
  return { kind: 'between', of, low, high, symmetric, negated, from: of.from, to: high.to }
}
