/** Rows that replace others, sifted: each line is what was said, and what becomes of it. */

import { describe, expect, test } from 'vitest'
import { sifted } from './replaced.ts'
import type { Row, RowKind } from './table.ts'
import { Failure, type Value } from './value.ts'

/** Odd numbers go on; negative ones fail. */
const odd = ([n]: readonly Value[]) => {
  if ((n as number) < 0) throw new Failure('negative')
  return (n as number) % 2 === 1 ? [n as Value] : undefined
}

const row = (kind: RowKind, n: number, old?: number): Row => ({
  ...{ batch: 0, time: 9, kind, values: [n] },
  ...(old === undefined ? {} : { old: [old] }),
})

const shown = (rows: readonly Row[]) =>
  rows.map(({ kind, values, old }) => [kind, ...values, ...(old ?? [])].join(' '))

describe('of rows of which the odd ones go on', () => {
  test.each<[string, Row, string[]]>([
    ['a first that does', row('insert', 1), ['insert 1']],
    ['a first that does not', row('insert', 2), []],
    ['one that replaces one that did', row('update', 3, 1), ['update 3 1']],
    ['one that replaces one that did not', row('update', 3, 2), ['insert 3']],
    ['one that does not, where the other did', row('update', 2, 1), ['delete 1']],
    ['one that does not, nor did the other', row('update', 4, 2), []],
    ['one that is gone and did', row('delete', 1), ['delete 1']],
    ['one that is gone and did not', row('delete', 2), []],
  ])('%s', (_, one, wanted) => {
    const { rows, failed } = sifted({ rows: [one] }, odd)
    expect([shown(rows), failed]).toEqual([wanted, 0])
  })
})

describe('what fails does not go on, and is counted once', () => {
  test.each<[string, Row, string[], number]>([
    ['a first', row('insert', -1), [], 1],
    ['one that replaces one that did', row('update', -1, 1), ['delete 1'], 1],
    ['one that is replaced: it was counted then', row('update', 1, -1), ['insert 1'], 0],
    ['one that is gone: it was counted then', row('delete', -1), [], 0],
  ])('%s', (_, one, wanted, count) => {
    const { rows, failed } = sifted({ rows: [one] }, odd)
    expect([shown(rows), failed]).toEqual([wanted, count])
  })

  test('but for what is wrong in the plan', () => {
    const broken = () => {
      throw new Error('no such column')
    }
    expect(() => sifted({ rows: [row('insert', 1)] }, broken)).toThrow('no such column')
  })
})
