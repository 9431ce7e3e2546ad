/** What an operand begins with: signs, NOT, brackets, literals, names, calls. */

import type { Branch, Expression } from './ast.ts'
import { ITEMS_MAX } from './bounds.ts'
import { maybeSpecialCall, parseCall } from './call.ts'
import { type Grammar, listUntil } from './grammar.ts'
import { maybeTimeLiteral, numberOf } from './literal.ts'
import { power } from './power.ts'
import { isReserved, type Token } from './token.ts'
import { parseType } from './type-name.ts'

export function parsePrefix(grammar: Grammar): Expression {
  const { cursor } = grammar
  const token = cursor.peek()
  switch (token.kind) {
    case 'number':
      cursor.next()
      return numberOf(cursor, token)
    case 'string':
      cursor.next()
      return { kind: 'string', value: token.value, from: token.from, to: token.to }
    case 'quoted':
      cursor.next()
      return name(grammar, token, token.value)
    case 'symbol':
      return symbol(grammar, token)
    case 'word':
      return word(grammar, token)
    case 'end':
      return cursor.failHere('A value, a name or a function is missing')
  }
}

function symbol(grammar: Grammar, token: Token): Expression {
  const { cursor } = grammar
  if (token.value === '(') {
    cursor.next()
    const inner = grammar.expression(power.any)
    if (cursor.isSymbol(',')) cursor.failHere('A list in brackets only stands after IN')
    cursor.mustSymbol(')', 'to close the bracket')
    return { ...inner, from: token.from, to: cursor.end }
  }
  if (token.value !== '-' && token.value !== '+') {
    return cursor.failHere('A value, a name or a function is missing')
  }
  cursor.next()
  const of = grammar.expression(power.sign - 1)
  return { kind: 'unary', operator: token.value, of, from: token.from, to: of.to }
}

function word(grammar: Grammar, token: Token): Expression {
  const { cursor } = grammar
  switch (token.value) {
    case 'NOT': {
      cursor.next()
      const of = grammar.expression(power.not - 1)
      return { kind: 'unary', operator: 'not', of, from: token.from, to: of.to }
    }
    case 'TRUE':
    case 'FALSE':
      cursor.next()
      return { kind: 'boolean', value: token.value === 'TRUE', from: token.from, to: token.to }
    case 'NULL':
      cursor.next()
      return { kind: 'null', from: token.from, to: token.to }
    case 'CASE':
      return cases(grammar)
  }
  if (isReserved(token.value)) {
    cursor.failHere('A value is missing here; a column of this name is written in "')
  }
  return opened(grammar, token) ?? plain(grammar, token)
}

/** Words that mean something because of what stands behind them. */
function opened(grammar: Grammar, token: Token): Expression | undefined {
  const { cursor } = grammar
  if (cursor.isSymbol('(', 1)) {
    if (token.value === 'CAST' || token.value === 'TRY_CAST') return cast(grammar, token)
    return maybeSpecialCall(grammar, token)
  }
  if (token.value === 'ARRAY' && cursor.isSymbol('[', 1)) return array(grammar)
  return maybeTimeLiteral(cursor, token)
}

function plain(grammar: Grammar, token: Token): Expression {
  grammar.cursor.next()
  return name(grammar, token, grammar.cursor.written(token))
}

function name(grammar: Grammar, token: Token, written: string): Expression {
  if (grammar.cursor.isSymbol('(')) return parseCall(grammar, token, written)
  return { kind: 'name', parts: [written], from: token.from, to: token.to }
}

function cast(grammar: Grammar, token: Token): Expression {
  const { cursor } = grammar
  cursor.next()
  cursor.next()
  const of = grammar.expression(power.any)
  cursor.mustWord('AS', `between the value and the type of ${token.value}`)
  const type = parseType(cursor)
  cursor.mustSymbol(')', `to close ${token.value}`)
  const safe = token.value === 'TRY_CAST'
  return { kind: 'cast', of, type, safe, from: token.from, to: cursor.end }
}

function array(grammar: Grammar): Expression {
  const { cursor } = grammar
  const { from } = cursor.next()
  cursor.next()
  const items = listUntil(grammar, ']', 'items of ARRAY')
  return { kind: 'array', items, from, to: cursor.end }
}

function cases(grammar: Grammar): Expression {
  const { cursor } = grammar
  const { from } = cursor.next()
  const of = cursor.isWord('WHEN') ? {} : { of: grammar.expression(power.any) }
  const branches: Branch[] = []
  while (cursor.maybeWord('WHEN')) branches.push(branch(grammar, branches.length))
  if (branches.length === 0) cursor.failHere('WHEN is missing in CASE')
  const hasElse = cursor.maybeWord('ELSE')
  const otherwise = hasElse ? { otherwise: grammar.expression(power.any) } : {}
  cursor.mustWord('END', 'to close CASE')
  return { kind: 'case', ...of, branches, ...otherwise, from, to: cursor.end }
}

function branch(grammar: Grammar, count: number): Branch {
  const { cursor } = grammar
  if (count === ITEMS_MAX) {
    const sentence = `CASE has more than ${ITEMS_MAX} branches; join with a table instead`
    cursor.fail('sql-limit', sentence, cursor.peek())
  }
  const when = grammar.expression(power.any)
  cursor.mustWord('THEN', 'after the condition of WHEN')
  return { when, result: grammar.expression(power.any) }
}
