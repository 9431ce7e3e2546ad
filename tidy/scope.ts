/**
 * Which names a file binds itself, so that a parameter called `process` is not taken for Node's.
 * Block scopes, parameters, loops, catches; hoisting out of blocks (`var`) is not followed, since
 * the linter forbids it.
 */

import { isNode, type Node, nameOf } from './tree.ts'

/** The identifiers that a pattern binds: `{ a, b: c }`, `[d, ...e]`, `f = 1`. */
export function* bound(pattern: unknown): Generator<Node> {
  if (!isNode(pattern)) return
  if (pattern.type === 'Identifier') yield pattern
  if (pattern.type === 'ObjectPattern' || pattern.type === 'ArrayPattern') {
    const parts = (pattern['properties'] ?? pattern['elements']) as readonly unknown[]
    for (const part of parts) yield* bound(part)
  }
  if (pattern.type === 'Property') yield* bound(pattern['value'])
  if (pattern.type === 'RestElement') yield* bound(pattern['argument'])
  if (pattern.type === 'AssignmentPattern') yield* bound(pattern['left'])
}

const asNodes = (value: unknown): readonly Node[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(isNode)

/** What a statement adds to the scope that it stands in. */
function* boundBy(statement: Node): Generator<Node> {
  if (statement.type === 'VariableDeclaration') {
    for (const one of asNodes(statement['declarations'])) yield* bound(one['id'])
  }
  if (/^(Function|Class|TS\w+)Declaration$/.test(statement.type)) yield* bound(statement['id'])
  if (/^Export/.test(statement.type)) {
    for (const one of asNodes(statement['declaration'])) yield* boundBy(one)
  }
}

/** What holds inside a node and not outside it. */
function namesOf(node: Node): ReadonlySet<string> {
  const statements = ['body', 'init', 'left'].flatMap(field => asNodes(node[field]))
  const patterns = ['params', 'param'].flatMap(field => asNodes(node[field]))
  const identifiers = [
    ...statements.flatMap(one => [...boundBy(one)]),
    ...patterns.flatMap(one => [...bound(one)]),
  ]
  return new Set(identifiers.flatMap(one => nameOf(one) ?? []))
}

export interface Place {
  readonly node: Node
  readonly parent: Node | undefined
  isBound(name: string): boolean
}

export function* namesInScope(
  node: Node,
  parent?: Node,
  outer: (name: string) => boolean = () => false,
): Generator<Place> {
  const names = namesOf(node)
  const isBound = names.size === 0 ? outer : (name: string) => names.has(name) || outer(name)
  yield { node, parent, isBound }
  for (const value of Object.values(node)) {
    for (const child of asNodes(value)) yield* namesInScope(child, node, isBound)
  }
}
