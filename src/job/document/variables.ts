/**
 * `${NAME}` and `${NAME:default}` in texts, filled in from an environment that is handed in. It
 * happens in the tree, after parsing: a value can never become a key, a quote or a second line.
 * What came from a variable is marked, so that nobody shows it.
 */

import { type Entry, type Node, type Piece, type TextNode, type Trouble, textsIn } from './node.ts'
import { offsetOf } from './written.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** `$${` is `${` itself; a `${` of any other form is a mistake. */
const VARIABLE = /\$\$\{|\$\{(?:([A-Za-z_]\w*)(?::([^{}]*))?\})?/g

/** Each costs a walk through its text; nobody reads more. */
const TROUBLES_MAX = 20

export interface Filled {
  readonly root: Node
  readonly troubles: readonly Trouble[]
}

export function filled(root: Node, source: string, environment: Environment): Filled {
  const troubles: Trouble[] = []
  const fill = (node: Node): Node => {
    switch (node.kind) {
      case 'text':
        return node.value.includes('${') ? filledText(node) : node
      case 'list':
        return { ...node, items: node.items.map(fill) }
      case 'map':
        return { ...node, entries: new Map([...node.entries].map(filledEntry)) }
      default:
        return node
    }
  }
  const filledEntry = ([key, entry]: readonly [string, Entry]) =>
    [key, { ...entry, value: fill(entry.value) }] as const
  const filledText = (node: TextNode): TextNode => {
    const text = new FilledText()
    for (const match of node.written.matchAll(VARIABLE)) {
      const { 0: whole, 1: name, 2: fallback, index } = match
      const value = name === undefined ? undefined : (setValue(environment, name) ?? fallback)
      if (whole === '$${') text.replace(node.written, index, { whole, value: '${' })
      else if (value !== undefined) text.replace(node.written, index, { whole, value, name })
      else if (troubles.length < TROUBLES_MAX) {
        troubles.push(troubleOf(name, offsetOf(source, node, index)))
      }
    }
    return text.finish(node)
  }
  return { root: fill(root), troubles }
}

function setValue(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined
}

function troubleOf(name: string | undefined, offset: number): Trouble {
  if (name === undefined) {
    const message = '`${` begins a variable, as in ${NAME} or ${NAME:default}'
    return { code: 'bad-variable', offset, message, suggestion: '$${ for the two signs themselves' }
  }
  const message = `the variable ${name} is not set, and has no default`
  return { code: 'unset-variable', offset, message, suggestion: `\${${name}:DEFAULT}` }
}

interface Replacement {
  readonly whole: string
  readonly value: string
  readonly name?: string | undefined
}

/** A text while it is put together, with where its parts come from. */
class FilledText {
  #value = ''
  #writtenAt = 0
  readonly #pieces: Piece[] = []

  replace(written: string, index: number, { whole, value, name }: Replacement): void {
    this.#copy(written, index)
    this.#piece(index, name !== undefined)
    this.#value += value
    this.#writtenAt = index + whole.length
  }

  finish(node: TextNode): TextNode {
    this.#copy(node.written, node.written.length)
    return { ...node, value: this.#value, pieces: this.#pieces }
  }

  #copy(written: string, end: number): void {
    this.#piece(this.#writtenAt, false)
    this.#value += written.slice(this.#writtenAt, end)
  }

  #piece(writtenAt: number, isVariable: boolean): void {
    this.#pieces.push({ at: this.#value.length, writtenAt, isVariable })
  }
}

export interface Variable {
  /** What it stands for. */
  readonly value: string
  /** As it was written: `${NAME:default}`. */
  readonly written: string
}

/** The variables in a text, in order. */
function variablesIn(node: TextNode): readonly Variable[] {
  return node.pieces.flatMap((piece, at) => {
    if (!piece.isVariable) return []
    const next = node.pieces[at + 1]
    const value = node.value.slice(piece.at, next?.at)
    return [{ value, written: node.written.slice(piece.writtenAt, next?.writtenAt) }]
  })
}

/** At or below a node; the longest first, so that none is left of one that holds another. */
export function variablesBelow(node: Node): readonly Variable[] {
  const found = textsIn(node).flatMap(variablesIn)
  return found.toSorted((a, b) => b.value.length - a.value.length)
}

/** What is shorter stands in many a text that does not mean it. */
const TELLING_LENGTH_MIN = 4

export const isTelling = ({ value }: Variable): boolean => value.length >= TELLING_LENGTH_MIN

/** A text with the names of variables for their values: short ones where they stand alone. */
export function withoutValues(text: string, variables: readonly Variable[]): string {
  const names = new Map<string, string>()
  const patterns: string[] = []
  for (const variable of variables) {
    const { value, written } = variable
    if (value === '' || names.has(value)) continue
    names.set(value, written)
    const exact = value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    patterns.push(isTelling(variable) ? exact : `(?<![\\w.~-])${exact}(?![\\w.-])`)
  }
  if (patterns.length === 0) return text
  return text.replaceAll(new RegExp(patterns.join('|'), 'g'), value => names.get(value) ?? value)
}

/** Whether any of it came from the environment, or could have: it is not to be shown. */
export function isFromVariable(node: TextNode): boolean {
  return node.pieces.some(piece => piece.isVariable)
}
