/** Columns by name, and ways into JSON and arrays: dots, arrows, subscripts. */

import { BIGINT, JSON_TYPE, TEXT, type Type, typeText } from '../../engine/schema/type.ts'
import { lifted, type ScalarFunction } from '../kernels/lift.ts'
import type { Expression, NameNode } from '../text/ast.ts'
import { didYouMean } from '../text/suggestion.ts'
import type { Span } from '../text/trouble.ts'
import { Failure, shown } from '../value/failure.ts'
import { jsonAt, type Step } from '../value/json.ts'
import { refuseChance } from './call.ts'
import { castTo, coerced } from './coerce.ts'
import { type Context, fail } from './context.ts'
import { folded, isConstant, type Typed } from './typed.ts'

/** `payload.user.id`: the longest beginning that is a column, then fields of its JSON. */
export function named(context: Context, node: NameNode): Typed {
  const { parts } = node
  for (let count = parts.length; count > 0; count--) {
    const place = context.schema.placeOf(parts.slice(0, count).join('.'))
    if (place < 0) continue
    const { type } = context.schema.at(place)
    const read: Typed = { kind: 'column', type, place, from: node.from, to: node.to }
    return count === parts.length ? read : fields(context, read, parts.slice(count), node)
  }
  return refuseName(context, node)
}

function refuseName(context: Context, node: NameNode): never {
  const name = node.parts.join('.')
  refuseChance(context, name, node)
  const { namesTold: names } = context.schema
  const hint = didYouMean(name, names) || didYouMean(node.parts[0] as string, names) || all(names)
  fail(context, 'sql-unknown-column', `There is no column ${name}.${hint}`, node)
}

const SHOWN_COLUMNS = 8

function all(names: readonly string[]): string {
  if (names.length === 0) return ' There are no columns here at all.'
  const more = names.length > SHOWN_COLUMNS ? ', ..' : ''
  return ` There are ${names.slice(0, SHOWN_COLUMNS).join(', ')}${more}.`
}

function fields(context: Context, of: Typed, names: readonly string[], span: Span): Typed {
  if (of.type.kind !== 'json') {
    const sentence = `${typeText(of.type)} has no fields, so there is no ${names.join('.')} in it`
    fail(context, 'sql-unknown-column', `${sentence}.`, span)
  }
  return names.reduce((inner, name) => stepped(inner, name, span), of)
}

export const field = (context: Context, of: Expression, name: string, span: Span): Typed =>
  fields(context, context.check(of), [name], span)

/** One step further; steps in a row are one walk. */
function stepped(of: Typed, step: Step, { from, to }: Span): Typed {
  const isWalk = of.kind === 'apply' && of.path !== undefined
  const [start, before] = isWalk ? [of.args[0] as Typed, of.path ?? []] : [of, []]
  const path = [...before, step]
  const run = lifted({ type: JSON_TYPE, run: walk(path), seesNulls: false })
  return folded({
    kind: 'apply',
    name: 'path',
    type: JSON_TYPE,
    args: [start],
    run,
    path,
    from,
    to,
  })
}

const walk =
  (path: readonly Step[]): ScalarFunction =>
  json =>
    found(json as string, path)

function found(json: string, path: readonly Step[]): string | null | Failure {
  const value = jsonAt(json, path)
  return value === undefined ? new Failure('sql-json', `${shown(json)} is no JSON`) : value
}

/** `->`, and with `asText` `->>`. */
export function arrow(
  context: Context,
  [of, step]: readonly [Typed, Typed],
  asText: boolean,
  span: Span,
): Typed {
  if (of.type.kind !== 'json') {
    const sentence = `${typeText(of.type)} has no fields; write CAST(.. AS JSON) before the arrow`
    fail(context, 'sql-type', `${sentence}.`, of)
  }
  const inner = jsonStep(context, of, step, span)
  return asText ? castTo(context, inner, TEXT, false) : inner
}

const isWhole = (type: Type): boolean => type.kind === 'integer' || type.kind === 'bigint'

/** By a name, or a place from 0 on. */
function jsonStep(context: Context, of: Typed, step: Typed, span: Span): Typed {
  const key = isWhole(step.type) ? step : coerced(context, step, TEXT, 'A name in JSON')
  if (isConstant(key) && key.value !== null) return stepped(of, stepOf(key.value as Step), span)
  const run: ScalarFunction = (json, at) => found(json as string, [stepOf(at as Step)])
  const { from, to } = span
  return folded({
    kind: 'apply',
    name: '->',
    type: JSON_TYPE,
    args: [of, key],
    run: lifted({ type: JSON_TYPE, run, seesNulls: false }),
    from,
    to,
  })
}

/** A place beyond 2^53 is as far away as any. */
const stepOf = (value: Step | bigint): Step => (typeof value === 'bigint' ? Number(value) : value)

/** Items of arrays are counted from 1, those of JSON from 0; there is null where there is none. */
export function subscripted(context: Context, of: Typed, index: Typed, span: Span): Typed {
  if (of.type.kind === 'json') return jsonStep(context, of, index, span)
  if (of.type.kind !== 'array') {
    fail(context, 'sql-type', `${typeText(of.type)} has no items to take one by [..].`, of)
  }
  const at = coerced(context, index, BIGINT, 'A subscript')
  const run: ScalarFunction = (items, place) =>
    (items as readonly (string | null)[])[Number(place) - 1] ?? null
  const { from, to } = span
  const type = of.type.of
  const step = lifted({ type, run, seesNulls: false })
  return folded({ kind: 'apply', name: '[]', type, args: [of, at], run: step, from, to })
}
