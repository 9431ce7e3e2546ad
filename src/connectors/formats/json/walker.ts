/**
 * Reads a whole record of JSON, whatever it looks like, and finds the fields that are wanted. A key
 * that stands twice counts the last time, with all that is in it.
 */

import { CLOSE_OBJECT, type Lexer, OPEN_OBJECT } from './lexer.ts'
import { isNullAt } from './reading.ts'
import { type FieldNode, unescaped } from './tree.ts'

const MISSING = -1
/** Where a path leads into a value that is no object, that value's end. */
const BLOCKED = -2

export class Walker {
  readonly #lexer: Lexer
  readonly #root: FieldNode
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  constructor(lexer: Lexer, root: FieldNode, columns: number) {
    this.#lexer = lexer
    this.#root = root
    this.#starts = new Int32Array(columns)
    this.#ends = new Int32Array(columns)
  }

  /** Where the value of the column begins in the last record; -1: it has none. */
  start(column: number): number {
    return this.#starts[column] as number
  }

  end(column: number): number {
    return this.#ends[column] as number
  }

  /** Whether the path led into something that has no fields; it begins at `start`. */
  isBlocked(column: number): boolean {
    return this.#ends[column] === BLOCKED
  }

  /** False: the record is not JSON or beyond a limit; the lexer says why. */
  walk(start: number, end: number): boolean {
    const lexer = this.#lexer
    const begin = lexer.space(start, end)
    const isObject = begin < end && lexer.bytes[begin] === OPEN_OBJECT
    const at = this.#wanted(this.#root, begin, end, 0)
    if (at < 0) return false
    const behind = lexer.space(at, end)
    if (behind < end) lexer.malformed('something stands behind the value', behind, end)
    else if (isObject || this.#root.children.length === 0) return true
    else lexer.fail('not-an-object', 'fields are wanted, and the record is no object', begin)
    return false
  }

  #wanted(node: FieldNode, at: number, end: number, depth: number): number {
    const inside = node.children.length > 0 && at < end && this.#lexer.bytes[at] === OPEN_OBJECT
    if (!inside) this.#mark(node.below, MISSING, MISSING)
    const behind = inside
      ? this.#object(node, at, end, depth + 1)
      : this.#lexer.value(at, end, depth)
    if (behind < 0) return -1
    if (!inside && !isNullAt(this.#lexer.bytes, at)) this.#mark(node.below, at, BLOCKED)
    this.#mark(node.columns, at, behind)
    return behind
  }

  #mark(columns: readonly number[], start: number, end: number): void {
    for (const column of columns) {
      this.#starts[column] = start
      this.#ends[column] = end
    }
  }

  #object(node: FieldNode, start: number, end: number, depth: number): number {
    const lexer = this.#lexer
    this.#mark(node.below, MISSING, MISSING)
    if (!lexer.mayNest(depth, start)) return -1
    let at = lexer.space(start + 1, end)
    if (at < end && lexer.bytes[at] === CLOSE_OBJECT) return at + 1
    for (;;) {
      at = this.#member(node, at, end, depth)
      if (at >= 0) at = lexer.next(at, end)
      if (at < 0 || lexer.bytes[at - 1] === CLOSE_OBJECT) return at
      at = lexer.space(at, end)
    }
  }

  #member(node: FieldNode, start: number, end: number, depth: number): number {
    const lexer = this.#lexer
    lexer.escaped = false
    const close = lexer.key(start, end)
    if (close < 0) return -1
    const child = lexer.escaped
      ? node.childNamed(unescaped(lexer.bytes, start + 1, close))
      : node.childOf(lexer.bytes, start + 1, close)
    const at = lexer.colon(close + 1, end)
    if (at < 0) return -1
    if (child === undefined) return lexer.value(at, end, depth)
    return this.#wanted(child, at, end, depth)
  }
}
