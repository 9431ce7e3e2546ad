/** Test support: a tree as lines, each node with the text that it was made of. */

import { typeText } from '../../../engine/schema/type.ts'
import { childrenOf, type Expression } from '../ast.ts'

export function dump(node: Expression, text: string, indent = ''): readonly string[] {
  const source = text.slice(node.from, node.to)
  const line = `${indent}${[node.kind, ...detailsOf(node)].join(' ')} | ${source}`
  return [line, ...childrenOf(node).flatMap(child => dump(child, text, `${indent}  `))]
}

const flags = (flag: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.keys(flag).filter(name => flag[name])

function detailsOf(node: Expression): readonly (string | number)[] {
  switch (node.kind) {
    case 'number':
      return [node.text, ...flags({ double: node.isDouble })]
    case 'string':
      return [JSON.stringify(node.value)]
    case 'boolean':
      return [`${node.value}`]
    case 'date':
      return [node.days]
    case 'timestamp':
      return [node.ms, ...flags({ zoned: node.zoned })]
    case 'interval':
      return [node.amount, node.unit]
    case 'name':
      return [JSON.stringify(node.parts)]
    case 'field':
      return [node.name]
    case 'unary':
    case 'binary':
      return [node.operator]
    case 'is':
      return [node.truth, ...flags({ negated: node.negated })]
    case 'like':
      return flags({ negated: node.negated, ignoresCase: node.ignoresCase })
    case 'in':
      return flags({ negated: node.negated })
    case 'between':
      return flags({ negated: node.negated, symmetric: node.symmetric })
    case 'case':
      return flags({ simple: node.of !== undefined, else: node.otherwise !== undefined })
    case 'cast':
      return [typeText(node.type), ...flags({ safe: node.safe })]
    case 'call': {
      const has = { distinct: node.distinct, star: node.star, filter: node.filter !== undefined }
      return [node.name, ...flags(has)]
    }
    case 'null':
    case 'array':
    case 'subscript':
      return []
  }
}
