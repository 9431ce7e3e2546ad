/**
 * Words that name nothing, in file names and in declared names (variables, functions, parameters,
 * classes, types). Members are left out: they are read together with their owner (`logger.info`).
 */

import type { Finding } from './finding.ts'
import { bound } from './scope.ts'
import type { Source } from './source.ts'
import { type Node, nameOf, walk } from './tree.ts'

const forbidden = new Set(['manager', 'helper', 'helpers', 'util', 'utils', 'impl', 'base', 'info'])

const words = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map(word => word.toLowerCase())

const forbiddenIn = (name: string) => words(name).find(word => forbidden.has(word))

const declarations = new Set([
  'VariableDeclarator',
  'FunctionDeclaration',
  'FunctionExpression',
  'ClassDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
])

function* declared(node: Node): Generator<Node> {
  if (declarations.has(node.type)) yield* bound(node['id'])
  if (Array.isArray(node['params'])) for (const param of node['params']) yield* bound(param)
}

function fileName(path: string): readonly Finding[] {
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
  const word = forbiddenIn(stem)
  if (word !== undefined) {
    return [{ path, line: 1, rule: 'name', message: `\`${word}\` names nothing; say what it does` }]
  }
  if (/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(stem)) return []
  return [{ path, line: 1, rule: 'name', message: 'a file name is kebab-case' }]
}

export function names(source: Source): readonly Finding[] {
  const findings = [...fileName(source.path)]
  for (const node of walk(source.program)) {
    for (const identifier of declared(node)) {
      const name = nameOf(identifier) ?? ''
      const word = forbiddenIn(name)
      if (word === undefined) continue
      const message = `\`${word}\` in \`${name}\` names nothing; say what it does`
      const line = source.lineAt(identifier.start)
      findings.push({ path: source.path, line, rule: 'name', message })
    }
  }
  return findings
}
