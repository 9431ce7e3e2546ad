/** What is said in time, and what is taken back as it was. */

import { describe, expect, test } from 'vitest'
import type { Row, RowKind, Table } from '../../oracle/table.ts'
import { BIGINT, TEXT } from '../../oracle/type.ts'
import type { Value } from '../../oracle/value.ts'
import { takenBackWrongly } from './taken-back.ts'
import { unsaid } from './timely.ts'

const row = (batch: number, values: readonly Value[], kind: RowKind = 'insert'): Row => ({
  ...{ batch, time: 9, kind, values },
})

describe('a result is said in its batch', () => {
  test('whether or not it is the first of its key', () => {
    expect(unsaid([row(1, ['a', 1n])], [row(1, ['a', 1n], 'update')])).toBe(undefined)
  })

  test('and others may be said besides', () => {
    expect(unsaid([row(1, [1])], [row(0, [1]), row(1, [1 + 1e-12]), row(1, [2])])).toBe(undefined)
  })

  test.each([
    ['nothing is', []],
    ['it comes a batch later', [row(2, [1n])]],
    ['it comes a batch before', [row(0, [1n])]],
    ['it has other values', [row(1, [2n])]],
    ['it is taken back', [row(1, [1n], 'delete')]],
  ])('or else is not said: %s', (_, seen) => {
    expect(unsaid([row(1, [1n])], seen)).toBe('batch 1: update @9 1 is not said')
  })

  test('but for what is taken back', () => {
    expect(unsaid([row(1, [1n], 'delete')], [])).toBe(undefined)
  })
})

describe('what is taken back', () => {
  const columns = [
    { name: 'k', type: TEXT },
    { name: 'n', type: BIGINT },
  ]
  const table = (...rows: readonly Row[]): Table => ({ columns, rows })
  const said = row(0, ['a', 1n])

  test('was said, just so', () => {
    expect(takenBackWrongly(table(said, row(1, ['a', 1n], 'delete')), ['k'])).toBe(undefined)
  })

  test('is wrong with other values, twice, or of another key', () => {
    const other = table(said, row(1, ['a', 2n], 'delete'))
    expect(takenBackWrongly(other, ['k'])).toContain('is taken back and was @9 "a" 1')
    const back = row(1, ['a', 1n], 'delete')
    expect(takenBackWrongly(table(said, back, back), ['k'])).toContain('was not said')
    expect(takenBackWrongly(table(said, row(1, ['b', 1n], 'delete')), ['k'])).toContain('not said')
  })

  test('is not judged where it could not be computed', () => {
    expect(takenBackWrongly(table(said, row(1, ['a', null], 'delete')), ['k'])).toBe(undefined)
  })
})
