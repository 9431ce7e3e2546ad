/** Records between JSON and columns: nothing is lost, and equal is what is equal by its type. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../base/testing/runs.ts'
import { DELETE, INSERT, recordsOf, rowsOf, UPDATE } from '../engine/columns/records.ts'
import type { Scalar } from '../engine/columns/vector.ts'
import { Schema } from '../engine/schema/schema.ts'
import { DOUBLE, JSON_TYPE, TEXT, type Type } from '../engine/schema/type.ts'
import { anyRecords, anyType, scalarOf } from '../engine/testing/arbitrary.ts'
import { mustDecode, receivedOf, shownOf } from './codec.ts'

const shown = (type: Type, value: Scalar) => {
  const schema = new Schema([{ name: 'c', type }])
  const [one] = shownOf(recordsOf(schema, [{ time: 0, values: [value] }]))
  return one?.text
}

/** A JSON null is null in a record of JSON, wherever it stands for a value of its own. */
function sayable(value: Scalar, type: Type): Scalar {
  if (type.kind === 'json') return value === 'null' ? null : value
  if (type.kind !== 'array' || value === null) return value
  return (value as readonly Scalar[]).map(one => sayable(one, type.of))
}

describe('what is shown', () => {
  it('has every digit, and whatever else stands in a record', fuzzLimit(1000), () => {
    fc.assert(
      fc.property(anyRecords, records => {
        const wanted = rowsOf(records).map(({ values }) =>
          values.map((value, place) => sayable(value, records.schema.at(place).type)),
        )
        const read = shownOf(records).flatMap(({ text }) =>
          rowsOf(mustDecode(text, records.schema)),
        )
        expect(read.map(({ values }) => values)).toEqual(wanted)
      }),
      { numRuns: fuzzRuns(1000) },
    )
  })

  it('is the same for records that are equal, and for no others', fuzzLimit(1000), () => {
    const pair = anyType.chain(type => fc.tuple(fc.constant(type), scalarOf(type), scalarOf(type)))
    fc.assert(
      fc.property(pair, ([type, one, other]) => {
        fc.pre(!JSON.stringify(type).includes('json'))
        const schema = new Schema([{ name: 'c', type }])
        const rows = [one, one, other].map(value => ({ time: 0, values: [value] }))
        const [first, again, second] = shownOf(recordsOf(schema, rows))
        expect(again).toEqual(first)
        const isSame = equal(one, other)
        expect(first?.meaning === second?.meaning).toBe(isSame)
      }),
      { numRuns: fuzzRuns(1000) },
    )
  })

  it('says what a record does', () => {
    const schema = new Schema([{ name: 'c', type: TEXT }])
    const kinds = [INSERT, UPDATE, DELETE]
    const records = recordsOf(
      schema,
      kinds.map(kind => ({ time: 0, values: ['x'], kind })),
    )
    expect(shownOf(records).map(({ kind }) => kind)).toEqual(['insert', 'update', 'delete'])
    expect(receivedOf(records).map(({ kind }) => kind)).toEqual(['insert', 'update', 'delete'])
  })

  it('has texts for what JSON has no number for, and nothing for null', () => {
    expect(shown(DOUBLE, Number.NaN)).toBe('{"c":"NaN"}')
    expect(shown(DOUBLE, -Infinity)).toBe('{"c":"-Infinity"}')
    expect(shown(DOUBLE, null)).toBe('{}')
    expect(shown(JSON_TYPE, 'null')).toBe('{}')
  })
})

const equal = (one: Scalar, other: Scalar): boolean => {
  if (!Array.isArray(one) || !Array.isArray(other)) {
    if (one instanceof Uint8Array && other instanceof Uint8Array)
      return String(one) === String(other)
    return Object.is(one, other) || (one === 0 && other === 0)
  }
  return one.length === other.length && one.every((element, at) => equal(element, other[at]))
}
