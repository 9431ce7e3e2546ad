/** A walk over any ESTree-like syntax tree, parents before children, in the order of the text. */

export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

export function* walk(root: Node): Generator<Node> {
  for (const [node] of walkWithParent(root)) yield node
}

export function* walkWithParent(
  node: Node,
  parent?: Node,
): Generator<readonly [node: Node, parent: Node | undefined]> {
  yield [node, parent]
  for (const value of Object.values(node)) {
    const children: readonly unknown[] = Array.isArray(value) ? value : [value]
    for (const child of children) if (isNode(child)) yield* walkWithParent(child, node)
  }
}

/** The name of an identifier, private or not; undefined for every other node. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  const named = node.type === 'Identifier' || node.type === 'PrivateIdentifier'
  return named && typeof node['name'] === 'string' ? node['name'] : undefined
}

/** What a call or member begins with: `test` in `test.each([1]).skip`. */
export function rootName(node: Node): string | undefined {
  const object = node['object'] ?? node['callee']
  return isNode(object) ? rootName(object) : nameOf(node)
}
