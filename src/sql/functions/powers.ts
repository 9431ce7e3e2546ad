/** Powers, logarithms, angles: of DOUBLEs. What has no value (a root below zero) is NaN. */

import { DOUBLE } from '../../engine/schema/type.ts'
import { liftedDouble } from '../kernels/lift.ts'
import type { FunctionEntry } from './entry.ts'
import { double, entriesOf, example, type Plain, scalar } from './params.ts'

const entry = entriesOf('Numbers')

type Answer = readonly [expression: string, result: string]

/** From one DOUBLE to another. */
function ofDouble(
  name: string,
  about: string,
  run: (value: number) => number,
  ...answers: readonly Answer[]
): FunctionEntry {
  const examples = answers.map(([expression, result]) => example(expression, result))
  return entry({ name, about, examples }, [
    { params: [double('number')], result: DOUBLE, columnwise: liftedDouble(run) },
  ])
}

function ofTwo(what: Plain, names: [string, string], run: (a: number, b: number) => number) {
  const params = names.map(double)
  return entry(what, [{ params, result: DOUBLE, run: scalar(run) }])
}

/** To the bases that have one of their own, exact where the result is whole. */
function logarithm(to: number, value: number): number {
  if (to === 10) return Math.log10(value)
  return to === 2 ? Math.log2(value) : Math.log(value) / Math.log(to)
}

const RADIAN = Math.PI / 180

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
  ofDouble('sqrt', 'The square root.', Math.sqrt, ['sqrt(2.25)', '1.5'], ['sqrt(-1)', 'NaN']),
  ofDouble('cbrt', 'The cube root.', Math.cbrt, ['cbrt(-27)', '-3']),
  ofDouble('exp', "Euler's number raised to a power.", Math.exp, ['exp(0)', '1']),
  ofDouble('ln', 'The natural logarithm.', Math.log, ['ln(1)', '0']),
  ofDouble('log10', 'The logarithm to the base 10.', Math.log10, ['log10(1000)', '3']),
  ofDouble('log2', 'The logarithm to the base 2.', Math.log2, ['log2(8)', '3']),
  ofTwo(
    {
      name: 'log',
      about: 'The logarithm to a base, which comes first.',
      examples: [example('log(10, 1000)', '3'), example('round(log(3, 81), 9)', '4')],
    },
    ['base', 'number'],
    logarithm,
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
  ofDouble('sin', 'The sine of an angle in radians.', Math.sin, ['sin(0)', '0']),
  ofDouble('cos', 'The cosine of an angle in radians.', Math.cos, ['cos(0)', '1']),
  ofDouble('tan', 'The tangent of an angle in radians.', Math.tan, ['tan(0)', '0']),
  ofDouble('asin', 'The angle of a sine.', Math.asin, ['asin(0)', '0']),
  ofDouble('acos', 'The angle of a cosine.', Math.acos, ['acos(1)', '0']),
  ofDouble('atan', 'The angle of a tangent.', Math.atan, ['atan(0)', '0']),
  ofTwo(
    {
      name: 'atan2',
      about: 'The angle of a point, its height first.',
      examples: [example('atan2(0, 1)', '0')],
    },
    ['y', 'x'],
    Math.atan2,
  ),
  ofDouble('sinh', 'The hyperbolic sine.', Math.sinh, ['sinh(0)', '0']),
  ofDouble('cosh', 'The hyperbolic cosine.', Math.cosh, ['cosh(0)', '1']),
  ofDouble('tanh', 'The hyperbolic tangent.', Math.tanh, ['tanh(0)', '0']),
  ofDouble('degrees', 'Radians in degrees.', value => value / RADIAN, ['degrees(pi())', '180']),
  ofDouble('radians', 'Degrees in radians.', value => value * RADIAN, [
    'round(radians(180), 6)',
    '3.141593',
  ]),
]

export const powerFunctions: readonly FunctionEntry[] = [...powers, ...angles]
