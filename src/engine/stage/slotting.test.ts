/** The slot of a record is that of its key, wherever and whenever it is computed. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SLOTS, slotOf } from '../../base/hash.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { type Records, recordsOf } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import { keyBy } from '../plan/testing/plans.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { keyOf } from '../state/group-key.ts'
import { testCompiler } from '../testing/compiler.ts'
import { input } from '../windows/testing/events.ts'
import { Slotting } from './slotting.ts'

const NOBODY = new FailedRows(() => expect.unreachable())

function records(rows: readonly (readonly Scalar[])[]): Records {
  return recordsOf(
    input,
    rows.map(values => ({ time: 0, values })),
  )
}

const slotting = (...columns: readonly string[]) =>
  new Slotting(keyBy(...columns), input, testCompiler)

const anyRow = fc.tuple(fc.option(fc.string({ maxLength: 3 })), fc.option(fc.integer()))

describe('the slot of a record', () => {
  test('is the slot of its key', () => {
    fc.assert(
      fc.property(fc.array(anyRow), rows => {
        const slots = slotting('user', 'n').of(records(rows), NOBODY)
        expect([...slots]).toEqual(rows.map(row => slotOf(keyOf([TEXT, BIGINT], row))))
      }),
    )
  })

  test('does not depend on what was seen before', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.array(anyRow), (before, rows) => {
        const seasoned = slotting('user')
        seasoned.of(records(before), NOBODY)
        expect(seasoned.of(records(rows), NOBODY)).toEqual(
          slotting('user').of(records(rows), NOBODY),
        )
      }),
    )
  })

  test('is one for all where there is no key', () => {
    const slots = slotting().of(
      records([
        ['a', 1],
        ['b', null],
        [null, 3],
      ]),
      NOBODY,
    )
    expect(new Set(slots).size).toBe(1)
  })

  test('lies among the slots that there are, and keys are spread over them', () => {
    const rows = Array.from({ length: 20_000 }, (_, at): Scalar[] => [`user-${at}`, at])
    const slots = slotting('user').of(records(rows), NOBODY)
    expect(slots.every(slot => slot >= 0 && slot < SLOTS)).toBe(true)
    expect(new Set(slots).size).toBe(SLOTS)
  })

  test('whose key fails is told, and is that of a null', () => {
    const failed: number[] = []
    const failures = new FailedRows(row => failed.push(row))
    const slots = slotting('who=fail(n)').of(
      records([
        ['a', -1],
        ['a', 1],
      ]),
      failures,
    )
    expect(failed).toEqual([0])
    expect([...slots]).toEqual([null, 1].map(n => slotOf(keyOf([BIGINT], [n]))))
  })
})
