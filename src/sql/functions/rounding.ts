/** Numbers cut and rounded; DECIMALs stay exact. */

import { DOUBLE, decimal, type Type } from '../../engine/schema/type.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import { Failure } from '../value/failure.ts'
import {
  hasDigits,
  INTEGER_MAX,
  isInt32,
  isInt64,
  power10,
  rescaled,
  type Whole,
  wholeOf,
} from '../value/whole.ts'
import type { Bound, Example, FunctionEntry, Overload } from './entry.ts'
import { double, exactNumber, example, firstType, fixed, like, scalar, whole } from './params.ts'

const integers = like('INTEGER or BIGINT', ({ kind }) => kind === 'integer' || kind === 'bigint')
const decimals = like('DECIMAL', ({ kind }) => kind === 'decimal')

/** Whole digits of the quotient, in one direction. */
type Division = (dividend: bigint, divisor: bigint) => bigint

const downwards: Division = (a, b) => (a % b < 0n ? a / b - 1n : a / b)
const upwards: Division = (a, b) => (a % b > 0n ? a / b + 1n : a / b)

/** Without digits behind the point there may be one more before it. */
function wholeDecimal([type]: readonly Type[]): Type {
  if (type?.kind !== 'decimal') return DOUBLE
  return decimal(Math.min(type.precision - type.scale + 1, 38), 0)
}

const scaleOf = (type: Type | undefined): number => (type?.kind === 'decimal' ? type.scale : 0)

interface Cut {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly about: string
  readonly examples: readonly Example[]
  readonly ofDouble: (value: number) => number
  readonly division: Division
}

function cut({ ofDouble, division, ...what }: Cut): FunctionEntry {
  const bind = ({ types }: Bound): ScalarFunction => {
    const divisor = power10(scaleOf(types[0]))
    return scalar((digits: Whole) => wholeOf(division(BigInt(digits), divisor)))
  }
  const overloads: Overload[] = [
    { params: [integers('number')], result: firstType, run: value => value },
    { params: [decimals('number')], result: wholeDecimal, bind },
    { params: [double('number')], result: DOUBLE, run: scalar(ofDouble) },
  ]
  return { ...what, group: 'Numbers', overloads }
}

/** What `whole` makes of it, so many digits behind the point; a number that has no more stays. */
function atPlace(value: number, digits: number, whole: (scaled: number) => number): number {
  const [mantissa = '', power = '0'] = String(Math.abs(value)).split('e')
  const scaled = Number(`${mantissa}e${Number(power) + digits}`)
  if (!Number.isFinite(scaled)) return value
  const [shifted = '', shift = '0'] = String(whole(scaled)).split('e')
  const result = Number(`${shifted}e${Number(shift) - digits}`)
  return value < 0 ? -result : result
}

/** Half away from zero. */
const roundedDouble = (value: number, digits: number) => atPlace(value, digits, Math.round)
const truncatedDouble = (value: number, digits: number) => atPlace(value, digits, Math.floor)

/** Digits beyond these make no difference to any number. */
const DIGITS_MAX = 400

const clamped = (digits: Whole | undefined): number =>
  Math.max(-DIGITS_MAX, Math.min(DIGITS_MAX, Number(digits ?? 0)))

/** Rounding up may need a digit more than there is room for. */
function limitOf(type: Type | undefined): (digits: Whole) => boolean {
  if (type?.kind === 'decimal') return digits => hasDigits(digits, 38)
  return type?.kind === 'integer' ? isInt32 : isInt64
}

const overflow = new Failure('sql-overflow', 'The rounded number does not fit its type')

type Rounding = (digits: Whole, from: number, to: number) => Whole

const truncatedScale: Rounding = (digits, from, to) =>
  to >= from ? rescaled(digits, from, to) : wholeOf(BigInt(digits) / power10(from - to))

/** Rounded to so many places, then written with `shown` digits behind the point. */
function exactly(
  rounding: Rounding,
  digits: Whole,
  { from, shown }: { readonly from: number; readonly shown: number },
  places: number,
): Whole {
  const kept = Math.min(Math.max(places, -38), from)
  return rescaled(rounding(digits, from, kept), kept, shown)
}

/** Places that are known are all that are shown. */
function shownScale([type]: readonly Type[], places: Bound['constants'][number]): number {
  const scale = scaleOf(type)
  if (places === undefined || places === null) return scale
  return Math.min(Math.max(clamped(places as Whole), 0), scale)
}

function roundedType(types: readonly Type[], places: Bound['constants'][number]): Type {
  const [type] = types
  if (type?.kind !== 'decimal') return type ?? DOUBLE
  const scale = shownScale(types, places)
  return decimal(Math.min(type.precision - type.scale + 1 + scale, 38), scale)
}

function rounds(
  what: Pick<Cut, 'name' | 'aliases' | 'about' | 'examples'>,
  rounding: Rounding,
  ofDouble: (value: number, digits: number) => number,
): FunctionEntry {
  const bindExact = ({ types, constants }: Bound): ScalarFunction => {
    const scales = { from: scaleOf(types[0]), shown: shownScale(types, constants[1]) }
    const fits = limitOf(types[0])
    return scalar((digits: Whole, places: Whole) => {
      const result = exactly(rounding, digits, scales, clamped(places))
      return fits(result) ? result : overflow
    })
  }
  const bindPlain = ({ types }: Bound): ScalarFunction => {
    const scale = scaleOf(types[0])
    return scalar((digits: Whole) => rounding(digits, scale, 0))
  }
  const overloads: Overload[] = [
    {
      params: [exactNumber('number')],
      result: types => roundedType(types, 0),
      bind: bindPlain,
    },
    {
      params: [exactNumber('number'), whole('digits')],
      result: (types, constants) => roundedType(types, constants[1]),
      bind: bindExact,
    },
    {
      params: [double('number'), whole('digits')],
      optional: 1,
      result: DOUBLE,
      run: scalar((value: number, digits?: Whole) => ofDouble(value, clamped(digits))),
    },
  ]
  return { ...what, group: 'Numbers', overloads }
}

/** The number behind the last of them is an INTEGER too. */
const BUCKETS_MAX = INTEGER_MAX - 1
const noBuckets = new Failure(
  'sql-argument',
  `Buckets need two different finite ends, and are 1 to ${BUCKETS_MAX}`,
)

/** Equal parts between two ends; 0 is below the first, one more than there are above the last. */
function bucketOf(value: number, low: number, high: number, count: Whole): number | Failure {
  const areEnds = Number.isFinite(low) && Number.isFinite(high) && low !== high
  if (!(count >= 1 && count <= BUCKETS_MAX) || !areEnds || Number.isNaN(value)) return noBuckets
  const share = (value - low) / (high - low)
  if (share < 0) return 0
  return share >= 1 ? Number(count) + 1 : Math.floor(share * Number(count)) + 1
}

export const roundings: readonly FunctionEntry[] = [
  cut({
    name: 'floor',
    about: 'The next whole number below.',
    examples: [example('floor(-1.5)', '-2'), example('floor(2.5e0)', '2')],
    ofDouble: Math.floor,
    division: downwards,
  }),
  cut({
    name: 'ceil',
    aliases: ['ceiling'],
    about: 'The next whole number above.',
    examples: [example('ceil(-1.5)', '-1'), example('ceil(2.1e0)', '3')],
    ofDouble: Math.ceil,
    division: upwards,
  }),
  rounds(
    {
      name: 'round',
      about: 'Rounded half away from zero, to so many digits behind the point, or none.',
      examples: [
        example('round(2.345, 2)', '2.35'),
        example('round(-2.5)', '-3'),
        example('round(1.005e0, 2)', '1.01'),
        example('round(1234, -2)', '1200'),
      ],
    },
    rescaled,
    roundedDouble,
  ),
  rounds(
    {
      name: 'trunc',
      aliases: ['truncate'],
      about: 'Cut off behind so many digits behind the point, or none.',
      examples: [example('trunc(-2.7)', '-2'), example('trunc(2.345e0, 2)', '2.34')],
    },
    truncatedScale,
    truncatedDouble,
  ),
  {
    name: 'width_bucket',
    group: 'Numbers',
    about: 'In which of so many equal parts between two ends a number lies.',
    examples: [
      example('width_bucket(35, 0, 100, 10)', '4'),
      example('width_bucket(-1, 0, 100, 10)', '0'),
    ],
    overloads: [
      {
        params: [double('number'), double('low'), double('high'), fixed(whole('count'))],
        result: { kind: 'integer' },
        run: scalar(bucketOf),
      },
    ],
  },
]
