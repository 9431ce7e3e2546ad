/**
 * Calls: the function of that name, the overload that takes these arguments, its constants. Names
 * that other engines have and we cannot have (the clock, chance) are answered with the reason.
 */

import { invariant } from '../../base/errors.ts'
import {
  arrayOf,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  TEXT,
  TIMESTAMP,
  type Type,
} from '../../engine/schema/type.ts'
import type { Bound, FunctionEntry, Overload, Param } from '../functions/entry.ts'
import { functionNames, maybeFunction } from '../functions/registry.ts'
import type { Columnwise } from '../kernels/frame.ts'
import { lifted } from '../kernels/lift.ts'
import type { CallNode } from '../text/ast.ts'
import { didYouMean } from '../text/suggestion.ts'
import type { Span } from '../text/trouble.ts'
import { coerced } from './coerce.ts'
import { type Context, fail, namesOf } from './context.ts'
import { type Apply, folded, isConstant, type Typed } from './typed.ts'

const clocks = new Set([
  'now',
  'current_timestamp',
  'current_date',
  'current_time',
  'localtime',
  'localtimestamp',
  'clock_timestamp',
  'statement_timestamp',
  'transaction_timestamp',
  'sysdate',
  'today',
  'getdate',
  'proctime',
  'unix_timestamp',
])
const chances = new Set(['random', 'rand', 'rand_integer', 'uuid', 'gen_random_uuid', 'setseed'])

/** Throws for names of what is not the same when input is replayed. */
export function refuseChance(context: Context, name: string, span: Span): void {
  const word = name.toLowerCase()
  const why = 'a replay after a failure has to give the same again'
  if (clocks.has(word)) {
    const instead = 'take the time of the record from one of its columns'
    fail(context, 'sql-not-deterministic', `${name} reads the clock, and ${why}; ${instead}.`, span)
  }
  if (!chances.has(word)) return
  const instead = 'take a hash of a key, such as hash32(id)'
  fail(context, 'sql-not-deterministic', `${name} is left to chance, and ${why}; ${instead}.`, span)
}

export function called(context: Context, node: CallNode): Typed {
  const { name } = node
  const isClock = node.args.length === 0 || !maybeFunction(name)
  if (isClock) refuseChance(context, name, node)
  if (context.aggregates.has(name)) {
    const sentence = `${name} is over many records, and this is about a single one`
    fail(context, 'sql-type', `${sentence}; it belongs in an aggregate.`, node)
  }
  const entry = maybeFunction(name)
  if (entry === undefined) {
    const hint = didYouMean(name, [...functionNames(), ...context.aggregates])
    fail(context, 'sql-unknown-function', `There is no function ${name}.${hint}`, node)
  }
  if (node.star || node.distinct || node.filter !== undefined) {
    fail(context, 'sql-type', `*, DISTINCT and FILTER are for aggregates, and not ${name}.`, node)
  }
  return entered(context, entry, node)
}

function entered(context: Context, entry: FunctionEntry, node: CallNode): Typed {
  const args = node.args.map(arg => context.check(arg))
  const { form } = entry
  if (form === undefined) return chosen(context, entry, args, node)
  if (args.length < form.least || args.length > form.most) {
    fail(context, 'sql-type', `${entry.name} is called as ${form.signature}.`, node)
  }
  return form.build(context, args, node)
}

/** What the arguments become under an overload; undefined: it does not take them. */
function typesFor(overload: Overload, args: readonly Typed[], strict: boolean): Type[] | undefined {
  const { params, optional = 0, rest } = overload
  const tooFew = args.length < params.length - optional
  if (tooFew || (rest === undefined && args.length > params.length)) return undefined
  const types: Type[] = []
  for (const [i, arg] of args.entries()) {
    const type = typeFor(params[i] ?? (rest as Param), arg, strict)
    if (type === undefined) return undefined
    types.push(type)
  }
  return types
}

function typeFor(param: Param, arg: Typed, strict: boolean): Type | undefined {
  const type = param.accepts(arg.type)
  const isLoose = isConstant(arg) && arg.loose
  if (isLoose && (arg.value === null || !strict)) return type ?? firstOf(param)
  return strict && type?.kind !== arg.type.kind ? undefined : type
}

/** Types that a literal in quotes may become, the likeliest first. */
const candidates: readonly Type[] = [
  TIMESTAMP,
  DATE,
  JSON_TYPE,
  INTEGER,
  DOUBLE,
  BOOLEAN,
  INTERVAL,
  BYTES,
  arrayOf(TEXT),
]

function firstOf(param: Param): Type | undefined {
  return candidates.find(type => param.accepts(type) !== undefined)
}

function chosen(context: Context, entry: FunctionEntry, args: readonly Typed[], span: Span): Typed {
  const { overloads = [] } = entry
  for (const strict of [true, false]) {
    for (const overload of overloads) {
      const types = typesFor(overload, args, strict)
      if (types === undefined) continue
      const given = args.map((arg, i) => coerced(context, arg, types[i] as Type, 'This argument'))
      return bound(context, { entry, overload, args: given }, span)
    }
  }
  const ways = overloads.map(overload => signatureOf(entry.name, overload)).join(' or ')
  const trouble = args.length === 0 ? 'needs an argument' : `does not take ${namesOf(args)}`
  fail(context, 'sql-type', `${entry.name} ${trouble}; it is called as ${ways}.`, span)
}

interface Choice {
  readonly entry: FunctionEntry
  readonly overload: Overload
  readonly args: readonly Typed[]
}

function bound(context: Context, { entry, overload, args }: Choice, span: Span): Typed {
  const types = args.map(({ type }) => type)
  const constants = args.map(arg => (isConstant(arg) ? arg.value : undefined))
  const { result } = overload
  const type = typeof result === 'function' ? result(types, constants) : result
  refuseVariables(context, { entry, overload, args })
  const run = runOf(overload, type, {
    types,
    constants,
    fail: (argument, sentence) =>
      fail(context, 'sql-value', `${sentence}.`, args[argument] as Typed),
  })
  const { from, to } = span
  const node: Apply = { kind: 'apply', name: entry.name, type, args, run, from, to }
  return folded(node, context.folding)
}

function refuseVariables(context: Context, { entry, overload, args }: Choice): void {
  args.forEach((arg, i) => {
    const param = overload.params[i]
    if (param?.constant !== true || isConstant(arg)) return
    const sentence = `${param.name} of ${entry.name} has to be a constant`
    fail(context, 'sql-type', `${sentence}, so that it is judged before the first record.`, arg)
  })
}

function runOf(overload: Overload, type: Type, known: Bound): Columnwise {
  const { columnwise, bind, working, run = bind?.(known), seesNulls = false } = overload
  if (columnwise !== undefined) return columnwise
  if (working !== undefined) {
    const runFor = working(known)
    return (args, rows, frame) =>
      lifted({ type, run: runFor(frame.budget), seesNulls })(args, rows, frame)
  }
  invariant(run !== undefined, 'an-overload-does-something')
  return lifted({ type, run, seesNulls })
}

/** `substring(text TEXT, start INTEGER [, length INTEGER])`. */
export function signatureOf(name: string, { params, optional = 0, rest }: Overload): string {
  const all = params.map(param => `${param.name} ${param.types}`)
  const firm = all.slice(0, params.length - optional)
  const open = all.slice(params.length - optional)
  const more = rest === undefined ? open : [...open, `${rest.name} ${rest.types} ..`]
  const nested = more.reduceRight((inner, one) => ` [, ${one}${inner}]`, '')
  return `${name}(${firm.join(', ')}${firm.length === 0 ? nested.replace(', ', '') : nested})`
}
