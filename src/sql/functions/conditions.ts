/** Functions that choose between their arguments. */

import { BOOLEAN, type Type } from '../../engine/schema/type.ts'
import type { Context } from '../check/context.ts'
import { compared, condition, unified } from '../check/predicate.ts'
import { constantOf, folded, type Typed } from '../check/typed.ts'
import { lifted, type ScalarFunction } from '../kernels/lift.ts'
import type { Span } from '../text/trouble.ts'
import { orderOf } from '../value/order.ts'
import type { FunctionEntry } from './entry.ts'
import { anything, boolean, example, number, scalar } from './params.ts'

const MANY = 100

/** The largest or smallest argument; nulls are left out, as in Postgres. */
function extreme(context: Context, args: readonly Typed[], sign: 1 | -1, name: string): Typed {
  const { type, nodes } = unified(context, args, `The arguments of ${name}`)
  const order = orderOf(type)
  const run: ScalarFunction = (...values) => {
    let best = values[0] ?? null
    for (const value of values) {
      if (value !== null && (best === null || order(value, best) * sign > 0)) best = value
    }
    return best
  }
  const choose = lifted({ type, run, seesNulls: true })
  const span = { from: (args[0] as Typed).from, to: (args.at(-1) as Typed).to }
  return folded({ kind: 'apply', name, type, args: nodes, run: choose, ...span }, context.folding)
}

function coalesce(context: Context, args: readonly Typed[], { from, to }: Span): Typed {
  const { type, nodes } = unified(context, args, 'The arguments of coalesce')
  return { kind: 'coalesce', type, args: nodes, from, to }
}

function either(context: Context, args: readonly Typed[], { from, to }: Span): Typed {
  const [test, ...results] = args as readonly [Typed, ...Typed[]]
  const when = condition(context, test, 'The condition')
  const { type, nodes } = unified(context, results, 'The results of if')
  const [result, otherwise] = nodes as readonly [Typed, Typed?]
  const last = otherwise === undefined ? {} : { otherwise }
  return { kind: 'case', type, branches: [{ when, result }], ...last, from, to }
}

/** Null where they are equal. */
function nullIf(context: Context, [one, other]: readonly Typed[], span: Span): Typed {
  const equal = compared(context, '=', [one as Typed, other as Typed], span)
  const type = (one as Typed).type as Type
  const nothing = constantOf(type, null, span)
  const { from, to } = span
  const branches = [{ when: equal, result: nothing }]
  return { kind: 'case', type, branches, otherwise: one as Typed, from, to }
}

export const conditions: readonly FunctionEntry[] = [
  {
    name: 'coalesce',
    aliases: ['ifnull', 'nvl'],
    group: 'Conditions',
    about: 'The first argument that is not null; those behind it are not evaluated.',
    examples: [example("coalesce(NULL, 'a', 'b')", 'a'), example('ifnull(NULL, 1)', '1')],
    form: { signature: 'coalesce(value any, ..)', least: 1, most: MANY, build: coalesce },
  },
  {
    name: 'if',
    aliases: ['iff'],
    group: 'Conditions',
    about: 'One value where the condition is true, else the other, or null; CASE in short.',
    examples: [example("if(1 > 2, 'more', 'less')", 'less'), example('if(FALSE, 1)', 'NULL')],
    form: {
      signature: 'if(condition BOOLEAN, value any [, otherwise any])',
      least: 2,
      most: 3,
      build: either,
    },
  },
  {
    name: 'nullif',
    group: 'Conditions',
    about: 'Null where both arguments are equal, else the first.',
    examples: [example('nullif(5, 5)', 'NULL'), example('nullif(5, 6)', '5')],
    form: { signature: 'nullif(value any, other any)', least: 2, most: 2, build: nullIf },
  },
  {
    name: 'greatest',
    group: 'Conditions',
    about: 'The largest of the arguments that are not null.',
    examples: [example('greatest(3, 7, 5)', '7'), example('greatest(3, NULL)', '3')],
    form: {
      signature: 'greatest(value any, ..)',
      least: 1,
      most: MANY,
      build: (context, args) => extreme(context, args, 1, 'greatest'),
    },
  },
  {
    name: 'least',
    group: 'Conditions',
    about: 'The smallest of the arguments that are not null.',
    examples: [example("least('b', 'a')", 'a'), example('least(1.5, 1)', '1.0')],
    form: {
      signature: 'least(value any, ..)',
      least: 1,
      most: MANY,
      build: (context, args) => extreme(context, args, -1, 'least'),
    },
  },
  {
    name: 'nullifzero',
    group: 'Conditions',
    about: 'Null where the number is zero: for divisors.',
    examples: [example('nullifzero(0)', 'NULL'), example('10 / nullifzero(5)', '2')],
    overloads: [
      {
        params: [number('number')],
        result: types => types[0] as Type,
        run: scalar((value: number | bigint) => (value === 0 ? null : value)),
      },
    ],
  },
  {
    name: 'count_nulls',
    aliases: ['num_nulls'],
    group: 'Conditions',
    about: 'How many of the arguments are null.',
    examples: [example("count_nulls(1, NULL, 'a', NULL)", '2')],
    overloads: [
      {
        params: [anything('value')],
        rest: anything('value'),
        result: { kind: 'integer' },
        seesNulls: true,
        run: (...values) => values.filter(value => value === null).length,
      },
    ],
  },
  {
    name: 'bool_xor',
    aliases: ['xor'],
    group: 'Conditions',
    about: 'Whether exactly one of two conditions holds.',
    examples: [example('bool_xor(TRUE, FALSE)', 'true'), example('bool_xor(TRUE, TRUE)', 'false')],
    overloads: [
      {
        params: [boolean('one'), boolean('other')],
        result: BOOLEAN,
        run: scalar((one: boolean, other: boolean) => one !== other),
      },
    ],
  },
]
