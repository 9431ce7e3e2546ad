/**
 * The graph of value imports: it has no cycles, and what is synchronous does not stand on what is
 * not.
 */

import type { Finding } from './finding.ts'
import { resolved } from './layers.ts'
import { type Import, isTest, type Source } from './source.ts'
import { walk } from './tree.ts'

interface Edge {
  readonly to: string
  readonly line: number
}

type Graph = ReadonlyMap<string, readonly Edge[]>

function valueGraph(tree: readonly Source[]): Graph {
  const known = new Set(tree.map(source => source.path))
  const isEdge = ({ specifier, kind }: Import) => kind === 'value' && specifier.startsWith('.')
  return new Map(
    tree.map(({ path, imports }) => {
      const edges = imports
        .filter(isEdge)
        .map(one => ({ to: resolved(path, one.specifier), line: one.line }))
      return [path, edges.filter(edge => known.has(edge.to))]
    }),
  )
}

/** Each cycle once, named at the import that closes it. */
export function valueCycles(tree: readonly Source[]): readonly Finding[] {
  const graph = valueGraph(tree)
  const findings: Finding[] = []
  const done = new Set<string>()
  const visit = (path: string, way: readonly string[]) => {
    if (done.has(path)) return
    for (const { to, line } of graph.get(path) ?? []) {
      const since = [...way, path].indexOf(to)
      if (since < 0) visit(to, [...way, path])
      else {
        const message = [...way.slice(since), path, to].join(' -> ')
        findings.push({ path, line, rule: 'cycle', message })
      }
    }
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return findings
}

export function isAsync(source: Source): boolean {
  for (const node of walk(source.program)) {
    if (node['async'] === true || node.type === 'AwaitExpression') return true
    if (node.type === 'ForOfStatement' && node['await'] === true) return true
  }
  return false
}

/** Pure core, impure edge: a file with `async` is never imported for its values by one without. */
export function asyncBelowSync(tree: readonly Source[]): readonly Finding[] {
  const graph = valueGraph(tree)
  const isAsyncAt = new Map(tree.map(source => [source.path, isAsync(source)]))
  return [...graph].flatMap(([path, edges]) => {
    if (isTest(path) || isAsyncAt.get(path) === true) return []
    return edges
      .filter(edge => isAsyncAt.get(edge.to) === true)
      .map(({ to, line }) => {
        const message = `${to} is async, this file is not: move the decision out of it`
        return { path, line, rule: 'async', message }
      })
  })
}
