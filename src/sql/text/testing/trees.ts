/** Trees drawn by chance, of every kind of node, such as the parser makes them. */

import fc from 'fast-check'
import {
  arrayOf,
  BIGINT,
  DOUBLE,
  decimal,
  INTERVAL,
  MONTHS,
  TEXT,
  TIMESTAMPTZ,
  type Type,
} from '../../../engine/schema/type.ts'
import { DAYS_MAX, DAYS_MIN, TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../time/range.ts'
import type { BinaryOperator, Expression } from '../ast.ts'
import { binaryPower } from '../power.ts'

const at = { from: 0, to: 0 }

const words = ['a', 'Page', 'user_id', 'select', 'end', 'array', 'both', 'symmetric', 'date', 'ü']
const word = fc.oneof(
  fc.constantFrom(...words, 'trim', 'position', 'extract', 'cast', 'at', 'x y', 'a"b', '1a'),
  fc.string({ minLength: 1, maxLength: 4, unit: 'grapheme' }),
)

const types: fc.Arbitrary<Type> = fc.oneof(
  fc.constantFrom<Type>(
    BIGINT,
    TEXT,
    TIMESTAMPTZ,
    MONTHS,
    INTERVAL,
    decimal(20, 4),
    arrayOf(arrayOf(DOUBLE)),
  ),
)

const numberText = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 40n }).map(value => ({ text: `${value}`, isDouble: false })),
  fc
    .tuple(fc.nat(), fc.nat())
    .map(([whole, part]) => ({ text: `${whole}.${part}`, isDouble: false })),
  fc
    .tuple(fc.nat(), fc.integer({ min: -99, max: 99 }))
    .map(([whole, power]) => ({ text: `${whole}e${power}`, isDouble: true })),
)

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  numberText.map(number => ({ kind: 'number' as const, ...number, ...at })),
  fc
    .string({ maxLength: 6, unit: 'grapheme' })
    .map(value => ({ kind: 'string' as const, value, ...at })),
  fc.boolean().map(value => ({ kind: 'boolean' as const, value, ...at })),
  fc.constant({ kind: 'null' as const, ...at }),
  fc
    .integer({ min: DAYS_MIN, max: DAYS_MAX })
    .map(days => ({ kind: 'date' as const, days, ...at })),
  fc
    .tuple(fc.integer({ min: TIMESTAMP_MIN_MS, max: TIMESTAMP_MAX_MS }), fc.boolean())
    .map(([ms, zoned]) => ({ kind: 'timestamp' as const, ms, zoned, ...at })),
  fc
    .tuple(
      fc.constantFrom('month' as const, 'millisecond' as const),
      fc.integer({ min: -119_000, max: 119_000 }),
    )
    .map(([unit, amount]) => ({ kind: 'interval' as const, unit, amount, ...at })),
  fc
    .array(word, { minLength: 1, maxLength: 3 })
    .map(parts => ({ kind: 'name' as const, parts, ...at })),
)

const operators = Object.keys(binaryPower) as BinaryOperator[]

/** A tree that a text gives: a dot behind a name makes a longer name, never a field of it. */
export const trees: fc.Arbitrary<Expression> = fc.letrec<{ tree: Expression }>(tie => {
  const tree = tie('tree')
  const maybe = (node: Expression | undefined, key: string) =>
    node === undefined ? {} : { [key]: node }
  const items = fc.array(tree, { maxLength: 3 })
  const some = fc.array(tree, { minLength: 1, maxLength: 3 })
  const negated = fc.boolean()
  return {
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc
        .tuple(tree, word)
        .filter(([of]) => of.kind !== 'name')
        .map(([of, name]) => ({ kind: 'field' as const, of, name, ...at })),
      fc.tuple(tree, tree).map(([of, index]) => ({ kind: 'subscript' as const, of, index, ...at })),
      fc
        .tuple(fc.constantFrom('-' as const, '+' as const, 'not' as const), tree)
        .map(([operator, of]) => ({ kind: 'unary' as const, operator, of, ...at })),
      fc.tuple(fc.constantFrom(...operators), tree, tree).map(([operator, left, right]) => ({
        kind: 'binary' as const,
        operator,
        left,
        right,
        ...at,
      })),
      fc
        .tuple(tree, fc.constantFrom('null' as const, 'true' as const, 'unknown' as const), negated)
        .map(([of, truth, not]) => ({ kind: 'is' as const, of, truth, negated: not, ...at })),
      fc
        .tuple(tree, tree, fc.option(tree, { nil: undefined }), negated, fc.boolean())
        .map(([of, pattern, ending, not, ignoresCase]) => {
          const rest = { ...maybe(ending, 'escape'), ignoresCase, negated: not, ...at }
          return { kind: 'like' as const, of, pattern, ...rest }
        }),
      fc
        .tuple(tree, some, negated)
        .map(([of, list, not]) => ({ kind: 'in' as const, of, list, negated: not, ...at })),
      fc
        .tuple(fc.tuple(tree, tree, tree), fc.boolean(), negated)
        .map(([[of, low, high], symmetric, not]) => {
          return { kind: 'between' as const, of, low, high, symmetric, negated: not, ...at }
        }),
      fc
        .tuple(
          fc.option(tree, { nil: undefined }),
          fc.array(fc.record({ when: tree, result: tree }), { minLength: 1, maxLength: 2 }),
          fc.option(tree, { nil: undefined }),
        )
        .map(([of, branches, otherwise]) => {
          const ends = { ...maybe(of, 'of'), ...maybe(otherwise, 'otherwise') }
          return { kind: 'case' as const, branches, ...ends, ...at }
        }),
      fc
        .tuple(tree, types, fc.boolean())
        .map(([of, type, safe]) => ({ kind: 'cast' as const, of, type, safe, ...at })),
      items.map(list => ({ kind: 'array' as const, items: list, ...at })),
      fc.tuple(word, items, fc.option(tree, { nil: undefined })).map(([name, args, filter]) => {
        const rest = { distinct: false, star: args.length === 0, ...maybe(filter, 'filter'), ...at }
        return { kind: 'call' as const, name: name.toLowerCase(), args, ...rest }
      }),
      fc.tuple(word, some).map(([name, args]) => {
        const rest = { distinct: args.length > 1, star: false, ...at }
        return { kind: 'call' as const, name: name.toLowerCase(), args, ...rest }
      }),
    ),
  }
}).tree
