/** Functions of numbers: signs, rests and divisors, bits; with powers.ts, all of them. */

import { BIGINT, BOOLEAN, DOUBLE, INTEGER, type Type } from '../../engine/schema/type.ts'
import { liftedDouble } from '../kernels/lift.ts'
import { Failure } from '../value/failure.ts'
import { BIGINT_MAX, INTEGER_MIN, type Whole, wholeOf } from '../value/whole.ts'
import type { Example, FunctionEntry } from './entry.ts'
import {
  double,
  entriesOf,
  exactNumber,
  example,
  firstType,
  number,
  type Plain,
  scalar,
  whole,
} from './params.ts'
import { powerFunctions } from './powers.ts'

type Outcome = Whole | Failure

const entry = entriesOf('Numbers')

/** From two whole numbers to another. */
function ofWholes(what: Plain, names: [string, string], run: (a: Whole, b: Whole) => Outcome) {
  return entry(what, [{ params: names.map(whole), result: BIGINT, run: scalar(run) }])
}

/** Of 64 bits. */
function ofBits(
  name: string,
  about: string,
  run: (a: bigint, b: bigint) => bigint,
  given: Example,
): FunctionEntry {
  const bits = (a: Whole, b: Whole) => wholeOf(BigInt.asIntN(64, run(BigInt(a), BigInt(b))))
  return ofWholes({ name, about, examples: [given] }, ['one', 'other'], bits)
}

/** Whether a DOUBLE is something. */
function ofKind(what: Plain, is: (value: number) => boolean): FunctionEntry {
  return entry(what, [{ params: [double('number')], result: BOOLEAN, run: scalar(is) }])
}

const overflow = (type: string) => new Failure('sql-overflow', `The result does not fit ${type}`)

function absolute(value: Whole, [type]: readonly Type[]): Outcome {
  if (type?.kind === 'integer' && value === INTEGER_MIN) return overflow('INTEGER')
  const result = value < 0 ? -value : value
  return type?.kind === 'bigint' && result > BIGINT_MAX ? overflow('BIGINT') : result
}

const signOf = (value: number | bigint): number => Number(value > 0) - Number(value < 0)

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

/** That of the least BIGINT and 0 is one more than there is. */
function commonDivisor(a: Whole, b: Whole): Outcome {
  const divisor = gcd(BigInt(a), BigInt(b))
  return divisor > BIGINT_MAX ? overflow('BIGINT') : wholeOf(divisor)
}

function commonMultiple(a: Whole, b: Whole): Outcome {
  if (a === 0 || b === 0) return 0
  const [one, other] = [BigInt(a), BigInt(b)]
  const multiple = (one / gcd(one, other)) * other
  const size = multiple < 0n ? -multiple : multiple
  return size > BIGINT_MAX ? overflow('BIGINT') : wholeOf(size)
}

function modulo(a: Whole, b: Whole): Outcome {
  if (b === 0) return new Failure('sql-division-by-zero', 'A division by zero')
  return wholeOf(BigInt(a) % BigInt(b))
}

function quotient(a: Whole, b: Whole): Outcome {
  if (b === 0) return new Failure('sql-division-by-zero', 'A division by zero')
  const result = BigInt(a) / BigInt(b)
  return result > BIGINT_MAX ? overflow('BIGINT') : wholeOf(result)
}

function factorial(count: Whole): Outcome {
  if (count < 0 || count > 20) return new Failure('sql-overflow', 'Factorials are from 0 to 20')
  let product = 1n
  for (let i = 2n; i <= BigInt(count); i++) product *= i
  return wholeOf(product)
}

const shifted = (value: bigint, by: bigint): bigint => (by < 0n || by > 63n ? 0n : value << by)
const shiftedBack = (value: bigint, by: bigint): bigint => (by < 0n || by > 63n ? 0n : value >> by)

const signs: readonly FunctionEntry[] = [
  entry(
    {
      name: 'abs',
      about: 'The number without its sign.',
      examples: [example('abs(-5)', '5'), example('abs(-1.50)', '1.50')],
    },
    [
      {
        params: [exactNumber('number')],
        result: firstType,
        bind: ({ types }) => scalar((value: Whole) => absolute(value, types)),
      },
      { params: [double('number')], result: DOUBLE, columnwise: liftedDouble(Math.abs) },
    ],
  ),
  entry(
    {
      name: 'sign',
      aliases: ['sgn'],
      about: 'The sign of a number: -1, 0 or 1.',
      examples: [example('sign(-2.5)', '-1'), example('sign(0)', '0')],
    },
    [{ params: [number('number')], result: INTEGER, run: scalar(signOf) }],
  ),
  ofWholes(
    {
      name: 'mod',
      about: 'The rest of a division of whole numbers, with the sign of the dividend.',
      examples: [example('mod(-7, 3)', '-1')],
    },
    ['dividend', 'divisor'],
    modulo,
  ),
  ofWholes(
    {
      name: 'div',
      about: 'The quotient of whole numbers, cut off.',
      examples: [example('div(-7, 2)', '-3')],
    },
    ['dividend', 'divisor'],
    quotient,
  ),
  ofWholes(
    {
      name: 'gcd',
      about: 'The largest number that divides both.',
      examples: [example('gcd(12, -18)', '6'), example('gcd(0, 5)', '5')],
    },
    ['one', 'other'],
    commonDivisor,
  ),
  ofWholes(
    {
      name: 'lcm',
      about: 'The smallest number above zero that both divide.',
      examples: [example('lcm(4, 6)', '12')],
    },
    ['one', 'other'],
    commonMultiple,
  ),
  entry(
    {
      name: 'factorial',
      about: 'The product of all whole numbers up to this one, which is at most 20.',
      examples: [example('factorial(5)', '120')],
    },
    [{ params: [whole('number')], result: BIGINT, run: scalar(factorial) }],
  ),
  ofKind(
    {
      name: 'is_nan',
      aliases: ['isnan'],
      about: 'Whether a DOUBLE is not a number.',
      examples: [example('is_nan(0e0 / 0)', 'true')],
    },
    Number.isNaN,
  ),
  ofKind(
    {
      name: 'is_finite',
      aliases: ['isfinite'],
      about: 'Whether a DOUBLE is a number, and not infinite.',
      examples: [example('is_finite(1e0 / 0)', 'false')],
    },
    Number.isFinite,
  ),
]

const bits: readonly FunctionEntry[] = [
  ofBits('bit_and', 'Bits that both have.', (a, b) => a & b, example('bit_and(6, 3)', '2')),
  ofBits('bit_or', 'Bits that either has.', (a, b) => a | b, example('bit_or(6, 3)', '7')),
  ofBits('bit_xor', 'Bits that one of them has.', (a, b) => a ^ b, example('bit_xor(6, 3)', '5')),
  entry(
    { name: 'bit_not', about: 'The other bits of 64.', examples: [example('bit_not(0)', '-1')] },
    [{ params: [whole('number')], result: BIGINT, run: scalar((a: Whole) => wholeOf(~BigInt(a))) }],
  ),
  ofBits(
    'shift_left',
    'Bits moved up, those beyond 64 lost.',
    shifted,
    example('shift_left(1, 4)', '16'),
  ),
  ofBits(
    'shift_right',
    'Bits moved down, the sign kept.',
    shiftedBack,
    example('shift_right(-16, 2)', '-4'),
  ),
]

export const numberFunctions: readonly FunctionEntry[] = [...signs, ...powerFunctions, ...bits]
