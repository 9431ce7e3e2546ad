/** A tree as JSON; whole numbers that a double cannot hold with all their digits. */

import type { Json } from './node.ts'

/** Numbers that JSON does not have are null, as JSON.stringify has them. */
export function jsonText(value: Json): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const pairs = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${jsonText(one)}`)
  return `{${pairs.join(',')}}`
}
