/** How remarks name what stands in a file, and what is wanted there. */

import { type Node, numberText } from '../document/node.ts'
import { isFromVariable } from '../document/variables.ts'
import type { Fields } from './shape.ts'

const QUOTED_MAX = 60

const names: Readonly<Record<Node['kind'], string>> = {
  text: 'a text',
  number: 'a number',
  flag: 'true or false',
  null: 'nothing',
  list: 'a list',
  map: 'keys with values',
}

export function quoted(value: string): string {
  return JSON.stringify(cut(value))
}

const cut = (value: string): string =>
  value.length > QUOTED_MAX ? `${value.slice(0, QUOTED_MAX)}..` : value

/** A number, perhaps as a variable that stands for one. */
export function shownNumber(node: Node): string {
  return node.kind === 'number' ? cut(numberText(node)) : shown(node)
}

/** As it was written. A variable by its name: what it stands for may be a secret. */
export function shown(node: Node): string {
  if (node.kind === 'number') return quoted(numberText(node))
  if (node.kind !== 'text') return names[node.kind]
  return quoted(isFromVariable(node) ? node.written : node.value)
}

/** What it is, for somebody who expected something else. */
export function described(node: Node): string {
  if (node.kind === 'flag') return String(node.value)
  if (node.kind === 'number') return `the number ${shownNumber(node)}`
  return node.kind === 'text' ? `the text ${shown(node)}` : names[node.kind]
}

/** The names that may be used. */
export function keysOf(fields: Fields): string {
  const usable = Object.entries(fields).filter(([, { shape }]) => shape.kind !== 'refused')
  return usable.map(([name]) => name).join(', ')
}
