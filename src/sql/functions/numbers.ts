/** Signs, powers, logarithms, angles, bits. What has no value (a root below zero) is NaN. */

import { BIGINT, BOOLEAN, DOUBLE, INTEGER, type Type } from '../../engine/schema/type.ts'
import { liftedDouble } from '../kernels/lift.ts'
import { Failure } from '../value/failure.ts'
import { BIGINT_MAX, INTEGER_MIN, type Whole, wholeOf } from '../value/whole.ts'
import type { FunctionEntry } from './entry.ts'
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

const entry = entriesOf('Numbers')

/** From one DOUBLE to another. */
function ofDouble(what: Plain, run: (value: number) => number): FunctionEntry {
  return entry(what, [
    { params: [double('number')], result: DOUBLE, columnwise: liftedDouble(run) },
  ])
}

function ofTwo(what: Plain, names: [string, string], run: (a: number, b: number) => number) {
  const params = names.map(double)
  return entry(what, [{ params, result: DOUBLE, run: scalar(run) }])
}

/** Of 64 bits. */
function ofBits(what: Plain, run: (a: bigint, b: bigint) => bigint): FunctionEntry {
  const bits = (a: Whole, b: Whole) => wholeOf(BigInt.asIntN(64, run(BigInt(a), BigInt(b))))
  return entry(what, [
    { params: [whole('one'), whole('other')], result: BIGINT, run: scalar(bits) },
  ])
}

const overflow = (type: string) => new Failure('sql-overflow', `The result does not fit ${type}`)

function absolute(value: Whole, [type]: readonly Type[]): Whole | Failure {
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

function commonMultiple(a: Whole, b: Whole): Whole | Failure {
  if (a === 0 || b === 0) return 0
  const [one, other] = [BigInt(a), BigInt(b)]
  const multiple = (one / gcd(one, other)) * other
  const size = multiple < 0n ? -multiple : multiple
  return size > BIGINT_MAX ? overflow('BIGINT') : wholeOf(size)
}

function modulo(a: Whole, b: Whole): Whole | Failure {
  if (b === 0) return new Failure('sql-division-by-zero', 'A division by zero')
  return wholeOf(BigInt(a) % BigInt(b))
}

function quotient(a: Whole, b: Whole): Whole | Failure {
  if (b === 0) return new Failure('sql-division-by-zero', 'A division by zero')
  const result = BigInt(a) / BigInt(b)
  return result > BIGINT_MAX ? overflow('BIGINT') : wholeOf(result)
}

function factorial(count: Whole): Whole | Failure {
  if (count < 0 || count > 20) return new Failure('sql-overflow', 'Factorials are from 0 to 20')
  let product = 1n
  for (let i = 2n; i <= BigInt(count); i++) product *= i
  return wholeOf(product)
}

const shifted = (value: bigint, by: bigint): bigint => (by < 0n || by > 63n ? 0n : value << by)
const shiftedBack = (value: bigint, by: bigint): bigint => (by < 0n || by > 63n ? 0n : value >> by)

const RADIAN = Math.PI / 180

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
  entry(
    {
      name: 'mod',
      about: 'The rest of a division of whole numbers, with the sign of the dividend.',
      examples: [example('mod(-7, 3)', '-1')],
    },
    [{ params: [whole('dividend'), whole('divisor')], result: BIGINT, run: scalar(modulo) }],
  ),
  entry(
    {
      name: 'div',
      about: 'The quotient of whole numbers, cut off.',
      examples: [example('div(-7, 2)', '-3')],
    },
    [{ params: [whole('dividend'), whole('divisor')], result: BIGINT, run: scalar(quotient) }],
  ),
  entry(
    {
      name: 'gcd',
      about: 'The largest number that divides both.',
      examples: [example('gcd(12, -18)', '6'), example('gcd(0, 5)', '5')],
    },
    [
      {
        params: [whole('one'), whole('other')],
        result: BIGINT,
        run: scalar((a: Whole, b: Whole) => wholeOf(gcd(BigInt(a), BigInt(b)))),
      },
    ],
  ),
  entry(
    {
      name: 'lcm',
      about: 'The smallest number above zero that both divide.',
      examples: [example('lcm(4, 6)', '12')],
    },
    [{ params: [whole('one'), whole('other')], result: BIGINT, run: scalar(commonMultiple) }],
  ),
  entry(
    {
      name: 'factorial',
      about: 'The product of all whole numbers up to this one, which is at most 20.',
      examples: [example('factorial(5)', '120')],
    },
    [{ params: [whole('number')], result: BIGINT, run: scalar(factorial) }],
  ),
  entry(
    {
      name: 'is_nan',
      aliases: ['isnan'],
      about: 'Whether a DOUBLE is not a number.',
      examples: [example('is_nan(0e0 / 0)', 'true')],
    },
    [
      {
        params: [double('number')],
        result: BOOLEAN,
        run: scalar((value: number) => Number.isNaN(value)),
      },
    ],
  ),
  entry(
    {
      name: 'is_finite',
      aliases: ['isfinite'],
      about: 'Whether a DOUBLE is a number, and not infinite.',
      examples: [example('is_finite(1e0 / 0)', 'false')],
    },
    [
      {
        params: [double('number')],
        result: BOOLEAN,
        run: scalar((value: number) => Number.isFinite(value)),
      },
    ],
  ),
]

const powers: readonly FunctionEntry[] = [
  ofTwo(
    {
      name: 'power',
      aliases: ['pow'],
      about: 'The number raised to a power.',
      examples: [example('power(2, 10)', '1024')],
    },
    ['number', 'power'],
    (a, b) => a ** b,
  ),
  ofDouble(
    {
      name: 'sqrt',
      about: 'The square root.',
      examples: [example('sqrt(2.25)', '1.5'), example('sqrt(-1)', 'NaN')],
    },
    Math.sqrt,
  ),
  ofDouble(
    { name: 'cbrt', about: 'The cube root.', examples: [example('cbrt(-27)', '-3')] },
    Math.cbrt,
  ),
  ofDouble(
    { name: 'exp', about: "Euler's number raised to a power.", examples: [example('exp(0)', '1')] },
    Math.exp,
  ),
  ofDouble(
    { name: 'ln', about: 'The natural logarithm.', examples: [example('ln(1)', '0')] },
    Math.log,
  ),
  ofDouble(
    {
      name: 'log10',
      about: 'The logarithm to the base 10.',
      examples: [example('log10(1000)', '3')],
    },
    Math.log10,
  ),
  ofDouble(
    { name: 'log2', about: 'The logarithm to the base 2.', examples: [example('log2(8)', '3')] },
    Math.log2,
  ),
  ofTwo(
    {
      name: 'log',
      about: 'The logarithm to a base, which comes first.',
      examples: [example('round(log(3, 81), 9)', '4')],
    },
    ['base', 'number'],
    (to, value) => Math.log(value) / Math.log(to),
  ),
  entry(
    {
      name: 'pi',
      about: 'The ratio of a circle.',
      examples: [example('pi()', '3.141592653589793')],
    },
    [{ params: [], result: DOUBLE, run: () => Math.PI }],
  ),
]

const angles: readonly FunctionEntry[] = [
  ofDouble(
    { name: 'sin', about: 'The sine of an angle in radians.', examples: [example('sin(0)', '0')] },
    Math.sin,
  ),
  ofDouble(
    {
      name: 'cos',
      about: 'The cosine of an angle in radians.',
      examples: [example('cos(0)', '1')],
    },
    Math.cos,
  ),
  ofDouble(
    {
      name: 'tan',
      about: 'The tangent of an angle in radians.',
      examples: [example('tan(0)', '0')],
    },
    Math.tan,
  ),
  ofDouble(
    { name: 'asin', about: 'The angle of a sine.', examples: [example('asin(0)', '0')] },
    Math.asin,
  ),
  ofDouble(
    { name: 'acos', about: 'The angle of a cosine.', examples: [example('acos(1)', '0')] },
    Math.acos,
  ),
  ofDouble(
    { name: 'atan', about: 'The angle of a tangent.', examples: [example('atan(0)', '0')] },
    Math.atan,
  ),
  ofTwo(
    {
      name: 'atan2',
      about: 'The angle of a point, its height first.',
      examples: [example('atan2(0, 1)', '0')],
    },
    ['y', 'x'],
    Math.atan2,
  ),
  ofDouble(
    { name: 'sinh', about: 'The hyperbolic sine.', examples: [example('sinh(0)', '0')] },
    Math.sinh,
  ),
  ofDouble(
    { name: 'cosh', about: 'The hyperbolic cosine.', examples: [example('cosh(0)', '1')] },
    Math.cosh,
  ),
  ofDouble(
    { name: 'tanh', about: 'The hyperbolic tangent.', examples: [example('tanh(0)', '0')] },
    Math.tanh,
  ),
  ofDouble(
    { name: 'degrees', about: 'Radians in degrees.', examples: [example('degrees(pi())', '180')] },
    value => value / RADIAN,
  ),
  ofDouble(
    {
      name: 'radians',
      about: 'Degrees in radians.',
      examples: [example('round(radians(180), 6)', '3.141593')],
    },
    value => value * RADIAN,
  ),
]

const bits: readonly FunctionEntry[] = [
  ofBits(
    { name: 'bit_and', about: 'Bits that both have.', examples: [example('bit_and(6, 3)', '2')] },
    (a, b) => a & b,
  ),
  ofBits(
    { name: 'bit_or', about: 'Bits that either has.', examples: [example('bit_or(6, 3)', '7')] },
    (a, b) => a | b,
  ),
  ofBits(
    {
      name: 'bit_xor',
      about: 'Bits that one of them has.',
      examples: [example('bit_xor(6, 3)', '5')],
    },
    (a, b) => a ^ b,
  ),
  entry(
    { name: 'bit_not', about: 'The other bits of 64.', examples: [example('bit_not(0)', '-1')] },
    [{ params: [whole('number')], result: BIGINT, run: scalar((a: Whole) => wholeOf(~BigInt(a))) }],
  ),
  ofBits(
    {
      name: 'shift_left',
      about: 'Bits moved up, those beyond 64 lost.',
      examples: [example('shift_left(1, 4)', '16')],
    },
    shifted,
  ),
  ofBits(
    {
      name: 'shift_right',
      about: 'Bits moved down, the sign kept.',
      examples: [example('shift_right(-16, 2)', '-4')],
    },
    shiftedBack,
  ),
]

export const numberFunctions: readonly FunctionEntry[] = [...signs, ...powers, ...angles, ...bits]
