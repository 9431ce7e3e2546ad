/**
 * The shape of a record: the bytes that stand between its values (literals), and what is to be done
 * with each value (slots). A record whose bytes are such literals with a value of JSON in each slot
 * is JSON, and has its fields where the slots say. Objects that hold wanted fields are part of the
 * literals; all others are values in slots.
 */

import { CLOSE_OBJECT, type Lexer, OPEN_OBJECT } from './lexer.ts'
import { type FieldNode, unescaped } from './tree.ts'

export const SLOTS_MAX = 256
const LITERAL_BYTES_MAX = 16_384
const WORD_BYTES = 4

/** An object that is wanted whole although fields inside of it are wanted too. */
export interface Whole {
  readonly column: number
  /** Counted from where a literal begins. */
  readonly fromLiteral: number
  readonly fromOffset: number
  readonly toLiteral: number
  readonly toOffset: number
}

export interface Slot {
  /** None: nobody wants the value. */
  readonly columns: readonly number[]
  /** Objects around the value. */
  readonly depth: number
}

export interface Template {
  readonly slots: readonly Slot[]
  /** One more than there are slots; some may be empty. */
  readonly literals: readonly Uint8Array[]
  readonly wholes: readonly Whole[]
}

/** As four bytes each, little endian; the last four may overlap those before. Short ones: none. */
export function wordsOf(literal: Uint8Array): Int32Array {
  const count = literal.length < WORD_BYTES ? 0 : Math.ceil(literal.length / WORD_BYTES)
  const view = new DataView(literal.buffer, literal.byteOffset, literal.length)
  return Int32Array.from({ length: count }, (_, at) =>
    view.getInt32(Math.min(WORD_BYTES * at, literal.length - WORD_BYTES), true),
  )
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at])

/** So many literals, each with the slot behind it, are the same in both from the first on. */
export function sharedPrefix(one: Template, other: Template): number {
  const none = new Uint8Array(0)
  const at = one.slots.findIndex(
    (_, slot) =>
      other.slots[slot] === undefined ||
      !sameBytes(one.literals[slot] ?? none, other.literals[slot] ?? none),
  )
  return at < 0 ? one.slots.length : at
}

/** Learns from a record that is known to be sound and to fit its columns. */
class Learner {
  readonly #lexer: Lexer
  readonly #slots: Slot[] = []
  readonly #literals: Uint8Array[] = []
  readonly #wholes: Whole[] = []
  readonly #end: number
  #literalStart: number
  /** Two equal keys: which one counts is not for a template to say. */
  #isOdd = false

  constructor(lexer: Lexer, start: number, end: number) {
    this.#lexer = lexer
    this.#literalStart = start
    this.#end = end
  }

  learn(root: FieldNode): Template | undefined {
    this.#value(root, this.#lexer.space(this.#literalStart, this.#end), 0)
    this.#literals.push(this.#lexer.bytes.slice(this.#literalStart, this.#end))
    const size = this.#literals.reduce((sum, { length }) => sum + length, 0)
    const isLarge = this.#slots.length > SLOTS_MAX || size > LITERAL_BYTES_MAX
    if (this.#isOdd || isLarge) return undefined
    return { slots: this.#slots, literals: this.#literals, wholes: this.#wholes }
  }

  /** The place behind the value. */
  #value(node: FieldNode | undefined, at: number, depth: number): number {
    const { bytes } = this.#lexer
    if (node === undefined || node.children.length === 0) {
      this.#literals.push(bytes.slice(this.#literalStart, at))
      this.#slots.push({ columns: node?.columns ?? [], depth })
      this.#literalStart = this.#lexer.value(at, this.#end, depth)
      return this.#literalStart
    }
    if (bytes[at] === OPEN_OBJECT) return this.#wanted(node, at, depth)
    // A null, which becomes part of a literal; or the first of two equal keys, of which nothing is
    // learned: else the record would not have fitted its columns.
    return this.#lexer.value(at, this.#end, depth)
  }

  #wanted(node: FieldNode, at: number, depth: number): number {
    const fromLiteral = this.#slots.length
    const fromOffset = at - this.#literalStart
    const behind = this.#object(node, at, depth + 1)
    const toLiteral = this.#slots.length
    const toOffset = behind - this.#literalStart
    for (const column of node.columns) {
      this.#wholes.push({ column, fromLiteral, fromOffset, toLiteral, toOffset })
    }
    return behind
  }

  #object(node: FieldNode, start: number, depth: number): number {
    const lexer = this.#lexer
    const keys = new Set<string>()
    let at = lexer.space(start + 1, this.#end)
    if (lexer.bytes[at] === CLOSE_OBJECT) return at + 1
    for (;;) {
      const close = lexer.key(at, this.#end)
      const key = unescaped(lexer.bytes, at + 1, close)
      if (keys.has(key)) this.#isOdd = true
      keys.add(key)
      const value = lexer.colon(close + 1, this.#end)
      at = lexer.next(this.#value(node.childNamed(key), value, depth), this.#end)
      if (lexer.bytes[at - 1] === CLOSE_OBJECT) return at
      at = lexer.space(at, this.#end)
    }
  }
}

export function templateOf(
  lexer: Lexer,
  root: FieldNode,
  start: number,
  end: number,
): Template | undefined {
  return new Learner(lexer, start, end).learn(root)
}
