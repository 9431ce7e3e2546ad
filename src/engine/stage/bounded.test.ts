/** Expressions that make too much: as many records as there is room for, and the others fail. */

import { describe, expect, test } from 'vitest'
import { Excess } from '../columns/allowance.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { allRows, recordsOf } from '../columns/records.ts'
import { isNull, type Scalar, scalarAt } from '../columns/vector.ts'
import { type Made, MadeCompiler } from '../operators/testing/taking.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { boundedCompiler } from './bounded.ts'
import { Budget } from './collector.ts'
import { BATCH_TOO_LARGE } from './limits.ts'

const KIB = 2 ** 10
/** In kilobytes. */
const MOST = 32
const schema = new Schema([{ name: 'n', type: BIGINT }])
const kib = 'x'.repeat(KIB)

/** So many times a kilobyte; fails below zero. */
const long: Made = {
  type: TEXT,
  of: ([n]) => ((n as number) < 0 ? { failure: 'negative' } : kib.repeat(n as number)),
}

function evaluated(numbers: readonly number[], isStrict = false) {
  const budget = new Budget({
    rows: 1e6,
    bytes: 1e6,
    leavingBytes: 1e6,
    evaluationBytes: MOST * KIB,
  })
  budget.isStrict = isStrict
  const compiler = new MadeCompiler({ long })
  const expression = boundedCompiler(compiler, budget).expression('long', schema)
  const records = recordsOf(
    schema,
    numbers.map(n => ({ time: 0, values: [n] })),
  )
  const failed: [number, string][] = []
  const failures = new FailedRows((row, code) => failed.push([row, code]))
  const vector = expression.evaluate(records, allRows(records.size), failures)
  const sizes = numbers.map((_, row) => {
    return isNull(vector, row) ? undefined : (scalarAt(vector, row) as Scalar & string).length / KIB
  })
  return { sizes, failed, asked: compiler.asked.get('long') ?? [], type: expression.type }
}

describe('an expression', () => {
  test('that makes little is evaluated once, and is what it was', () => {
    const { sizes, failed, asked, type } = evaluated([1, -1, 2, 0])
    expect(sizes).toEqual([1, undefined, 2, 0])
    expect(failed).toEqual([[1, 'negative']])
    expect([asked, type]).toEqual([[0, 1, 2, 3], TEXT])
  })

  test('that makes much of all records together says what there is room for', () => {
    const numbers = new Array<number>(3 * MOST).fill(1)
    numbers[2] = -1
    const { sizes, failed } = evaluated(numbers)
    const said = sizes.filter(size => size === 1).length
    expect(said).toBeGreaterThanOrEqual(MOST / 2)
    expect(said).toBeLessThan(2 * MOST)
    expect(sizes.filter(size => size !== undefined)).toHaveLength(said)
    const codes = new Map(failed)
    expect(codes.size).toBe(numbers.length - said)
    expect(codes.get(2)).toBe('negative')
    expect(codes.get(numbers.length - 1)).toBe(BATCH_TOO_LARGE)
  })

  test('that makes too much of one record fails for it alone', () => {
    const { sizes, failed } = evaluated([1, MOST + 1, 2])
    expect(sizes).toEqual([1, undefined, 2])
    expect(failed).toEqual([[1, BATCH_TOO_LARGE]])
  })

  test('is taken again by less where that is possible', () => {
    expect(() => evaluated([1, MOST], true)).toThrow(Excess)
    expect(evaluated([1, 1], true).sizes).toEqual([1, 1])
  })

  test('says the same each time', () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n % 5)
    expect(evaluated(numbers)).toEqual(evaluated(numbers))
  })
})
