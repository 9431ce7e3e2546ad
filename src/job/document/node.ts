/**
 * A file as one tree, whatever language it was written in: values with their places. Keys stand in
 * maps, never in objects, so that `__proto__` is a key like any other.
 */

/** Offsets into the text, in UTF-16 units; the end is behind the last. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** How a text was written, which says where its characters stand: see written.ts. */
export type TextStyle =
  /** As it stands, perhaps over lines: literal texts and dates of TOML. */
  | 'literal'
  /** Backslashes are escapes: JSON, basic texts of TOML. */
  | 'escaped'
  /** The same, lines folded: double quotes of YAML. */
  | 'escaped-folded'
  /** Two quotes stand for one, lines folded: single quotes of YAML. */
  | 'doubled'
  /** No quotes, lines folded: plain texts of YAML. */
  | 'plain'
  /** Below a header line, perhaps folded: `|` and `>` of YAML. */
  | 'block'

export interface TextNode extends Span {
  readonly kind: 'text'
  /** With its variables filled in. */
  readonly value: string
  /** As its author wrote it, without quotes and escapes: what may be shown. */
  readonly written: string
  readonly style: TextStyle
  /** Where the parts of `value` come from, in order; none: `value` is `written`. */
  readonly pieces: readonly Piece[]
}

/** From `at` on, `value` is `written` from `writtenAt` on, or what a variable there stands for. */
export interface Piece {
  readonly at: number
  readonly writtenAt: number
  readonly isVariable: boolean
}

/** A whole number that a double cannot hold is a bigint. */
export interface NumberNode extends Span {
  readonly kind: 'number'
  readonly value: number | bigint
  /** With every digit that was written, as JSON writes numbers; missing: it has none such. */
  readonly digits: string | undefined
}

export interface FlagNode extends Span {
  readonly kind: 'flag'
  readonly value: boolean
}

export interface NullNode extends Span {
  readonly kind: 'null'
}

export interface ListNode extends Span {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export interface Entry {
  readonly key: Span
  readonly value: Node
}

export interface MapNode extends Span {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Entry>
}

export type Node = TextNode | NumberNode | FlagNode | NullNode | ListNode | MapNode

/** Lists and maps within each other; a job has about eight. */
export const DEPTH_MAX = 48

/** The parsers' answer: a tree, or the first trouble. */
export type Parsed =
  | { readonly root: Node; readonly trouble?: never }
  | { readonly trouble: Trouble; readonly root?: never }

export interface Trouble {
  readonly code: string
  readonly offset: number
  readonly message: string
  readonly suggestion?: string
}

/** Ends a parser from any depth; each parser's door catches it. */
export class ParseTrouble extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super(trouble.message)
    this.trouble = trouble
  }
}

export function textNode(span: Span, written: string, style: TextStyle): TextNode {
  return { kind: 'text', value: written, written, style, pieces: [], ...span }
}

/** A decimal number of any of the languages: a plus or zeros in front, nothing around the point. */
const DECIMAL = /^\+?(-?)0*(\d*)(?:\.(\d*))?([eE][+-]?\d+)?$/

/** `written`: as it stands in the file, where it is no bigint. */
export function numberNode(span: Span, value: number | bigint, written = ''): NumberNode {
  const isSafe = typeof value === 'bigint' && BigInt.asIntN(54, value) === value
  const digits = typeof value === 'bigint' ? String(value) : digitsOf(written)
  return { kind: 'number', value: isSafe ? Number(value) : value, digits, ...span }
}

/** With every digit, where it has such. */
export const numberText = ({ digits, value }: NumberNode): string => digits ?? String(value)

function digitsOf(written: string): string | undefined {
  const match = DECIMAL.exec(written)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match
  return `${sign}${whole || '0'}${fraction && `.${fraction}`}${exponent}`
}

/** Every key once: the second is the trouble, and says where the first stands. */
export function mustAdd(entries: Map<string, Entry>, name: string, entry: Entry): void {
  if (entries.has(name)) {
    const message = `the key ${JSON.stringify(name)} is here a second time; one of them must go`
    throw new ParseTrouble({ code: 'duplicate-key', offset: entry.key.start, message })
  }
  entries.set(name, entry)
}

export function mustBeShallow(depth: number, offset: number): void {
  if (depth <= DEPTH_MAX) return
  const message = `lists and maps stand more than ${DEPTH_MAX} deep in each other`
  throw new ParseTrouble({ code: 'too-deep', offset, message })
}

/** Runs a parser; what it throws on purpose becomes its answer. */
export function parsedBy(parse: () => Node): Parsed {
  try {
    return { root: parse() }
  } catch (error) {
    if (error instanceof ParseTrouble) return { trouble: error.trouble }
    throw error
  }
}

/** All texts at or below a node. */
export function textsIn(node: Node): readonly TextNode[] {
  if (node.kind === 'text') return [node]
  if (node.kind === 'list') return node.items.flatMap(textsIn)
  if (node.kind === 'map') return [...node.entries.values()].flatMap(one => textsIn(one.value))
  return []
}

export interface JsonMap {
  readonly [key: string]: Json
}
/** A tree without places. Maps have no prototype. */
export type Json = string | number | bigint | boolean | null | readonly Json[] | JsonMap

export function jsonOf(
  node: Node,
  ofText: (text: TextNode) => string = text => text.value,
  ofNumber: (number: NumberNode) => Json = number => number.value,
): Json {
  switch (node.kind) {
    case 'text':
      return ofText(node)
    case 'number':
      return ofNumber(node)
    case 'null':
      return null
    case 'list':
      return node.items.map(item => jsonOf(item, ofText, ofNumber))
    case 'map':
      return mapOf(node, one => jsonOf(one, ofText, ofNumber))
    default:
      return node.value
  }
}

function mapOf(node: MapNode, jsonOfNode: (node: Node) => Json): JsonMap {
  const map = Object.create(null) as Record<string, Json>
  for (const [key, { value }] of node.entries) map[key] = jsonOfNode(value)
  return map
}
