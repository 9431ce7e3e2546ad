/**
 * How strongly operators bind, in one table for parser and printer. As in Postgres, but for `->`
 * and `->>`, which bind like a subscript: `payload->>'n'::INT` casts what was taken out.
 */

import type { BinaryOperator } from './ast.ts'

export const power = {
  any: 0,
  or: 10,
  and: 20,
  not: 30,
  is: 40,
  comparison: 50,
  like: 60,
  concat: 70,
  sum: 80,
  product: 90,
  zone: 100,
  sign: 110,
  postfix: 120,
} as const

export const binaryPower: Readonly<Record<BinaryOperator, number>> = {
  or: power.or,
  and: power.and,
  'is distinct from': power.is,
  'is not distinct from': power.is,
  '=': power.comparison,
  '<>': power.comparison,
  '<': power.comparison,
  '<=': power.comparison,
  '>': power.comparison,
  '>=': power.comparison,
  '||': power.concat,
  '+': power.sum,
  '-': power.sum,
  '*': power.product,
  '/': power.product,
  '%': power.product,
  'at time zone': power.zone,
  '->': power.postfix,
  '->>': power.postfix,
}
