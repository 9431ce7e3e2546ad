/**
 * Who may touch the world: time, chance, the process, the console, Node's own modules. Everybody
 * else is handed a door (src/base/env.ts), which is what lets a whole cluster run from one seed.
 */

import type { Finding } from './finding.ts'
import { namesInScope } from './scope.ts'
import { isTest, type Source } from './source.ts'
import { type Node, nameOf } from './tree.ts'

/**
 * Folders and files that may name anything; chaos/sim only where it is started and where it starts
 * others.
 */
const worldly = [
  'src/io/',
  'src/connectors/',
  'src/cli/',
  'chaos/kv/service/',
  'chaos/publish/main.ts',
  'chaos/publish/service/',
  'chaos/live/',
  'chaos/sim/main.ts',
  'chaos/sim/mutants/',
  'chaos/engine/main.ts',
  'chaos/exchange/main.ts',
  'bench/',
  'scripts/',
] as const

const globals = new Set([
  'process',
  'Date',
  'console',
  'performance',
  'crypto',
  'fetch',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
])

const isWorldly = (path: string): boolean =>
  isTest(path) || /\.config\.ts$/.test(path) || worldly.some(place => path.startsWith(place))

/** A name that is only a label: `a.process`, `{ process: 1 }`, `process(): void`. */
function isLabel(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined || parent['computed'] === true) return false
  return parent['property'] === node || (parent['key'] === node && parent['value'] !== node)
}

function touched(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'MemberExpression') {
    const isChance = nameOf(node['object']) === 'Math' && nameOf(node['property']) === 'random'
    return isChance ? 'Math.random' : undefined
  }
  const name = node.type === 'Identifier' ? nameOf(node) : undefined
  return name !== undefined && globals.has(name) && !isLabel(node, parent) ? name : undefined
}

export function world(source: Source): readonly Finding[] {
  if (isWorldly(source.path)) return []
  const findings: Finding[] = []
  const add = (line: number, name: string) => {
    const message = `${name} touches the world; take a door of src/base/env.ts instead`
    findings.push({ path: source.path, line, rule: 'world', message })
  }
  for (const { specifier, line } of source.imports) {
    if (specifier.startsWith('node:')) add(line, specifier)
  }
  for (const { node, parent, isBound } of namesInScope(source.program)) {
    const name = touched(node, parent)
    if (name !== undefined && !isBound(name)) add(source.lineAt(node.start), name)
  }
  return findings
}
