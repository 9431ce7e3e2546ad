/**
 * What `+ - * / %` mean for each pair of types. Exact numbers stay exact: two INTEGERs give an
 * INTEGER, and their quotient is cut off; decimals get the precision that Flink gives them. With a
 * DOUBLE everything is a DOUBLE. Times move by intervals.
 */

import { addMonths, DAY_MS, floorDiv } from '../../base/calendar.ts'
import {
  BIGINT,
  DATE,
  type DecimalType,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  MONTHS,
  TIMESTAMP,
  type Type,
  typeText,
} from '../../engine/schema/type.ts'
import { doubleArithmetic, type ExactShape, exactArithmetic } from '../kernels/arithmetic.ts'
import type { Columnwise } from '../kernels/frame.ts'
import { lifted, liftedDouble, type ScalarFunction } from '../kernels/lift.ts'
import type { ArithmeticOperator } from '../text/ast.ts'
import type { Span } from '../text/trouble.ts'
import { isDate, isIntervalMonths, isIntervalMs, isTimestamp } from '../time/range.ts'
import { isNumeric } from '../value/cast.ts'
import { Failure } from '../value/failure.ts'
import { coerced, decimalFor } from './coerce.ts'
import { type Context, fail, namesOf } from './context.ts'
import { constantOf, folded, isConstant, type Typed } from './typed.ts'

const DIGITS_MAX = 38
/** Digits behind the point that a result keeps when it has no room for all. */
const SCALE_KEPT = 6

export function arithmetic(
  context: Context,
  operator: ArithmeticOperator,
  pair: readonly [Typed, Typed],
  span: Span,
): Typed {
  const [left, right] = resolved(context, operator, pair, span)
  if (isNumeric(left.type) && isNumeric(right.type)) return numeric(context, operator, left, right)
  const chosen = times(operator, left.type, right.type)
  if (chosen === undefined) return refuse(context, operator, [left, right], span)
  return applied(operator, chosen.type, [left, right], chosen.run)
}

/** Literals in quotes and NULL take the type that makes sense beside the other side. */
function resolved(
  context: Context,
  operator: ArithmeticOperator,
  [left, right]: readonly [Typed, Typed],
  span: Span,
): readonly [Typed, Typed] {
  const isLoose = (node: Typed) => isConstant(node) && node.loose
  if (isLoose(left) && isLoose(right)) {
    if (isConstant(left) && isConstant(right) && left.value === null && right.value === null) {
      return [constantOf(INTEGER, null, left), constantOf(INTEGER, null, right)]
    }
    refuse(context, operator, [left, right], span)
  }
  if (isLoose(left)) {
    const type = operator === '-' ? right.type : partner(right.type)
    return [coerced(context, left, type, 'This'), right]
  }
  if (isLoose(right)) return [left, coerced(context, right, partner(left.type), 'This')]
  return [left, right]
}

/** Beside a moment there is a span of time; beside anything else there is the same again. */
const partner = (type: Type): Type =>
  type.kind === 'timestamp' || type.kind === 'timestamptz' || type.kind === 'date' ? INTERVAL : type

function refuse(
  context: Context,
  operator: ArithmeticOperator,
  nodes: readonly Typed[],
  span: Span,
): never {
  const json = nodes.some(({ type }) => type.kind === 'json' || type.kind === 'text')
  const advice = json ? ' Say which number it is: CAST(.. AS DOUBLE).' : ''
  fail(context, 'sql-type', `There is no ${namesOf(nodes)} for ${operator}.${advice}`, span)
}

function applied(
  name: string,
  type: Type,
  args: readonly [Typed, Typed] | readonly [Typed],
  run: Columnwise,
): Typed {
  const span = { from: args[0].from, to: (args.at(-1) as Typed).to }
  return folded({ kind: 'apply', name, type, args, run, ...span })
}

function numeric(context: Context, operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  if (left.type.kind === 'double' || right.type.kind === 'double') {
    const args = [left, right].map(node => coerced(context, node, DOUBLE, 'This'))
    return applied(operator, DOUBLE, args as [Typed, Typed], doubleArithmetic(operator))
  }
  const shape =
    left.type.kind === 'decimal' || right.type.kind === 'decimal'
      ? decimalShape(operator, ownDecimal(left), ownDecimal(right))
      : wholeShape(left.type, right.type)
  return applied(operator, shape.type, [left, right], exactArithmetic(operator, shape))
}

function wholeShape(left: Type, right: Type): ExactShape {
  const isSmall = left.kind === 'integer' && right.kind === 'integer'
  return { type: isSmall ? INTEGER : BIGINT, leftPower: 0, rightPower: 0, dropped: 0 }
}

/** A constant needs no more digits than it has. */
function ownDecimal(node: Typed): DecimalType {
  if (node.type.kind === 'decimal' || !isConstant(node) || node.value === null) {
    return decimalFor(node.type)
  }
  return decimal(String(node.value).replace('-', '').length, 0)
}

function decimalShape(
  operator: ArithmeticOperator,
  left: DecimalType,
  right: DecimalType,
): ExactShape {
  const scale = Math.max(left.scale, right.scale)
  const align = { leftPower: scale - left.scale, rightPower: scale - right.scale }
  const [leftWhole, rightWhole] = [left.precision - left.scale, right.precision - right.scale]
  switch (operator) {
    case '+':
    case '-': {
      const type = fitted(Math.max(leftWhole, rightWhole) + scale + 1, scale)
      return { type, ...align, dropped: scale - type.scale }
    }
    case '*': {
      const full = left.scale + right.scale
      const type = fitted(left.precision + right.precision, full)
      return { type, leftPower: 0, rightPower: 0, dropped: full - type.scale }
    }
    case '/': {
      const wanted = Math.max(SCALE_KEPT, left.scale + right.precision + 1)
      const type = fitted(leftWhole + right.scale + wanted, wanted)
      const power = type.scale - left.scale + right.scale
      return { type, leftPower: Math.max(power, 0), rightPower: Math.max(-power, 0), dropped: 0 }
    }
    case '%':
      return {
        type: fitted(Math.max(Math.min(leftWhole, rightWhole) + scale, 1), scale),
        ...align,
        dropped: 0,
      }
  }
}

/** Where there are too many digits, those behind the point give way, down to six. */
function fitted(precision: number, scale: number): DecimalType {
  if (precision <= DIGITS_MAX) return decimal(precision, scale)
  const whole = precision - scale
  return decimal(DIGITS_MAX, Math.max(DIGITS_MAX - whole, Math.min(scale, SCALE_KEPT)))
}

interface Chosen {
  readonly type: Type
  readonly run: Columnwise
}

const outside = (type: Type) =>
  new Failure('sql-overflow', `The result is outside of ${typeText(type)}`)

/** A function of two whole numbers whose result must be in the range of its type. */
function ranged(
  type: Type,
  isIn: (value: number) => boolean,
  run: (a: number, b: number) => number,
): Chosen {
  const failure = outside(type)
  const checked: ScalarFunction = (a, b) => {
    const value = run(Number(a), Number(b))
    return isIn(value) ? value + 0 : failure
  }
  return { type, run: lifted({ type, run: checked, seesNulls: false }) }
}

function times(operator: ArithmeticOperator, left: Type, right: Type): Chosen | undefined {
  switch (operator) {
    case '+':
      return sums(left, right) ?? swapped(sums(right, left))
    case '-':
      return differences(left, right)
    case '*':
      return products(left, right) ?? swapped(products(right, left))
    case '/':
      return quotients(left, right)
    case '%':
      return undefined
  }
}

const swapped = (chosen: Chosen | undefined): Chosen | undefined =>
  chosen && { ...chosen, run: ([a, b], ...rest) => chosen.run([b, a] as never, ...rest) }

const isMoment = (type: Type): boolean => type.kind === 'timestamp' || type.kind === 'timestamptz'

export function shiftMonths(ms: number, months: number): number {
  const days = floorDiv(ms, DAY_MS)
  return addMonths(days, months) * DAY_MS + (ms - days * DAY_MS)
}

function sums(left: Type, right: Type): Chosen | undefined {
  if (left.kind === right.kind) return spans(left, (a, b) => a + b)
  return shifts(left, right, 1)
}

/** Two spans of the same kind. */
function spans(type: Type, run: (a: number, b: number) => number): Chosen | undefined {
  if (type.kind === 'interval') return ranged(INTERVAL, isIntervalMs, run)
  return type.kind === 'months' ? ranged(MONTHS, isIntervalMonths, run) : undefined
}

/** A moment or a day moved by a span, forwards or backwards. */
function shifts(left: Type, right: Type, sign: 1 | -1): Chosen | undefined {
  if (left.kind === 'date') return dayShifts(right, sign)
  if (!isMoment(left)) return undefined
  if (right.kind === 'interval') return ranged(left, isTimestamp, (a, b) => a + sign * b)
  if (right.kind !== 'months') return undefined
  return ranged(left, isTimestamp, (a, b) => shiftMonths(a, sign * b))
}

function dayShifts(right: Type, sign: 1 | -1): Chosen | undefined {
  switch (right.kind) {
    case 'integer':
    case 'bigint':
      return ranged(DATE, isDate, (a, b) => a + sign * b)
    case 'interval':
      return ranged(TIMESTAMP, isTimestamp, (a, b) => a * DAY_MS + sign * b)
    case 'months':
      return ranged(TIMESTAMP, isTimestamp, (a, b) => addMonths(a, sign * b) * DAY_MS)
    default:
      return undefined
  }
}

function differences(left: Type, right: Type): Chosen | undefined {
  const [leftMoment, rightMoment] = [isMoment(left), isMoment(right)]
  if (left.kind === 'date' && right.kind === 'date') {
    return ranged(INTEGER, Number.isFinite, (a, b) => a - b)
  }
  if (leftMoment && rightMoment) return ranged(INTERVAL, isIntervalMs, (a, b) => a - b)
  if (leftMoment && right.kind === 'date') {
    return ranged(INTERVAL, isIntervalMs, (a, b) => a - b * DAY_MS)
  }
  if (left.kind === 'date' && rightMoment) {
    return ranged(INTERVAL, isIntervalMs, (a, b) => a * DAY_MS - b)
  }
  if (left.kind === right.kind) return spans(left, (a, b) => a - b)
  return shifts(left, right, -1)
}

function products(left: Type, right: Type): Chosen | undefined {
  const isWhole = right.kind === 'integer' || right.kind === 'bigint'
  if (!isWhole && right.kind !== 'double') return undefined
  return spans(left, (a, b) => Math.round(a * b))
}

function quotients(left: Type, right: Type): Chosen | undefined {
  const isWhole = right.kind === 'integer' || right.kind === 'bigint'
  if (left.kind !== 'interval' || !(isWhole || right.kind === 'double')) return undefined
  const byZero = new Failure('sql-division-by-zero', 'A division by zero')
  const run: ScalarFunction = (a, b) => {
    if (b === 0) return byZero
    const value = Math.round(Number(a) / Number(b))
    return isIntervalMs(value) ? value + 0 : outside(INTERVAL)
  }
  return { type: INTERVAL, run: lifted({ type: INTERVAL, run, seesNulls: false }) }
}

/** `-x` of anything that has a sign. */
export function negated(context: Context, node: Typed, span: Span): Typed {
  const { type } = node
  if (type.kind === 'double')
    return applied(
      '-',
      DOUBLE,
      [node],
      liftedDouble(value => -value),
    )
  if (isNumeric(type)) {
    const shape = { type, leftPower: 0, rightPower: 0, dropped: 0 }
    const zero = constantOf(type, 0, span)
    return applied('-', type, [zero, node], exactArithmetic('-', shape))
  }
  const chosen = spans(type, (a, b) => a * b)
  if (chosen === undefined) return refuseSign(context, node, span)
  return applied('-', type, [node, constantOf(INTEGER, -1, span)], chosen.run)
}

export function refuseSign(context: Context, node: Typed, span: Span): never {
  const advice = node.type.kind === 'json' ? ' Write CAST(.. AS DOUBLE).' : ''
  fail(context, 'sql-type', `${typeText(node.type)} has no sign.${advice}`, span)
}
