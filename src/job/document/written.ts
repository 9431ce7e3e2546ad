/**
 * Where in the file a character of a text stands. Whoever finds a mistake inside a text (an
 * expression, say) knows its place in the value; its author wants line and column of the file,
 * through quotes, escapes, folded lines and variables. Exact for every character that stands in
 * the file; what does not (escapes, line ends, variables) is given the place that it came from.
 */

import type { TextNode, TextStyle } from './node.ts'

/** What a backslash can begin, and how many characters it makes of it. */
const ESCAPE = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\r?\n[ \t\r\n]*|[\s\S])/y
const BLANKS = /[ \t\r\n]+/y
const isSpace = (sign: string | undefined) => sign !== undefined && /[ \t\r\n]/.test(sign)

/** The offset in the file of the character at `index` of the node's value. */
export function offsetOf(source: string, node: TextNode, index: number): number {
  const piece = node.pieces.findLast(one => one.at <= index)
  if (piece === undefined) return writtenOffset(source, node, index)
  const writtenAt = piece.isVariable ? piece.writtenAt : piece.writtenAt + index - piece.at
  return writtenOffset(source, node, writtenAt)
}

function writtenOffset(source: string, node: TextNode, index: number): number {
  return new Walk(source, node).to(Math.min(index, node.written.length))
}

/** Goes through the text as written and as it stands in the file, side by side. */
class Walk {
  readonly #source: string
  readonly #node: TextNode
  readonly #end: number
  #at: number

  constructor(source: string, node: TextNode) {
    this.#source = source
    this.#node = node
    this.#at = bodyStart(source, node)
    this.#end = node.end
  }

  to(index: number): number {
    const { written } = this.#node
    let done = 0
    while (done < index && this.#at < this.#end) {
      const before = this.#at
      done += this.#step(written[done] ?? '')
      // The second half of a character that one escape makes.
      if (done > index) return before
    }
    if (index < written.length) this.#skipTo(written[index] ?? '')
    return Math.min(this.#at, this.#end)
  }

  /** Passes one sign of the file; answers how many characters of the text that was. */
  #step(wanted: string): number {
    const sign = this.#disguised()
    if (sign !== undefined) return this.#pass(sign.length, sign.makes)
    const found = this.#source[this.#at]
    if (found === wanted || !isSpace(found)) return this.#pass(1, 1)
    return this.#pass(1, isSpace(wanted) ? 1 : 0)
  }

  #disguised(): Disguise | undefined {
    const { style } = this.#node
    return escapeAt(this.#source, this.#at, style) ?? foldAt(this.#source, this.#at, style)
  }

  #pass(length: number, makes: number): number {
    this.#at += length
    return makes
  }

  /** Indentation and folded lines before the character that is looked for. */
  #skipTo(wanted: string): void {
    if (isSpace(wanted)) return
    while (this.#at < this.#end) {
      const sign = this.#disguised()
      if (sign !== undefined && sign.makes > 0) return
      if (sign === undefined && !isSpace(this.#source[this.#at])) return
      this.#at += sign?.length ?? 1
    }
  }
}

function bodyStart(source: string, { start, style }: TextNode): number {
  if (style === 'block') {
    const header = source.indexOf('\n', start)
    return header < 0 ? start : header + 1
  }
  if (style === 'plain') return start
  const quotes = style === 'doubled' ? /'/y : /"""(?:\r?\n)?|'''(?:\r?\n)?|["']/y
  return start + (matchAt(quotes, source, start)?.length ?? 0)
}

/** A piece of the file that is not what it stands for. */
interface Disguise {
  readonly length: number
  /** How many characters of the text. */
  readonly makes: number
}

function escapeAt(source: string, at: number, style: TextStyle): Disguise | undefined {
  if (style === 'doubled' && source.startsWith("''", at)) return { length: 2, makes: 1 }
  const isEscaped = style === 'escaped' || style === 'escaped-folded'
  if (!isEscaped || source[at] !== '\\') return undefined
  const sequence = matchAt(ESCAPE, source, at) ?? '\\'
  return { length: sequence.length, makes: madeBy(sequence, style) }
}

function madeBy(sequence: string, style: TextStyle): number {
  const ends = lineEnds(sequence)
  if (ends > 0) return style === 'escaped' ? 0 : ends - 1
  const isWide = sequence[1] === 'U' && Number.parseInt(sequence.slice(2), 16) > 0xffff
  return isWide ? 2 : 1
}

/** Blanks around an end of line: one end is a space, each further one an end of line. */
function foldAt(source: string, at: number, style: TextStyle): Disguise | undefined {
  if (style === 'literal' || style === 'escaped' || style === 'block') return undefined
  const blanks = matchAt(BLANKS, source, at)
  const ends = blanks === undefined ? 0 : lineEnds(blanks)
  if (blanks === undefined || ends === 0) return undefined
  return { length: blanks.length, makes: Math.max(1, ends - 1) }
}

const lineEnds = (blanks: string) => blanks.match(/\r\n|\r|\n/g)?.length ?? 0

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}
