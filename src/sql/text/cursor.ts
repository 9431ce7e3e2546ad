/**
 * Tokens one after the other, with a look ahead. Parsers of expressions, types and (on top of
 * them) whole statements share one cursor; it also keeps count of how deep they are in each other.
 */

import { NESTING_MAX } from './bounds.ts'
import { tokensOf } from './lexer.ts'
import type { Token } from './token.ts'
import { type Span, type SqlCode, SqlError } from './trouble.ts'

export class Cursor {
  readonly text: string
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
    this.#tokens = tokensOf(text)
  }

  /** The token that comes next, or one further on; past the end there is the end. */
  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1
    return this.#tokens[Math.min(this.#at + ahead, last)] as Token
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Where the token before the next one ended. */
  get end(): number {
    return this.#at === 0 ? 0 : (this.#tokens[this.#at - 1] as Token).to
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'word' && token.value === word
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'symbol' && token.value === symbol
  }

  maybeWord(word: string): boolean {
    const taken = this.isWord(word)
    if (taken) this.#at++
    return taken
  }

  maybeSymbol(symbol: string): boolean {
    const taken = this.isSymbol(symbol)
    if (taken) this.#at++
    return taken
  }

  mustWord(word: string, where: string): void {
    if (!this.maybeWord(word)) this.failHere(`${word} is missing ${where}`)
  }

  mustSymbol(symbol: string, where: string): void {
    if (!this.maybeSymbol(symbol)) this.failHere(`${symbol} is missing ${where}`)
  }

  mustString(what: string): Token {
    if (this.peek().kind !== 'string') this.failHere(`${what} is missing; write it in ' '`)
    return this.next()
  }

  mustEnd(): void {
    if (this.peek().kind !== 'end') {
      this.failHere('The expression is over before this; join the two with an operator')
    }
  }

  /** What the token says in the text. */
  written(span: Span): string {
    return this.text.slice(span.from, span.to)
  }

  /** Runs a parser one level further in. */
  nested<T>(parse: () => T): T {
    this.#depth++
    if (this.#depth > NESTING_MAX) {
      const sentence = `More than ${NESTING_MAX} levels are inside each other here; split it up`
      this.fail('sql-limit', sentence, this.peek())
    }
    const parsed = parse()
    this.#depth--
    return parsed
  }

  failHere(sentence: string): never {
    const token = this.peek()
    const found = token.kind === 'end' ? 'the text ends here' : `found ${this.written(token)}`
    this.fail('sql-syntax', `${sentence}; ${found}`, token)
  }

  fail(code: SqlCode, sentence: string, span: Span): never {
    throw new SqlError(code, sentence, this.text, span)
  }
}
