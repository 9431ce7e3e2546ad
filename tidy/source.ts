/**
 * A source file as the rules see it: text, lines, syntax tree, comments, imports.
 *
 * The tree comes from oxc-parser. TypeScript 7 is a native program whose programming interface is
 * marked unstable and wants a server process for each project; a lexer of our own would have to
 * tell regular expressions from divisions. oxc-parser reads one file in a call, with comments and
 * import records, and knip brings it anyway.
 */

import { type Comment, parseSync } from 'oxc-parser'
import { type Node, walk } from './tree.ts'

export interface Import {
  readonly specifier: string
  /**
   * `type` imports are gone when the program runs; all others, `import { type X }` too, are values.
   */
  readonly kind: 'type' | 'value'
  readonly line: number
}

export interface Source {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly program: Node
  readonly comments: readonly Comment[]
  readonly imports: readonly Import[]
  lineAt(offset: number): number
}

const sourceEnding = /\.(ts|tsx|mts|mjs|js)$/

export const isSource = (path: string): boolean => sourceEnding.test(path)

/** Tests and what only tests use: neither is bound by the import rules, neither is shipped. */
export const isTest = (path: string): boolean =>
  /\.test\.tsx?$/.test(path) || /\/(testdata|testing|dialogue)\//.test(path)

export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text, { sourceType: 'module' })
  const wrong = parsed.errors[0]
  if (wrong !== undefined) throw new Error(`${path} cannot be parsed: ${wrong.message}`)
  const starts = lineStarts(text)
  const lineAt = (offset: number) => lineOf(starts, offset)
  const program = parsed.program as unknown as Node
  return {
    path,
    text,
    lines: text.split('\n'),
    program,
    comments: parsed.comments,
    imports: importsOf(program, lineAt),
    lineAt,
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}

function importsOf(program: Node, lineAt: (offset: number) => number): readonly Import[] {
  const imports: Import[] = []
  const add = (node: Node, from: unknown, kind: Import['kind']) => {
    const specifier = (from as { value?: unknown } | null | undefined)?.value
    if (typeof specifier === 'string') imports.push({ specifier, kind, line: lineAt(node.start) })
  }
  for (const node of walk(program)) {
    if (node.type === 'ImportDeclaration') add(node, node['source'], kindOf(node['importKind']))
    if (node.type === 'ExportNamedDeclaration')
      add(node, node['source'], kindOf(node['exportKind']))
    if (node.type === 'ExportAllDeclaration') add(node, node['source'], kindOf(node['exportKind']))
    if (node.type === 'ImportExpression') add(node, node['source'], 'value')
    if (node.type === 'TSImportType') add(node, node['source'] ?? node['argument'], 'type')
  }
  return imports
}

const kindOf = (kind: unknown): Import['kind'] => (kind === 'type' ? 'type' : 'value')
