/**
 * The value for which a node stands. What a variable brings is a text: where a number or a flag is
 * wanted, it is taken for one.
 */

import { type Node, numberText, type TextNode } from '../document/node.ts'

const isFilled = (node: Node): node is TextNode => node.kind === 'text' && node.pieces.length > 0

export function numberOf(node: Node): number | undefined {
  if (node.kind === 'number') return Number(node.value)
  const isNumber = isFilled(node) && /^-?\d+(\.\d+)?$/.test(node.value)
  return isNumber ? Number(node.value) : undefined
}

export function flagOf(node: Node): boolean | undefined {
  if (node.kind === 'flag') return node.value
  const word = isFilled(node) ? node.value : undefined
  return word === 'true' || word === 'false' ? word === 'true' : undefined
}

/** What somebody meant who wrote a text in its place: YAML once read `yes` so. */
export function meantFlag(node: Node): string | undefined {
  if (node.kind !== 'text') return undefined
  if (/^(true|yes|on)$/i.test(node.value)) return 'true'
  return /^(false|no|off)$/i.test(node.value) ? 'false' : undefined
}

/** A text, also of a number: so that `5` can be suggested a unit. */
export function scalarText(node: Node): string | undefined {
  if (node.kind === 'number') return numberText(node)
  return node.kind === 'text' ? node.value : undefined
}
