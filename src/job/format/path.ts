/** Where the value of a column stands in a record, as decoders read it. */

import type { Node } from '../document/node.ts'
import { isFromVariable } from '../document/variables.ts'
import type { TextRule } from '../shape/shape.ts'

export const PATH: TextRule = {
  pattern: /^(\$\.)?("([^"]|"")*"|[^".]+)(\.("([^"]|"")*"|[^".]+)){0,63}$/,
  words: `a path: keys with points between them, 64 at most, such as user.id or a."b.c"`,
}

/** The keys of a path, none of `$`. */
export function keysIn(path: string): readonly string[] {
  if (path === '$') return []
  const keys = path.startsWith('$.') ? path.slice(2) : path
  const found = keys.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)
  return [...found].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}

/** The path of one key. */
export function pathTo(key: string): string {
  const isPlain = key !== '' && key !== '$' && !/[".]/.test(key)
  return isPlain ? key : `"${key.replaceAll('"', '""')}"`
}

/** A key of a record that no column can be called by: a name like it, and the key as its path. */
export function columnAdvice(key: string, value: Node): string | undefined {
  const entries = value.kind === 'map' ? value.entries : undefined
  const type = writtenIn(entries?.get('type')?.value ?? value)
  if (type === undefined) return undefined
  const path = writtenIn(entries?.get('path')?.value) ?? pathTo(key)
  return `${nameLike(key)}: { type: ${inBraces(type)}, path: ${inBraces(path)} }`
}

const writtenIn = (node: Node | undefined) => {
  if (node?.kind !== 'text') return undefined
  return isFromVariable(node) ? node.written : node.value
}

const NAME_MAX = 64

function nameLike(key: string): string {
  const name = key.replace(/\W+/g, '_').replace(/^_+|_+$/g, '') || 'column'
  return (/^\d/.test(name) ? `_${name}` : name).slice(0, NAME_MAX)
}

/** A text as YAML wants it between braces. */
const inBraces = (text: string) =>
  /^[A-Za-z][\w ()<>.-]*$/.test(text) ? text : JSON.stringify(text)
