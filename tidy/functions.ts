/** Length of functions and number of their parameters. */

import type { Finding } from './finding.ts'
import { stops } from './limits.ts'
import type { Source } from './source.ts'
import { type Node, nameOf, rootName, walkWithParent } from './tree.ts'

const functionTypes = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
])

/** Signatures have parameters too, and nothing else. */
const signatureTypes = new Set([
  'TSMethodSignature',
  'TSFunctionType',
  'TSDeclareFunction',
  'TSConstructSignatureDeclaration',
  'TSCallSignatureDeclaration',
  'TSEmptyBodyFunctionExpression',
])

export interface FunctionSize {
  readonly line: number
  readonly lines: number
}

/** The body handed to `describe` is a list of tests, not a function that anybody reads as one. */
function isListOfTests(parent: Node | undefined): boolean {
  return parent?.type === 'CallExpression' && rootName(parent) === 'describe'
}

export function functionSizes(source: Source): readonly FunctionSize[] {
  const sizes: FunctionSize[] = []
  for (const [node, parent] of walkWithParent(source.program)) {
    if (!functionTypes.has(node.type) || isListOfTests(parent)) continue
    const line = source.lineAt(node.start)
    sizes.push({ line, lines: source.lineAt(node.end) - line + 1 })
  }
  return sizes
}

export function functionLength(source: Source): readonly Finding[] {
  return functionSizes(source).flatMap(({ line, lines }) => {
    if (lines <= stops.functionLines) return []
    const message = `${lines} lines; a function stops at ${stops.functionLines}`
    return [{ path: source.path, line, rule: 'function-length', message }]
  })
}

function parameterCount(node: Node): number {
  const params = Array.isArray(node['params']) ? (node['params'] as unknown[]) : []
  return params.filter(param => nameOf(param) !== 'this').length
}

export function parameters(source: Source): readonly Finding[] {
  const findings: Finding[] = []
  for (const [node] of walkWithParent(source.program)) {
    if (!functionTypes.has(node.type) && !signatureTypes.has(node.type)) continue
    const count = parameterCount(node)
    if (count <= stops.parameters) continue
    const message = `${count} parameters; more than ${stops.parameters} are an options object`
    findings.push({
      path: source.path,
      line: source.lineAt(node.start),
      rule: 'parameters',
      message,
    })
  }
  return findings
}
