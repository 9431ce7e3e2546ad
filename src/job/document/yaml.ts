/**
 * YAML 1.2 to a tree with places. Taken away, because in a job file they are mistakes or dangers:
 * tags, anchors and aliases, directives, several documents, keys that are not words, merging.
 */

import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
  type Node as YamlNode,
} from 'yaml'
import {
  DEPTH_MAX,
  type Entry,
  mustAdd,
  mustBeShallow,
  type Node,
  numberNode,
  type Parsed,
  ParseTrouble,
  parsedBy,
  type Span,
  type TextStyle,
  textNode,
} from './node.ts'

/** The parser holds a level or two more than there are lists and maps. */
const PARSER_DEPTH_MAX = 2 * DEPTH_MAX + 4

const styles: Readonly<Record<string, TextStyle>> = {
  QUOTE_DOUBLE: 'escaped-folded',
  QUOTE_SINGLE: 'doubled',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
}

export function parseYaml(text: string): Parsed {
  return parsedBy(() => {
    const document = composed(text, tokensOf(text))
    const [trouble] = document.errors
    if (trouble !== undefined) throw fail('syntax', trouble.pos[0], trouble.message)
    const { contents } = document
    if (contents === null) return { kind: 'null', start: 0, end: text.length }
    return treeOf(contents as YamlNode, 0)
  })
}

/** The library recurses over what it has parsed, so that depth is bounded while it parses. */
function tokensOf(text: string): readonly CST.Token[] {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  const add = (token: CST.Token) => {
    if (token.type === 'directive') throw fail('yaml-directive', token.offset, 'directives are off')
    tokens.push(token)
  }
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) add(token)
    if (parser.stack.length > PARSER_DEPTH_MAX) mustBeShallow(DEPTH_MAX + 1, parser.offset)
  }
  for (const token of parser.end()) add(token)
  return tokens
}

function composed(text: string, tokens: readonly CST.Token[]): Document.Parsed {
  const composer = new Composer({
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    intAsBigInt: true,
    logLevel: 'silent',
  })
  const [document, second] = composer.compose(tokens, true, text.length)
  if (second !== undefined) {
    throw fail('yaml-documents', second.range[0], 'a second document begins; a file has one')
  }
  return document as Document.Parsed
}

function treeOf(node: YamlNode | null, depth: number, missing: Span = { start: 0, end: 0 }): Node {
  if (node === null) return { kind: 'null', ...missing }
  refuseOddities(node)
  if (isMap(node)) return mapOf(node as YAMLMap<YamlNode, YamlNode | null>, depth + 1)
  if (isSeq(node)) return listOf(node as YAMLSeq<YamlNode>, depth + 1)
  return scalarOf(node as Scalar)
}

function refuseOddities(node: YamlNode): void {
  const { start } = spanOf(node)
  if (isAlias(node)) {
    throw quoted('yaml-alias', start, `*${node.source}`, 'an alias; write out what it stands for')
  }
  if (node.anchor !== undefined) {
    throw quoted('yaml-anchor', start, `&${node.anchor}`, 'an anchor, and nothing can refer to it')
  }
  if (node.tag !== undefined) throw quoted('yaml-tag', start, node.tag, 'a tag, and none is known')
}

/** Words such as `!done` and `*` are often meant as texts. */
function quoted(code: string, offset: number, sign: string, what: string): ParseTrouble {
  const message = `${sign} is ${what}`
  return new ParseTrouble({ code, offset, message, suggestion: 'the text in quotes, if it is one' })
}

function mapOf(node: YAMLMap<YamlNode, YamlNode | null>, depth: number): Node {
  const span = spanOf(node)
  mustBeShallow(depth, span.start)
  const entries = new Map<string, Entry>()
  for (const { key, value } of node.items) {
    const keySpan = key === null ? span : spanOf(key)
    const name = keyOf(key, keySpan.start)
    const missing = { start: keySpan.end, end: keySpan.end }
    mustAdd(entries, name, { key: keySpan, value: treeOf(value, depth, missing) })
  }
  return { kind: 'map', entries, ...span }
}

function keyOf(key: YamlNode | null, offset: number): string {
  if (key !== null) refuseOddities(key)
  if (!isScalar(key) || key.value === null) throw fail('yaml-key', offset, 'a key is to be a word')
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function listOf(node: YAMLSeq<YamlNode>, depth: number): Node {
  const span = spanOf(node)
  mustBeShallow(depth, span.start)
  return { kind: 'list', items: node.items.map(item => treeOf(item, depth, span)), ...span }
}

function scalarOf(node: Scalar): Node {
  const span = spanOf(node)
  const { value } = node
  switch (typeof value) {
    case 'string':
      return textNode(span, value, styles[node.type ?? ''] ?? 'plain')
    case 'boolean':
      return { kind: 'flag', value, ...span }
    case 'bigint':
    case 'number':
      return numberNode(span, value, node.source)
    default:
      return { kind: 'null', ...span }
  }
}

function spanOf(node: YamlNode): Span {
  const [start = 0, end = start] = node.range ?? []
  return { start, end }
}

function fail(code: string, offset: number, message: string): ParseTrouble {
  return new ParseTrouble({ code, offset, message })
}
