/**
 * Text to tokens, in one pass. Comments and blanks are left out. Words keep no case here; the
 * parser takes a name from the text itself.
 */

import { TEXT_LENGTH_MAX } from './bounds.ts'
import type { Token, TokenKind } from './token.ts'
import { SqlError } from './trouble.ts'

const BLANK = /[\s\uFEFF]*/y
const WORD = /[\p{ID_Start}_][\p{ID_Continue}$]*/uy
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const WORD_PART = /[\p{ID_Continue}$]/uy
const LINE_COMMENT = /--[^\n]*/y
const COMMENT_EDGE = /\/\*|\*\//g
const LONE_SURROGATE = /\p{Surrogate}/u

/** Longer before shorter, where one begins with the other. */
const symbols = ['->>', '->', '::', '||', '<>', '!=', '<=', '>=', ...'()[],.;+-*/%=<>']

export function tokensOf(text: string): readonly Token[] {
  return new Lexer(text).tokens()
}

class Lexer {
  readonly #text: string
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  tokens(): readonly Token[] {
    const { length } = this.#text
    if (length > TEXT_LENGTH_MAX) {
      const sentence = `The text has ${length} characters; ${TEXT_LENGTH_MAX} are allowed`
      throw new SqlError('sql-limit', sentence, '', { from: 0, to: 0 })
    }
    this.#refuseHalves()
    for (this.#skip(); this.#at < length; this.#skip()) this.#token()
    this.#push('end', length, '')
    return this.#tokens
  }

  #refuseHalves(): void {
    const at = this.#text.search(LONE_SURROGATE)
    if (at >= 0) this.#fail('There is half a character (a lone surrogate); take it out', at, at + 1)
  }

  #skip(): void {
    for (;;) {
      this.#take(BLANK)
      if (this.#text.startsWith('/*', this.#at)) this.#skipComment()
      else if (this.#take(LINE_COMMENT) === '') return
    }
  }

  /** Comments may stand inside each other. */
  #skipComment(): void {
    const start = this.#at
    let depth = 0
    COMMENT_EDGE.lastIndex = start
    do {
      const edge = COMMENT_EDGE.exec(this.#text)
      if (edge === null) this.#fail('This comment has no end; close it with */', start, start + 2)
      depth += edge[0] === '/*' ? 1 : -1
    } while (depth > 0)
    this.#at = COMMENT_EDGE.lastIndex
  }

  #token(): void {
    const start = this.#at
    const kind = this.#kindAt(start)
    if (kind === 'string') this.#push(kind, start, this.#quoted("'", 'text'))
    else if (kind === 'quoted') this.#push(kind, start, this.#quoted('"', 'name'))
    else if (kind === 'number') this.#number(start)
    else if (kind === 'word') this.#push(kind, start, this.#take(WORD).toUpperCase())
    else this.#symbol(start)
  }

  #kindAt(at: number): TokenKind {
    const first = this.#text[at]
    if (first === "'") return 'string'
    if (first === '"') return 'quoted'
    if (this.#is(NUMBER)) return 'number'
    return this.#is(WORD) ? 'word' : 'symbol'
  }

  #symbol(start: number): void {
    const symbol = symbols.find(one => this.#text.startsWith(one, start))
    if (symbol === undefined) this.#failAtCharacter(start)
    this.#at += symbol.length
    this.#push('symbol', start, symbol)
  }

  /** What stands between quotes; a quote inside is written twice. */
  #quoted(quote: string, what: string): string {
    const start = this.#at
    let value = ''
    for (let from = start + 1; ; ) {
      const end = this.#text.indexOf(quote, from)
      if (end < 0) this.#fail(`This ${what} has no end; close it with ${quote}`, start, start + 1)
      value += this.#text.slice(from, end)
      this.#at = end + 1
      if (this.#text[end + 1] !== quote) break
      value += quote
      from = end + 2
    }
    if (quote === '"' && value === '') this.#fail('A name cannot be empty', start, this.#at)
    return value
  }

  #number(start: number): void {
    const number = this.#take(NUMBER)
    if (this.#take(WORD_PART) !== '') {
      const sentence = 'A number ends in letters; a name that begins with a digit is written in "'
      this.#fail(sentence, start, this.#at)
    }
    this.#push('number', start, number)
  }

  #is(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    return pattern.test(this.#text)
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #push(kind: TokenKind, from: number, value: string): void {
    this.#tokens.push({ kind, from, to: this.#at, value })
  }

  #failAtCharacter(at: number): never {
    const character = String.fromCodePoint(this.#text.codePointAt(at) as number)
    const advice = character === '`' ? 'a name is quoted with "' : "a text is quoted with '"
    this.#fail(
      `The character ${character} means nothing here; ${advice}`,
      at,
      at + character.length,
    )
  }

  #fail(sentence: string, from: number, to: number): never {
    throw new SqlError('sql-syntax', sentence, this.#text, { from, to })
  }
}
