/**
 * Shapes that this tree does without: `any`, enum, default export, non-null `!`, work left undone,
 * tests that do not run.
 */

import type { Finding } from './finding.ts'
import type { Source } from './source.ts'
import { type Node, nameOf, rootName, walk } from './tree.ts'

/** What others look for in a file, or wrote in a library, has the form that they gave it. */
const isOthers = (path: string) => /\.(config|d)\.ts$/.test(path)

function exportsDefault(node: Node): boolean {
  if (node.type === 'ExportDefaultDeclaration') return true
  return node.type === 'ExportSpecifier' && nameOf(node['exported']) === 'default'
}

function shapeOf(node: Node, path: string): string | undefined {
  if (node.type === 'TSAnyKeyword') return '`any` says nothing; `unknown` makes the reader ask'
  if (node.type === 'TSEnumDeclaration') return 'an enum does not erase; write a union of strings'
  if (node.type === 'TSNonNullExpression') return '`!` hides a doubt; ask, or assert with a name'
  if (exportsDefault(node) && !isOthers(path)) return 'a default export has no name of its own'
  return undefined
}

export function shapes(source: Source): readonly Finding[] {
  const findings: Finding[] = []
  for (const node of walk(source.program)) {
    const message = shapeOf(node, source.path)
    if (message === undefined) continue
    findings.push({ path: source.path, line: source.lineAt(node.start), rule: 'shape', message })
  }
  return findings
}

/** With an owner it reads `TODO(name): ..`. */
const ownerless = /\b(TODO|FIXME|XXX)\b(?!\([a-z][^)]*\))/i

export function todo(source: Source): readonly Finding[] {
  return source.comments.flatMap(comment => {
    const found = ownerless.exec(comment.value)
    if (found === null) return []
    const line = source.lineAt(comment.start + found.index)
    const message = `${found[0]} without an owner is nobody's`
    return [{ path: source.path, line, rule: 'todo', message }]
  })
}

const testers = new Set(['it', 'test', 'describe', 'suite', 'bench'])
const modifiers = new Set(['skip', 'only', 'todo', 'skipIf', 'runIf', 'fails'])
const aliases = new Set(['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe'])

function unrun(node: Node): string | undefined {
  if (node.type === 'CallExpression') {
    const callee = nameOf(node['callee'])
    return callee !== undefined && aliases.has(callee) ? callee : undefined
  }
  if (node.type !== 'MemberExpression') return undefined
  const modifier = nameOf(node['property'])
  const root = rootName(node)
  const isTester = root !== undefined && testers.has(root)
  return isTester && modifier !== undefined && modifiers.has(modifier) ? modifier : undefined
}

/** A test runs always and everywhere, or it is not there. */
export function skippedTests(source: Source): readonly Finding[] {
  if (!/\.test\.tsx?$/.test(source.path)) return []
  const findings: Finding[] = []
  for (const node of walk(source.program)) {
    const word = unrun(node)
    if (word === undefined) continue
    const message = `\`${word}\`: a test that may not run proves nothing`
    findings.push({ path: source.path, line: source.lineAt(node.start), rule: 'skip', message })
  }
  return findings
}

/** Says what the file is for and what it may assume; a `#!` line may stand above it. */
export function header(source: Source): readonly Finding[] {
  const text = source.text.replace(/^#!.*\n/, '')
  if (/^\s*(\/\*[\s*]*[^\s*/]|\/\/+\s*[^\s/])/.test(text)) return []
  const message = 'no header comment: what is this file for, what may it assume?'
  return [{ path: source.path, line: 1, rule: 'header', message }]
}
