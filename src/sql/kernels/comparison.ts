/**
 * Comparisons of two columns, or of a column with a constant. The common ones (numbers, text equal
 * to a constant) have loops of their own; the others go by the order of the type.
 */

import type { Rows } from '../../engine/columns/records.ts'
import {
  type BooleanVector,
  type NumberVector,
  type Scalar,
  scalarAt,
  type TextVector,
  type Vector,
} from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'
import type { ComparisonOperator } from '../text/ast.ts'
import { compareDoubles, type Order, orderOf, scaleOf } from '../value/order.ts'
import { rescaled, type Whole } from '../value/whole.ts'
import type { Columnwise } from './frame.ts'
import { unionNulls } from './gaps.ts'

/** What a comparison says of an order. */
const verdicts: Readonly<Record<ComparisonOperator, (order: number) => boolean>> = {
  '=': order => order === 0,
  '<>': order => order !== 0,
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
}

/** Of two columns of these types: the same one, or two that are exact numbers or arrays of them. */
export function comparison(operator: ComparisonOperator, left: Type, right: Type): Columnwise {
  const isAsStored = isNumbers(left) && scaleOf(left) === scaleOf(right)
  return isAsStored ? ofNumbers(operator, left) : byOrder(operator, orderOf(left, right))
}

const isNumbers = ({ kind }: Type): boolean =>
  !['boolean', 'text', 'json', 'bytes', 'array'].includes(kind)

function flagsOf(size: number, nulls: Vector['nulls']): { vector: Vector; flags: Uint8Array } {
  const flags = new Uint8Array(size)
  const vector: BooleanVector = { store: 'boolean', nulls, flags }
  return { vector, flags }
}

function byOrder(operator: ComparisonOperator, order: Order): Columnwise {
  const verdict = verdicts[operator]
  return (args, rows, { size }) => {
    const [a, b] = args as readonly [Vector, Vector]
    const { vector, flags } = flagsOf(size, unionNulls(a.nulls, b.nulls))
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (vector.nulls?.[row] === 1) continue
      flags[row] = verdict(order(scalarAt(a, row), scalarAt(b, row))) ? 1 : 0
    }
    return vector
  }
}

function ofNumbers(operator: ComparisonOperator, type: Type): Columnwise {
  const loop = loops[operator]
  const verdict = verdicts[operator]
  const order = orderOf(type)
  return (args, rows, { size }) => {
    const [a, b] = args as readonly [NumberVector, NumberVector]
    const { vector, flags } = flagsOf(size, unionNulls(a.nulls, b.nulls))
    loop(a.numbers, b.numbers, flags, rows)
    // Only NaN is not told right by the loops, and what is wide says NaN.
    if (type.kind === 'double' || a.wide !== undefined || b.wide !== undefined) {
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i] as number
        const isSure = !Number.isNaN((a.numbers[row] as number) + (b.numbers[row] as number))
        if (isSure || vector.nulls?.[row] === 1) continue
        flags[row] = verdict(order(scalarAt(a, row), scalarAt(b, row))) ? 1 : 0
      }
    }
    return vector
  }
}

type Loop = (a: Float64Array, b: Float64Array, flags: Uint8Array, rows: Rows) => void

const loops: Readonly<Record<ComparisonOperator, Loop>> = {
  '=': (a, b, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) === (b[row] as number) ? 1 : 0
    }
  },
  '<>': (a, b, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) === (b[row] as number) ? 0 : 1
    }
  },
  '<': (a, b, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) < (b[row] as number) ? 1 : 0
    }
  },
  '<=': (a, b, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) <= (b[row] as number) ? 1 : 0
    }
  },
  '>': (a, b, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) > (b[row] as number) ? 1 : 0
    }
  },
  '>=': (a, b, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) >= (b[row] as number) ? 1 : 0
    }
  },
}

/** A column of a type that is compared with a constant of another one. */
export interface ConstantSide {
  readonly type: Type
  readonly value: Scalar
}

/**
 * With a constant at the right; undefined where there is no loop for it. The constant is not null.
 */
export function comparisonWithConstant(
  operator: ComparisonOperator,
  column: Type,
  constant: ConstantSide,
): Columnwise | undefined {
  if (column.kind === 'text' && constant.type.kind === 'text') {
    const isEquality = operator === '=' || operator === '<>'
    return isEquality ? textEquals(constant.value as string, operator === '=') : undefined
  }
  const limit = isNumbers(column) ? limitFor(column, constant) : undefined
  return limit === undefined ? undefined : withNumber(operator, limit)
}

/** The constant in the unit of the column, if a double holds it and the loop is right by it. */
function limitFor(column: Type, { type, value }: ConstantSide): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined
  if (scaleOf(type) > scaleOf(column)) return undefined
  const limit = rescaled(value, scaleOf(type), scaleOf(column))
  return typeof limit === 'number' ? limit : undefined
}

function withNumber(operator: ComparisonOperator, limit: number): Columnwise {
  const loop = constantLoops[operator]
  const verdict = verdicts[operator]
  return (args, rows, { size }) => {
    const a = args[0] as NumberVector
    const { vector, flags } = flagsOf(size, a.nulls)
    loop(a.numbers, limit, flags, rows)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const number = a.numbers[row] as number
      if (!Number.isNaN(number) || a.nulls?.[row] === 1) continue
      flags[row] = verdict(orderToLimit(a.wide?.get(row) ?? number, limit)) ? 1 : 0
    }
    return vector
  }
}

/** Of what the loop saw as NaN. */
function orderToLimit(value: Whole, limit: number): number {
  if (typeof value === 'bigint') return value < 0n ? -1 : 1
  return compareDoubles(value, limit)
}

type ConstantLoop = (a: Float64Array, limit: number, flags: Uint8Array, rows: Rows) => void

const constantLoops: Readonly<Record<ComparisonOperator, ConstantLoop>> = {
  '=': (a, limit, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) === limit ? 1 : 0
    }
  },
  '<>': (a, limit, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) === limit ? 0 : 1
    }
  },
  '<': (a, limit, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) < limit ? 1 : 0
    }
  },
  '<=': (a, limit, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) <= limit ? 1 : 0
    }
  },
  '>': (a, limit, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) > limit ? 1 : 0
    }
  },
  '>=': (a, limit, flags, rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      flags[row] = (a[row] as number) >= limit ? 1 : 0
    }
  },
}

const encoder = new TextEncoder()

/** Bytes are compared where the column has them, so that nothing is decoded. */
function textEquals(constant: string, isEqual: boolean): Columnwise {
  const wanted = encoder.encode(constant)
  const yes = isEqual ? 1 : 0
  return (args, rows, { size }) => {
    const a = args[0] as TextVector
    const { vector, flags } = flagsOf(size, a.nulls)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const start = a.starts[row] as number
      const same =
        start < 0
          ? a.strings[row] === constant
          : hasBytes(a.source, start, a.ends[row] as number, wanted)
      flags[row] = same ? yes : 1 - yes
    }
    return vector
  }
}

function hasBytes(source: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start !== wanted.length) return false
  for (let at = 0; at < wanted.length; at++) {
    if (source[start + at] !== wanted[at]) return false
  }
  return true
}

/** `IS [NOT] DISTINCT FROM`: null is a value like others. */
export function distinctness(equality: Columnwise, isDistinct: boolean): Columnwise {
  return (args, rows, frame) => {
    const [a, b] = args as readonly [Vector, Vector]
    const equal = equality(args, rows, frame) as BooleanVector
    const { vector, flags } = flagsOf(frame.size, undefined)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const nulls = (a.nulls?.[row] ?? 0) + (b.nulls?.[row] ?? 0)
      const same = nulls === 0 ? equal.flags[row] === 1 : nulls === 2
      flags[row] = same === isDistinct ? 0 : 1
    }
    return vector
  }
}

/** Membership in constants of the column's type; `hasNull`: one of them is null. */
export function membership(
  values: ReadonlySet<Scalar>,
  hasNull: boolean,
  negated: boolean,
): Columnwise {
  const yes = negated ? 0 : 1
  const isIn = memberTest(values)
  return (args, rows, { size }) => {
    const a = args[0] as Vector
    const flags = new Uint8Array(size)
    const nulls = hasNull ? (a.nulls?.slice(0, size) ?? new Uint8Array(size)) : a.nulls
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      if (nulls?.[row] === 1) continue
      const isMember = isIn(a, row)
      flags[row] = isMember ? yes : 1 - yes
      if (!isMember && hasNull && nulls !== undefined) nulls[row] = 1
    }
    return { store: 'boolean', nulls, flags }
  }
}

/** So many texts are compared by their bytes, one after the other; more are looked up decoded. */
const FEW_TEXTS = 8

function memberTest(values: ReadonlySet<Scalar>): (vector: Vector, row: number) => boolean {
  const texts = [...values].filter(value => typeof value === 'string')
  const isFew = texts.length > 0 && texts.length <= FEW_TEXTS
  if (!isFew || texts.length < values.size) {
    return (vector, row) => values.has(scalarAt(vector, row))
  }
  const encoded = texts.map(text => encoder.encode(text))
  return (vector, row) => {
    const { source, starts, ends, strings } = vector as TextVector
    const start = starts[row] as number
    if (start < 0) return values.has(strings[row] as string)
    for (let i = 0; i < encoded.length; i++) {
      if (hasBytes(source, start, ends[row] as number, encoded[i] as Uint8Array)) return true
    }
    return false
  }
}
