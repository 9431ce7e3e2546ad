/** Slots and their groups: every slot has one owner, shares are even, rows keep their order. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SLOTS, slotOf } from '../../base/hash.ts'
import { rowAt } from '../columns/records.ts'
import { recordsUnder } from '../testing/arbitrary.ts'
import { recordsAt, SCHEMA } from '../testing/traffic.ts'
import { groupOf, Splitter, slotsOf } from './slots.ts'

const anyGroups = fc.integer({ min: 1, max: SLOTS })

describe('the slots of groups', () => {
  test('are contiguous, in order, and all of them', () => {
    fc.assert(
      fc.property(anyGroups, groups => {
        let next = 0
        for (let group = 0; group < groups; group++) {
          const { from, to } = slotsOf(group, groups)
          expect(from).toBe(next)
          next = to
        }
        expect(next).toBe(SLOTS)
      }),
    )
  })

  test('differ in number by one at most, so nobody is without', () => {
    fc.assert(
      fc.property(anyGroups, groups => {
        const sizes = Array.from({ length: groups }, (_, group) => {
          const { from, to } = slotsOf(group, groups)
          return to - from
        })
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        expect(Math.min(...sizes)).toBeGreaterThan(0)
      }),
    )
  })

  test('are those whose group it is', () => {
    fc.assert(
      fc.property(anyGroups, fc.nat(SLOTS - 1), (groups, slot) => {
        const { from, to } = slotsOf(groupOf(slot, groups), groups)
        expect(from <= slot && slot < to).toBe(true)
      }),
    )
  })

  test('are the same for ever: state is found by them', () => {
    expect([0, 1, 2].map(group => slotsOf(group, 3))).toEqual([
      { from: 0, to: 342 },
      { from: 342, to: 683 },
      { from: 683, to: 1024 },
    ])
    expect([0, 341, 342, 1023].map(slot => groupOf(slot, 3))).toEqual([0, 0, 1, 2])
  })

  test('are split in two when groups are doubled', () => {
    for (const groups of [1, 2, 4, 8, 256]) {
      for (let group = 0; group < groups; group++) {
        const { from, to } = slotsOf(group, groups)
        expect(slotsOf(2 * group, 2 * groups).from).toBe(from)
        expect(slotsOf(2 * group + 1, 2 * groups).to).toBe(to)
      }
    }
  })

  test.each([0, 1025, 2.5, Number.NaN])('of %s groups do not exist', groups => {
    expect(() => slotsOf(0, groups)).toThrow('a-stage-has-1-to-1024-groups')
    expect(() => groupOf(0, groups)).toThrow('a-stage-has-1-to-1024-groups')
    expect(() => new Splitter(groups)).toThrow('a-stage-has-1-to-1024-groups')
  })

  test('and groups that are none are refused', () => {
    expect(() => slotsOf(3, 3)).toThrow('a-group-is-of-its-stage')
    expect(() => slotsOf(-1, 3)).toThrow('a-group-is-of-its-stage')
    expect(() => groupOf(SLOTS, 3)).toThrow('a-slot-is-one-of-1024')
    expect(() => groupOf(-1, 3)).toThrow('a-slot-is-one-of-1024')
  })
})

describe('records that are split', () => {
  const withSlots = recordsUnder(SCHEMA).chain(records =>
    fc.tuple(
      fc.constant(records),
      fc.array(fc.nat(SLOTS - 1), { minLength: records.size, maxLength: records.size }),
    ),
  )

  test('are each in the group of its slot, in order, with all that they have', () => {
    fc.assert(
      fc.property(withSlots, anyGroups, ([records, slots], groups) => {
        const split = new Splitter(groups).split(records, slots)
        const wanted = new Map<number, unknown[]>()
        slots.forEach((slot, row) => {
          const group = groupOf(slot, groups)
          const rows = wanted.get(group) ?? []
          rows.push([rowAt(records, row), records.origin?.offsets[row]])
          wanted.set(group, rows)
        })
        const got = [...split].map(([group, part]) => [
          group,
          Array.from({ length: part.size }, (_, row) => [
            rowAt(part, row),
            part.origin?.offsets[row],
          ]),
        ])
        expect(got).toEqual([...wanted].sort(([one], [other]) => one - other))
      }),
    )
  })

  test('may be split again by the same splitter', () => {
    const splitter = new Splitter(4)
    const records = recordsAt(1, [1, 2, 3])
    const sizes = (slots: readonly number[]) =>
      [...splitter.split(records, slots)].map(([group, part]) => [group, part.size])
    expect(sizes([0, 1023, 0])).toEqual([
      [0, 2],
      [3, 1],
    ])
    expect(sizes([300, 600, 900])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ])
  })

  test('for one group are not copied', () => {
    const records = recordsAt(1, [1, 2, 3])
    const slots = records.vectors.map(() => 500)
    expect(new Splitter(1).split(records, [...slots, 1]).get(0)).toBe(records)
    expect(new Splitter(2).split(recordsAt(1, []), []).size).toBe(0)
  })

  test('by the hash of their keys come out in about even shares', () => {
    const offsets = Array.from({ length: 4000 }, (_, at) => at)
    const slots = offsets.map(at => slotOf(Uint8Array.of(at & 255, at >> 8)))
    const parts = new Splitter(4).split(recordsAt(1, offsets), slots)
    expect(parts.size).toBe(4)
    for (const { size } of parts.values()) {
      expect(Math.abs(size - 1000)).toBeLessThan(150)
    }
  })
})
