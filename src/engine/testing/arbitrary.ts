/** Test support: any type, any scalar of it, any records under a schema. */

import fc from 'fast-check'
import { DELETE, INSERT, type Records, type Row, recordsOf } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, decimal, SIMPLE_TYPES, type Type } from '../schema/type.ts'

const INT64_MAX = 2n ** 63n - 1n

/** As scalars have them: a number where that is safe. */
export function whole(value: bigint): number | bigint {
  const narrow = Number(value)
  return Number.isSafeInteger(narrow) ? narrow : value
}

const bigintOf = (max: bigint) =>
  fc.oneof(
    fc.integer({ min: -1000, max: 1000 }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -max, max }).map(whole),
  )

export const anyText = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)

export const anyMoment = fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 })

const simpleType = fc.constantFrom<Type>(...SIMPLE_TYPES)
const decimalType = fc
  .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38))
  .map(([precision, scale]): Type => decimal(precision, Math.min(precision, scale)))
const flatType = fc.oneof(simpleType, decimalType)

export const anyType = fc.oneof(
  { weight: 6, arbitrary: flatType },
  { weight: 1, arbitrary: flatType.map(arrayOf) },
  { weight: 1, arbitrary: flatType.map(of => arrayOf(arrayOf(of))) },
)

function presentOf(type: Type): fc.Arbitrary<Scalar> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer()
    case 'bigint':
      return bigintOf(INT64_MAX)
    case 'decimal':
      return bigintOf(10n ** BigInt(type.precision) - 1n).filter(
        digits => BigInt(digits) ** 2n < 100n ** BigInt(type.precision),
      )
    case 'double':
      return fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, -0, Infinity))
    case 'text':
      return anyText
    case 'json':
      return fc.json()
    case 'bytes':
      return fc.uint8Array({ maxLength: 8 })
    case 'date':
      return fc.integer({ min: -30_000, max: 60_000 })
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      return anyMoment
    case 'months':
      return fc.integer({ min: -1200, max: 1200 })
    case 'array':
      return fc.array(scalarOf(type.of), { maxLength: 4 })
  }
}

export function scalarOf(type: Type): fc.Arbitrary<Scalar> {
  return fc.oneof(
    { weight: 5, arbitrary: presentOf(type) },
    { weight: 1, arbitrary: fc.constant(null) },
  )
}

export const anySchema = fc
  .array(anyType, { maxLength: 5 })
  .map(types => new Schema(types.map((type, place) => ({ name: `c${place}`, type }))))

export function rowOf(schema: Schema): fc.Arbitrary<Row> {
  const values = fc.tuple(...schema.columns.map(({ type }) => scalarOf(type)))
  return fc.tuple(anyMoment, values).map(([time, all]) => ({ time, values: all }))
}

export function recordsUnder(schema: Schema): fc.Arbitrary<Records> {
  const rows = fc.array(rowOf(schema), { maxLength: 12 })
  const kind = fc.integer({ min: INSERT, max: DELETE })
  return fc.tuple(rows, fc.option(kind), fc.option(fc.nat(5))).map(([all, some, channel]) => {
    const kinds = some === null ? all : all.map(row => ({ ...row, kind: some }))
    const offsets = Float64Array.from(all, (_, at) => 7 * at)
    const origin = channel === null ? undefined : { channel, offsets }
    return { ...recordsOf(schema, kinds), origin }
  })
}

export const anyRecords = anySchema.chain(recordsUnder)
