/**
 * Calls, and the functions whose arguments the standard separates by words. Those become ordinary
 * calls: `EXTRACT(year FROM x)` is `extract('year', x)`.
 */

import type { CallNode, Expression } from './ast.ts'
import { type Grammar, listUntil } from './grammar.ts'
import { power } from './power.ts'
import type { Token } from './token.ts'

type Special = (grammar: Grammar, token: Token) => Expression

const specials = new Map<string, Special>([
  ['EXTRACT', extract],
  ['POSITION', position],
  ['SUBSTRING', substring],
  ['TRIM', trim],
  ['OVERLAY', overlay],
])

/** The bracket comes next. */
export function parseCall(grammar: Grammar, token: Token, written: string): Expression {
  const { cursor } = grammar
  cursor.next()
  const star = cursor.isSymbol('*') && cursor.isSymbol(')', 1)
  if (star) cursor.next()
  const distinct = !star && cursor.maybeWord('DISTINCT')
  if (!distinct && !star) cursor.maybeWord('ALL')
  const args = listUntil(grammar, ')', 'arguments')
  if (distinct && args.length === 0) cursor.failHere('DISTINCT needs an argument')
  return {
    ...called(grammar, token, written.toLowerCase(), args),
    star,
    distinct,
    ...filter(grammar),
  }
}

/** A call whose bracket has just been closed. */
function called(
  { cursor }: Grammar,
  token: Token,
  name: string,
  args: readonly Expression[],
): CallNode {
  const span = { from: token.from, to: cursor.end }
  return { kind: 'call', name, args, distinct: false, star: false, ...span }
}

function filter(grammar: Grammar): { filter?: Expression; to: number } {
  const { cursor } = grammar
  const hasFilter = cursor.isWord('FILTER') && cursor.isSymbol('(', 1)
  if (!hasFilter) return { to: cursor.end }
  cursor.next()
  cursor.next()
  cursor.mustWord('WHERE', 'in FILTER (WHERE ..)')
  const condition = grammar.expression(power.any)
  cursor.mustSymbol(')', 'to close FILTER')
  return { filter: condition, to: cursor.end }
}

/** The word and a bracket come next; without the words of the standard it is a plain call. */
export function maybeSpecialCall(grammar: Grammar, token: Token): Expression | undefined {
  return specials.get(token.value)?.(grammar, token)
}

function open({ cursor }: Grammar): void {
  cursor.next()
  cursor.next()
}

function close(grammar: Grammar, token: Token, name: string, args: Expression[]): Expression {
  grammar.cursor.mustSymbol(')', `to close ${token.value}`)
  return called(grammar, token, name, args)
}

/** The rest of a call that turned out to be a plain one: `first, ..)`. */
function plainRest(grammar: Grammar, token: Token, first: Expression): Expression {
  const { cursor } = grammar
  const more = cursor.isSymbol(',')
  if (more && cursor.isSymbol(')', 1)) cursor.fail('sql-syntax', 'An argument is missing', token)
  const rest = cursor.maybeSymbol(',') ? listUntil(grammar, ')', 'arguments') : []
  if (!more) cursor.mustSymbol(')', `to close ${token.value}`)
  return called(grammar, token, token.value.toLowerCase(), [first, ...rest])
}

function extract(grammar: Grammar, token: Token): Expression {
  const { cursor } = grammar
  open(grammar)
  const unit = cursor.peek()
  const isUnit = unit.kind === 'word' || unit.kind === 'string'
  if (!isUnit || !cursor.isWord('FROM', 1)) {
    return plainRest(grammar, token, grammar.expression(power.any))
  }
  cursor.next()
  cursor.next()
  const { from, to } = unit
  const field: Expression = { kind: 'string', value: unit.value.toLowerCase(), from, to }
  return close(grammar, token, 'extract', [field, grammar.expression(power.any)])
}

function position(grammar: Grammar, token: Token): Expression {
  open(grammar)
  const part = grammar.expression(power.like)
  if (!grammar.cursor.maybeWord('IN')) return plainRest(grammar, token, part)
  return close(grammar, token, 'position', [part, grammar.expression(power.any)])
}

function substring(grammar: Grammar, token: Token): Expression {
  open(grammar)
  const of = grammar.expression(power.any)
  if (!grammar.cursor.maybeWord('FROM')) return plainRest(grammar, token, of)
  return close(grammar, token, 'substring', [of, ...range(grammar)])
}

/** `a FOR b`, or `a` alone. */
function range(grammar: Grammar): Expression[] {
  const start = grammar.expression(power.any)
  return grammar.cursor.maybeWord('FOR') ? [start, grammar.expression(power.any)] : [start]
}

const sides = new Map([
  ['LEADING', 'ltrim'],
  ['TRAILING', 'rtrim'],
  ['BOTH', 'trim'],
])

/** `TRIM(LEADING 'x' FROM y)` is `ltrim(y, 'x')`. */
function trim(grammar: Grammar, token: Token): Expression {
  const { cursor } = grammar
  open(grammar)
  const name = isSide(grammar) ? sides.get(cursor.next().value) : undefined
  if (cursor.maybeWord('FROM')) {
    return close(grammar, token, name ?? 'trim', [grammar.expression(power.any)])
  }
  const first = grammar.expression(power.any)
  if (cursor.maybeWord('FROM')) {
    return close(grammar, token, name ?? 'trim', [grammar.expression(power.any), first])
  }
  if (name === undefined) return plainRest(grammar, token, first)
  return close(grammar, token, name, [first])
}

/** A column may be called `both`: then a comma, a bracket, an operator or FROM follows. */
function isSide({ cursor }: Grammar): boolean {
  const { kind, value } = cursor.peek()
  if (kind !== 'word' || !sides.has(value)) return false
  const after = cursor.peek(1)
  return after.kind !== 'symbol' || after.value === '('
}

function overlay(grammar: Grammar, token: Token): Expression {
  open(grammar)
  const of = grammar.expression(power.any)
  if (!grammar.cursor.maybeWord('PLACING')) return plainRest(grammar, token, of)
  const placed = grammar.expression(power.any)
  grammar.cursor.mustWord('FROM', 'in OVERLAY(x PLACING y FROM a)')
  return close(grammar, token, 'overlay', [of, placed, ...range(grammar)])
}
