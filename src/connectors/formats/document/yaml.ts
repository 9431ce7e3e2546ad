/**
 * One document of YAML (1.2, core schema) a record, said in JSON. References to other parts of the
 * document (aliases) are refused, as are tags of one's own and keys that are no scalars. Of two
 * equal keys the last counts, as in JSON.
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
  type ParsedNode,
  Parser,
  type Scalar,
} from 'yaml'
import type { Limits } from '../limits.ts'
import { TroubleAt } from '../trouble.ts'
import { listText, numberText, objectText } from './json-text.ts'

/** The parser holds a few things for each level, and the document itself. */
const STACK_PER_LEVEL = 3
const STACK_MORE = 4
/** Signs, names and values: each costs a thousand times what a byte of JSON does. */
const LEXEMES_MAX = 40_000

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  intAsBigInt: true,
  prettyErrors: false,
  // Looked for by comparing each with each: somebody else's time is ours.
  uniqueKeys: false,
  // Else !!binary and its like would be read as what JSON has not.
  resolveKnownTags: false,
} as const

type Said = string | TroubleAt

export function yamlToJson(text: string, limits: Limits): Said {
  const tokens = tokensOf(text, limits)
  if (tokens instanceof TroubleAt) return tokens
  const documents = [...new Composer<ParsedNode>(OPTIONS).compose(tokens)]
  const [document, second] = documents
  if (second !== undefined) {
    return new TroubleAt('malformed', 'a record is one document, and here are two', second.range[0])
  }
  return document === undefined ? 'null' : documentText(document)
}

/** Deep documents are refused before anybody calls himself as deep as they go. */
function tokensOf(text: string, { depthMax }: Limits): readonly CST.Token[] | TroubleAt {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  const stackMax = STACK_PER_LEVEL * depthMax + STACK_MORE
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > LEXEMES_MAX) {
      return new TroubleAt('too-large', 'the document has too many parts', parser.offset)
    }
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > stackMax) {
      const what = `maps and sequences are more than ${depthMax} deep`
      return new TroubleAt('too-deep', what, parser.offset)
    }
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

function documentText(document: Document.Parsed<ParsedNode>): Said {
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) return new TroubleAt('malformed', sentence(error.message), error.pos[0])
  return nodeText(document.contents)
}

/** Of the library's words, without what they quote. */
function sentence(message: string): string {
  return (message.split(/[:\n]/)[0] ?? '').trim().toLowerCase()
}

function nodeText(node: ParsedNode | null): Said {
  if (node === null) return 'null'
  if (isAlias(node)) {
    return new TroubleAt('alias', 'references within a document are not taken', node.range[0])
  }
  if (isScalar(node)) return scalarText(node)
  if (isSeq<ParsedNode>(node)) return allTexts(node.items, nodeText, listText)
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    return allTexts(
      node.items,
      ({ key, value }) => memberText(key, value),
      members => `{${members.join(',')}}`,
    )
  }
  return new TroubleAt('malformed', 'a value of no known kind', 0)
}

function allTexts<T>(
  parts: readonly T[],
  textOf: (part: T) => Said,
  joined: (texts: readonly string[]) => string,
): Said {
  const texts: string[] = []
  for (const part of parts) {
    const text = textOf(part)
    if (text instanceof TroubleAt) return text
    texts.push(text)
  }
  return joined(texts)
}

function memberText(key: ParsedNode | null, value: ParsedNode | null): Said {
  if (!isScalar(key)) {
    return new TroubleAt('malformed', 'a key is no scalar', key?.range[0] ?? 0)
  }
  const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
  const text = nodeText(value)
  return text instanceof TroubleAt ? text : objectText([[name, text]]).slice(1, -1)
}

function scalarText({ value, source }: Scalar): string {
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value, source)
  return typeof value === 'boolean' ? String(value) : JSON.stringify(value ?? null)
}
