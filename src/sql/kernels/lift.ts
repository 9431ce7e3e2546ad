/**
 * Functions of single values as functions of columns. Null goes in, null comes out, unless the
 * function wants to see nulls; what fails is told and null.
 */

import { builderOf } from '../../engine/columns/builder.ts'
import type { Rows } from '../../engine/columns/records.ts'
import {
  type NumberVector,
  type Scalar,
  scalarAt,
  type Vector,
} from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'
import { Failure } from '../value/failure.ts'
import { type Gauge, gaugeOf, TEXT_LENGTH_MAX } from '../value/size.ts'
import type { Columnwise, Frame } from './frame.ts'
import { unionNulls } from './gaps.ts'

/** Values as scalars have them; arrays and bytes are not changed. */
export type ScalarFunction = (...args: Scalar[]) => Scalar | Failure

export interface Lifted {
  readonly type: Type
  readonly run: ScalarFunction
  /** The function is called for nulls too. */
  readonly seesNulls: boolean
}

export function lifted({ type, run, seesNulls }: Lifted): Columnwise {
  return (args, rows, frame) => {
    const sink = new Sink(type, frame)
    const nulls = seesNulls ? undefined : args.map(arg => arg.nulls).reduce(unionNulls, undefined)
    const present = (row: number) => nulls?.[row] !== 1
    loopOf(args.length)(args, rows, { run, sink, present })
    return sink.finish()
  }
}

interface Work {
  readonly run: ScalarFunction
  readonly sink: Sink
  readonly present: (row: number) => boolean
}

type Loop = (args: readonly Vector[], rows: Rows, work: Work) => void

/** The usual numbers of arguments without an array for each call. */
function loopOf(count: number): Loop {
  if (count === 1) return loop1
  return count === 2 ? loop2 : loopN
}

const loop1: Loop = (args, rows, { run, sink, present }) => {
  const a = args[0] as Vector
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    if (present(row)) sink.put(row, run(scalarAt(a, row)))
  }
}

const loop2: Loop = (args, rows, { run, sink, present }) => {
  const [a, b] = args as readonly [Vector, Vector]
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    if (present(row)) sink.put(row, run(scalarAt(a, row), scalarAt(b, row)))
  }
}

const loopN: Loop = (args, rows, { run, sink, present }) => {
  const values = new Array<Scalar>(args.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    if (!present(row)) continue
    for (let at = 0; at < args.length; at++) values[at] = scalarAt(args[at] as Vector, row)
    sink.put(row, run(...values))
  }
}

/** Values that may be large are weighed: those that are too large, or too many, are not kept. */
class Sink {
  readonly #builder: ReturnType<typeof builderOf>
  readonly #gauge: Gauge | undefined
  readonly #frame: Frame

  constructor(type: Type, frame: Frame) {
    this.#builder = builderOf(type, frame.size)
    this.#gauge = gaugeOf(type)
    this.#frame = frame
  }

  put(row: number, value: Scalar | Failure): void {
    const kept = this.#gauge === undefined || value === null ? value : this.#weighed(value)
    if (kept instanceof Failure) this.#frame.failures.add(row, kept.code, kept.reason)
    else this.#builder.set(row, kept)
  }

  #weighed(value: Scalar | Failure): Scalar | Failure {
    if (value instanceof Failure) return value
    const units = this.#gauge?.(value) ?? 0
    if (units instanceof Failure) {
      this.#frame.budget.drop(TEXT_LENGTH_MAX)
      return units
    }
    return this.#frame.budget.keep(units) ?? value
  }

  finish(): Vector {
    return this.#builder.finish(this.#frame.size)
  }
}

/** Functions from doubles to doubles, which cannot fail. */
export function liftedDouble(run: (value: number) => number): Columnwise {
  return (args, rows, { size }) => {
    const { numbers, nulls } = args[0] as NumberVector
    const results = new Float64Array(size)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      results[row] = run(numbers[row] as number)
    }
    return { store: 'number', nulls, numbers: results, wide: undefined }
  }
}

/** The column as it is: a cast between types that share a representation. */
export const unchanged: Columnwise = args => args[0] as Vector

/** Whole numbers as doubles; what is wide is rounded. */
export const toDoubles: Columnwise = args => {
  const a = args[0] as NumberVector
  if (a.wide === undefined) return a
  const numbers = a.numbers.slice()
  for (const [row, value] of a.wide) numbers[row] = Number(value)
  return { store: 'number', nulls: a.nulls, numbers, wide: undefined }
}
