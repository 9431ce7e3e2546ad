/**
 * Sums, differences, products, quotients and rests of columns of numbers. Doubles follow IEEE 754.
 * Whole numbers and decimals are exact: as long as doubles hold them they are computed as such, and
 * a row that leaves that range is computed again with bigints, or fails.
 */

import type { Rows } from '../../engine/columns/records.ts'
import type { NumberVector, Vector } from '../../engine/columns/vector.ts'
import { type Type, typeText } from '../../engine/schema/type.ts'
import type { ArithmeticOperator } from '../text/ast.ts'
import { Failure } from '../value/failure.ts'
import {
  BIGINT_MAX,
  BIGINT_MIN,
  dividedRounding,
  INTEGER_MAX,
  INTEGER_MIN,
  power10,
  SAFE_MAX,
  safePower10,
  wholeOf,
} from '../value/whole.ts'
import type { Columnwise, Frame } from './frame.ts'
import { Gaps, unionNulls } from './gaps.ts'

export function doubleArithmetic(operator: ArithmeticOperator): Columnwise {
  const loop = doubleLoops[operator]
  return (args, rows, { size }) => {
    const [a, b] = args as readonly [NumberVector, NumberVector]
    const numbers = new Float64Array(size)
    loop(a.numbers, b.numbers, numbers, rows)
    return { store: 'number', nulls: unionNulls(a.nulls, b.nulls), numbers, wide: undefined }
  }
}

type Loop = (a: Float64Array, b: Float64Array, out: Float64Array, rows: Rows) => void

const doubleLoops: Readonly<Record<ArithmeticOperator, Loop>> = {
  '+': (a, b, out, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      out[row] = (a[row] as number) + (b[row] as number)
    }
  },
  '-': (a, b, out, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      out[row] = (a[row] as number) - (b[row] as number)
    }
  },
  '*': (a, b, out, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      out[row] = (a[row] as number) * (b[row] as number)
    }
  },
  '/': (a, b, out, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      out[row] = (a[row] as number) / (b[row] as number)
    }
  },
  '%': (a, b, out, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      out[row] = (a[row] as number) % (b[row] as number)
    }
  },
}

/**
 * Both sides times a power of ten each, then the operator, then that many digits rounded off: for
 * decimals, whose results do not always have room for all digits behind the point.
 */
export interface ExactShape {
  readonly type: Type
  readonly leftPower: number
  readonly rightPower: number
  readonly dropped: number
}

/** The range of a result. */
interface Range {
  readonly low: bigint
  readonly high: bigint
}

function rangeOf(type: Type): Range {
  if (type.kind === 'integer') return { low: BigInt(INTEGER_MIN), high: BigInt(INTEGER_MAX) }
  if (type.kind !== 'decimal') return { low: BIGINT_MIN, high: BIGINT_MAX }
  const high = power10(type.precision) - 1n
  return { low: -high, high }
}

/** INTEGER, BIGINT and DECIMAL. */
export function exactArithmetic(operator: ArithmeticOperator, shape: ExactShape): Columnwise {
  const exact = exactOperations(operator, shape)
  const range = rangeOf(shape.type)
  const low = Math.max(Number(range.low), -SAFE_MAX)
  const high = Math.min(Number(range.high), SAFE_MAX)
  const isPlain = shape.leftPower === 0 && shape.rightPower === 0 && !isRounding(operator, shape)
  const loop = isPlain ? exactLoops[operator] : scaledLoop(operator, shape)
  return (args, rows, frame) => {
    const [a, b] = args as readonly [NumberVector, NumberVector]
    const numbers = new Float64Array(frame.size)
    const doubtful = loop(a.numbers, b.numbers, numbers, { rows, low, high })
    const redo = new Redo(shape.type, numbers, new Gaps(frame.size, unionNulls(a.nulls, b.nulls)))
    for (const row of doubtful) redo.row(row, [a, b], exact, frame)
    return redo.finish()
  }
}

interface Bounds {
  readonly rows: Rows
  readonly low: number
  readonly high: number
}

/** Fills `out`, and answers the rows whose result is not sure to be right. */
type ExactLoop = (
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  bounds: Bounds,
) => readonly number[]

/** Sums of minus zero and zero are zero: whole numbers have one zero. */
const exactLoops: Readonly<Record<ArithmeticOperator, ExactLoop>> = {
  '+': (a, b, out, { rows, low, high }) => {
    const doubtful: number[] = []
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const sum = (a[row] as number) + (b[row] as number)
      if (sum >= low && sum <= high) out[row] = sum
      else doubtful.push(row)
    }
    return doubtful
  },
  '-': (a, b, out, { rows, low, high }) => {
    const doubtful: number[] = []
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const difference = (a[row] as number) - (b[row] as number)
      if (difference >= low && difference <= high) out[row] = difference
      else doubtful.push(row)
    }
    return doubtful
  },
  '*': (a, b, out, { rows, low, high }) => {
    const doubtful: number[] = []
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const product = (a[row] as number) * (b[row] as number)
      if (product >= low && product <= high) out[row] = product + 0
      else doubtful.push(row)
    }
    return doubtful
  },
  // Of safe numbers the quotient is never rounded up to the next whole one.
  '/': (a, b, out, { rows, low, high }) => {
    const doubtful: number[] = []
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const quotient = Math.trunc((a[row] as number) / (b[row] as number))
      if (quotient >= low && quotient <= high) out[row] = quotient + 0
      else doubtful.push(row)
    }
    return doubtful
  },
  '%': (a, b, out, { rows, low, high }) => {
    const doubtful: number[] = []
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const rest = (a[row] as number) % (b[row] as number)
      if (rest >= low && rest <= high) out[row] = rest + 0
      else doubtful.push(row)
    }
    return doubtful
  },
}

const isRounding = (operator: ArithmeticOperator, { type, dropped }: ExactShape): boolean =>
  dropped > 0 || (operator === '/' && type.kind === 'decimal')

/** What is rounded is left to bigints. */
function scaledLoop(operator: ArithmeticOperator, shape: ExactShape): ExactLoop {
  const left = safePower10(shape.leftPower)
  const right = safePower10(shape.rightPower)
  if (isRounding(operator, shape) || left === undefined || right === undefined) return allDoubtful
  const loop = exactLoops[operator]
  return (a, b, out, bounds) => {
    const scaled: number[] = []
    const unsafe: number[] = []
    const [x, y] = [new Float64Array(out.length), new Float64Array(out.length)]
    for (const row of bounds.rows) {
      const one = (a[row] as number) * left
      const other = (b[row] as number) * right
      x[row] = one
      y[row] = other
      const isSafe = Math.abs(one) <= SAFE_MAX && Math.abs(other) <= SAFE_MAX
      if (isSafe) scaled.push(row)
      else unsafe.push(row)
    }
    return [...unsafe, ...loop(x, y, out, { ...bounds, rows: Int32Array.from(scaled) })]
  }
}

const allDoubtful: ExactLoop = (_a, _b, _out, { rows }) => Array.from(rows)

type Exact = (a: bigint, b: bigint) => bigint | undefined

/** Undefined: a division by zero. */
function exactOperations(operator: ArithmeticOperator, shape: ExactShape): Exact {
  const left = power10(shape.leftPower)
  const right = power10(shape.rightPower)
  const isRounded = shape.type.kind === 'decimal'
  const rest = power10(shape.dropped)
  const cut = (value: bigint) => (rest === 1n ? value : dividedRounding(value, rest))
  switch (operator) {
    case '+':
      return (a, b) => cut(a * left + b * right)
    case '-':
      return (a, b) => cut(a * left - b * right)
    case '*':
      return (a, b) => cut(a * b)
    case '/':
      return (a, b) => {
        if (b === 0n) return undefined
        return isRounded ? dividedRounding(a * left, b * right) : a / b
      }
    case '%':
      return (a, b) => (b === 0n ? undefined : (a * left) % (b * right))
  }
}

function bigintAt(vector: NumberVector, row: number): bigint {
  return vector.wide?.get(row) ?? BigInt(vector.numbers[row] as number)
}

/** The rows that need bigints, or fail. */
class Redo {
  readonly #type: Type
  readonly #range: Range
  readonly #numbers: Float64Array
  readonly #gaps: Gaps
  #wide: Map<number, bigint> | undefined

  constructor(type: Type, numbers: Float64Array, gaps: Gaps) {
    this.#type = type
    this.#range = rangeOf(type)
    this.#numbers = numbers
    this.#gaps = gaps
  }

  row(
    row: number,
    [a, b]: readonly [NumberVector, NumberVector],
    exact: Exact,
    { failures }: Frame,
  ): void {
    if (a.nulls?.[row] === 1 || b.nulls?.[row] === 1) return
    const value = exact(bigintAt(a, row), bigintAt(b, row))
    if (value !== undefined && value >= this.#range.low && value <= this.#range.high) {
      this.#set(row, value)
      return
    }
    this.#gaps.add(row)
    const { code, reason } = value === undefined ? byZero : this.#overflow()
    failures.add(row, code, reason)
  }

  finish(): Vector {
    const nulls = this.#gaps.finish()
    return { store: 'number', nulls, numbers: this.#numbers, wide: this.#wide }
  }

  #set(row: number, value: bigint): void {
    const narrow = wholeOf(value)
    this.#numbers[row] = typeof narrow === 'number' ? narrow : Number.NaN
    if (typeof narrow === 'bigint') {
      this.#wide ??= new Map()
      this.#wide.set(row, narrow)
    }
  }

  #overflow(): Failure {
    return new Failure('sql-overflow', `The result does not fit ${typeText(this.#type)}`)
  }
}

const byZero = new Failure('sql-division-by-zero', 'A division by zero')
