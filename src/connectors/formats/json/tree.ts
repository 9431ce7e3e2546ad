/** The fields that are wanted, by the keys that lead to them. Columns are known by number. */

import { utf8Of, wholeText } from '../../../base/bytes.ts'
import type { Field } from '../format.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The text between two quotes, escapes resolved. The bytes are a text of JSON. */
export function unescaped(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(decoder.decode(bytes.subarray(start - 1, end + 1))) as string
}

export class FieldNode {
  readonly key: string
  /** Those whose path ends here. */
  readonly columns: number[] = []
  readonly children: FieldNode[] = []
  /** Those whose path goes on from here. */
  readonly below: number[] = []
  readonly #bytes: Uint8Array

  constructor(key: string) {
    this.key = key
    this.#bytes = utf8Of(wholeText(key))
  }

  /** The key stands between its quotes, from `start` to `end`. */
  childOf(bytes: Uint8Array, start: number, end: number): FieldNode | undefined {
    for (const child of this.children) {
      if (child.#is(bytes, start, end)) return child
    }
    return undefined
  }

  childNamed(key: string): FieldNode | undefined {
    return this.children.find(child => child.key === key)
  }

  #is(bytes: Uint8Array, start: number, end: number): boolean {
    const key = this.#bytes
    if (key.length !== end - start) return false
    for (let i = 0; i < key.length; i++) {
      if (key[i] !== bytes[start + i]) return false
    }
    return true
  }
}

export function treeOf(fields: readonly Field[]): FieldNode {
  const root = new FieldNode('')
  fields.forEach(({ path }, column) => {
    let node = root
    for (const key of path) {
      node.below.push(column)
      const child = node.childNamed(key) ?? new FieldNode(key)
      if (!node.children.includes(child)) node.children.push(child)
      node = child
    }
    node.columns.push(column)
  })
  return root
}
