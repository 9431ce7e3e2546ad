/** A tree as JSON, with all digits. Numbers that JSON does not have are texts, such as `"NaN"`. */

import { unreachable } from '../../base/errors.ts'
import type { Json, Node, NumberNode } from './node.ts'

export function jsonText(value: Json): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  // A program may say so of a key that is not there.
  const there = Object.entries(value).filter(([, one]) => one !== undefined)
  const pairs = there.map(([key, one]) => `${JSON.stringify(key)}:${jsonText(one)}`)
  return `{${pairs.join(',')}}`
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(String(value))
  return Object.is(value, -0) ? '-0' : String(value)
}

const asWritten = ({ digits, value }: NumberNode): string => digits ?? jsonText(value)

/** `ofNumber`: how a number is written, if not as in the file. */
export function nodeText(node: Node, ofNumber: (number: NumberNode) => string = asWritten): string {
  switch (node.kind) {
    case 'text':
      return JSON.stringify(node.value)
    case 'number':
      return ofNumber(node)
    case 'flag':
      return String(node.value)
    case 'null':
      return 'null'
    case 'list':
      return `[${node.items.map(item => nodeText(item, ofNumber)).join(',')}]`
    case 'map': {
      const pairs = [...node.entries].map(
        ([key, { value }]) => `${JSON.stringify(key)}:${nodeText(value, ofNumber)}`,
      )
      return `{${pairs.join(',')}}`
    }
    default:
      return unreachable(node)
  }
}
