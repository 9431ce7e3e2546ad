/** Values and rows of the oracle as the engine has them, and back. */

import {
  type Row as EngineRow,
  type Records,
  recordsOf,
  rowsOf,
} from '../../../src/engine/columns/records.ts'
import type { Scalar } from '../../../src/engine/columns/vector.ts'
import { Schema } from '../../../src/engine/schema/schema.ts'
import { type Type as EngineType, typeText as engineText } from '../../../src/engine/schema/type.ts'
import { typeOf as typeOfText } from '../../../src/engine/schema/type-text.ts'
import type { Row, RowKind } from '../../oracle/table.ts'
import { type Column, type Type, typeText } from '../../oracle/type.ts'
import type { Value } from '../../oracle/value.ts'

function schemaOf(columns: readonly Column[]): Schema {
  return new Schema(columns.map(({ name, type }) => ({ name, type: engineTypeOf(type) })))
}

export function engineTypeOf(type: Type): EngineType {
  return typeOfText(typeText(type))
}

export function scalarOf(value: Value, type: Type): Scalar {
  if (typeof value === 'bigint') {
    const narrow = Number(value)
    return Number.isSafeInteger(narrow) ? narrow : value
  }
  if (type.kind === 'bytes' && typeof value === 'string') return bytesOf(value)
  if (type.kind === 'array' && value !== null) {
    return (value as readonly Value[]).map(one => scalarOf(one, type.of))
  }
  return value as Scalar
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  )
}

export function valueOfScalar(scalar: Scalar, type: Type): Value {
  if (scalar === null || typeof scalar === 'boolean' || typeof scalar === 'string') return scalar
  if (typeof scalar === 'bigint') return scalar
  if (typeof scalar === 'number') return type.kind === 'double' ? scalar : BigInt(scalar)
  if (scalar instanceof Uint8Array) return hexOf(scalar)
  const of = type.kind === 'array' ? type.of : type
  return scalar.map(one => valueOfScalar(one, of))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

export interface Arrived {
  readonly time: number
  readonly values: readonly Value[]
}

export function recordsFrom(columns: readonly Column[], arrived: readonly Arrived[]): Records {
  const rows = arrived.map(({ time, values }) => ({
    ...{ time, values: columns.map(({ type }, at) => scalarOf(values[at] ?? null, type)) },
  }))
  return recordsOf(schemaOf(columns), rows)
}

const KINDS: readonly RowKind[] = ['insert', 'update', 'delete']

/** Of records whose columns must be these: another type is another answer. */
export function tableRows(records: Records, columns: readonly Column[], batch: number): Row[] {
  const seen = records.schema.columns.map(({ name, type }) => `${name} ${engineText(type)}`)
  const wanted = columns.map(({ name, type }) => `${name} ${engineText(engineTypeOf(type))}`)
  if (seen.join() !== wanted.join()) throw new Error(`(${seen}) came, not (${wanted})`)
  return rowsOf(records).map(
    ({ time, values, kind = 0 }: EngineRow): Row => ({
      ...{ batch, time, kind: KINDS[kind] as RowKind },
      values: columns.map(({ type }, at) => valueOfScalar(values[at] ?? null, type)),
    }),
  )
}
