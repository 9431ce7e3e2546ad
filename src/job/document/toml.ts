/**
 * TOML 1.0 to a tree with places. The library gives a syntax tree with the place of every key and
 * value; here its tables, scattered as TOML allows, become one tree. It has proved by then that no
 * key is defined twice. It recurses and spreads, so that depth and length are bounded before.
 */

import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import {
  type Entry,
  type ListNode,
  type MapNode,
  mustAdd,
  mustBeShallow,
  type Node,
  numberNode,
  type Parsed,
  ParseTrouble,
  parsedBy,
  type Span,
  textNode,
} from './node.ts'

/** One text, number or comment: the library hands the characters of one to one call. */
const TOKEN_LENGTH_MAX = 32 * 1024

/** Texts and comments, in which brackets mean nothing; brackets; runs of anything else. */
const TOKENS = new RegExp(
  [
    /"""(?:\\[\s\S]|[^\\])*?(?:"""|$)/,
    /'''[\s\S]*?(?:'''|$)/,
    /"(?:\\.|[^"\\\n])*"?/,
    /'[^'\n]*'?/,
    /#[^\n]*/,
    /[[\]{}]/,
    /[^"'#[\]{}\s]+/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

interface OpenMap extends MapNode {
  readonly entries: Map<string, Entry>
}

interface OpenList extends ListNode {
  readonly items: Node[]
}

export function parseToml(text: string): Parsed {
  return parsedBy(() => {
    checkBounds(text)
    const root: OpenMap = { kind: 'map', entries: new Map(), start: 0, end: text.length }
    for (const part of syntaxOf(text).body[0].body) {
      if (part.type === 'TOMLTable') addTable(root, part)
      else addPair(root, part, 1)
    }
    return root
  })
}

function checkBounds(text: string): void {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token.length > TOKEN_LENGTH_MAX) {
      const message = `a text, number or comment of more than ${TOKEN_LENGTH_MAX} characters`
      throw new ParseTrouble({ code: 'too-large', offset: index, message })
    }
    if (token === '[' || token === '{') mustBeShallow(++depth, index)
    if (token === ']' || token === '}') depth--
  }
}

function syntaxOf(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.0.0' })
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new ParseTrouble({ code: 'syntax', offset: error.index, message: error.message })
  }
}

function addTable(root: OpenMap, table: AST.TOMLTable): void {
  const { keys } = table.key
  const [first, last] = [keys.slice(0, -1), keys.slice(-1)]
  let map = root
  for (const key of first) map = inner(map, key)
  for (const key of last) map = table.kind === 'array' ? appended(map, key) : inner(map, key)
  for (const pair of table.body) addPair(map, pair, keys.length + 1)
  mustBeShallow(keys.length, spanOf(table).start)
}

function addPair(map: OpenMap, pair: AST.TOMLKeyValue, depth: number): void {
  const { keys } = pair.key
  mustBeShallow(depth + keys.length, spanOf(pair).start)
  let target = map
  for (const [at, key] of keys.entries()) {
    if (at < keys.length - 1) target = inner(target, key)
    else {
      const value = treeOf(pair.value, depth + keys.length)
      mustAdd(target.entries, nameOf(key), { key: spanOf(key), value })
    }
  }
}

type Key = AST.TOMLBare | AST.TOMLQuoted

const nameOf = (key: Key) => (key.type === 'TOMLBare' ? key.name : key.value)

/** The table of that name: the last one, of an array of tables; a new one, if there is none. */
function inner(map: OpenMap, key: Key): OpenMap {
  const found = map.entries.get(nameOf(key))?.value
  const table = found?.kind === 'list' ? found.items.at(-1) : found
  if (table?.kind === 'map') return table as OpenMap
  const made: OpenMap = { kind: 'map', entries: new Map(), ...spanOf(key) }
  mustAdd(map.entries, nameOf(key), { key: spanOf(key), value: made })
  return made
}

function appended(map: OpenMap, key: Key): OpenMap {
  const made: OpenMap = { kind: 'map', entries: new Map(), ...spanOf(key) }
  const found = map.entries.get(nameOf(key))?.value
  if (found?.kind === 'list') (found as OpenList).items.push(made)
  else {
    const list: OpenList = { kind: 'list', items: [made], ...spanOf(key) }
    mustAdd(map.entries, nameOf(key), { key: spanOf(key), value: list })
  }
  return made
}

function treeOf(node: AST.TOMLContentNode, depth: number): Node {
  mustBeShallow(depth - 1, node.range[0])
  if (node.type === 'TOMLArray') {
    const items = node.elements.map(element => treeOf(element, depth + 1))
    return { kind: 'list', items, ...spanOf(node) }
  }
  if (node.type === 'TOMLInlineTable') {
    const map: OpenMap = { kind: 'map', entries: new Map(), ...spanOf(node) }
    for (const pair of node.body) addPair(map, pair, depth)
    return map
  }
  return scalarOf(node)
}

/** Dates and times stay texts, as they are in JSON and YAML. */
function scalarOf(node: AST.TOMLValue): Node {
  const span = spanOf(node)
  switch (node.kind) {
    case 'string':
      return textNode(span, node.value, node.style === 'basic' ? 'escaped' : 'literal')
    case 'boolean':
      return { kind: 'flag', value: node.value, ...span }
    case 'integer':
      return numberNode(span, node.bigint)
    case 'float':
      return numberNode(span, node.value, node.number.replaceAll('_', ''))
    default:
      return textNode(span, node.datetime, 'literal')
  }
}

function spanOf({ range: [start, end] }: { range: readonly [number, number] }): Span {
  return { start, end }
}
