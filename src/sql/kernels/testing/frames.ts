/** Test support: frames without columns, for kernels that bring their own. */

import { vectorOf } from '../../../engine/columns/builder.ts'
import { recordsOf } from '../../../engine/columns/records.ts'
import { type Scalar, scalarAt, type Vector } from '../../../engine/columns/vector.ts'
import { Schema } from '../../../engine/schema/schema.ts'
import { BOOLEAN, type Type } from '../../../engine/schema/type.ts'
import { Told } from '../../testing/evaluate.ts'
import { Budget } from '../budget.ts'
import type { Frame, Kernel } from '../frame.ts'

export function frameOf(size: number): Frame & { readonly failures: Told } {
  const rows = Array.from({ length: size }, () => ({ time: 0, values: [] }))
  return {
    records: recordsOf(new Schema([]), rows),
    size,
    failures: new Told(),
    budget: new Budget(),
  }
}

export const allOf = (size: number): Int32Array =>
  Int32Array.from({ length: size }, (_, row) => row)

export const valuesOf = (vector: Vector, size: number): readonly Scalar[] =>
  Array.from({ length: size }, (_, row) => scalarAt(vector, row))

/** A column that notes for which rows it is asked. */
export function watched(
  values: readonly Scalar[],
  type: Type = BOOLEAN,
): Kernel & { asked: number[] } {
  const vector = vectorOf(type, values)
  const asked: number[] = []
  return {
    asked,
    evaluate(_frame, rows) {
      asked.push(...rows)
      return vector
    },
  }
}
