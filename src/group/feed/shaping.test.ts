/** What a reader makes of records: the same of the same offsets, however they are read. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StoredRecord } from '../../base/stream-log.ts'
import type { Records } from '../../engine/columns/records.ts'
import { rowsOf } from '../../engine/columns/records.ts'
import { filter, project } from '../../engine/plan/testing/plans.ts'
import {
  branchedShaping,
  CHANNEL,
  type JobOptions,
  LETTERS,
  shapingOf,
  shown,
} from './testing/job.ts'
import { recordOf } from './testing/rig.ts'

const read = (...texts: readonly (string | null)[]): readonly StoredRecord[] =>
  texts.map((text, at) => recordOf(10 + at, text, 1000 + at))

/** By branch, the letters last. */
function shaped(records: readonly StoredRecord[], options: JobOptions = {}) {
  const shaping = shapingOf(options)
  const { parts, times } = shaping.shape(records)
  return { branches: shaping.branches.map((_, at) => shown(parts.get(at))), times: [...times] }
}

describe('records of a source', () => {
  test('keep their offsets, and their times are known', () => {
    const { branches, times } = shaped(read('a,1', 'b,2'))
    expect(branches).toEqual([['10:a,1', '11:b,2'], []])
    expect(times).toEqual([1000, 1001])
  })

  test('go to the group that owns their key, and no part is empty', () => {
    const users = Array.from({ length: 40 }, (_, at) => `u${at},${at}`)
    const { branches } = shaped(read(...users), { groups: 3 })
    const groups = branches.slice(0, 3)
    expect(groups.map(({ length }) => length > 0)).toEqual([true, true, true])
    expect(groups.flat().length).toBe(40)
    const again = shaped(read(...users.slice(20)), { groups: 3 }).branches.slice(0, 3)
    const values = (all: readonly string[]) => all.map(one => one.split(':')[1])
    for (const [at, part] of again.entries()) {
      expect(values(groups[at] ?? [])).toEqual(expect.arrayContaining(values(part)))
    }
  })

  test('that the front leaves out are in no part, but their times count', () => {
    const { branches, times } = shaped(read('a,1', 'b,-2'), { front: filter() })
    expect(branches).toEqual([['10:a,1'], []])
    expect(times).toEqual([1000, 1001])
  })

  test('that are none at all are no parts', () => {
    expect(shaped([])).toEqual({ branches: [[], []], times: [] })
  })

  test('stand under the channel of their branch', () => {
    const { parts } = shapingOf().shape(read('a,1', 'nonsense'))
    expect([...parts.values()].map(({ origin }) => origin?.channel)).toEqual([CHANNEL, LETTERS])
  })
})

describe('a front of several ways', () => {
  const { branches, parts } = (() => {
    const shaping = branchedShaping()
    return { branches: shaping.branches, parts: shaping.shape(read('a,7', 'b,1', 'c,9')).parts }
  })()

  test('that meet again tells what it has by ascending offset', () => {
    expect(shown(parts.get(0))).toEqual(['10:a,7', '10:a,7', '11:b,1', '12:c,9', '12:c,9'])
  })

  test('has what a sink is told on a channel of its own', () => {
    expect(branches.map(({ channel }) => channel)).toEqual([CHANNEL, 5, LETTERS])
    expect(shown(parts.get(1))).toEqual(['10:a,7', '12:c,9'])
    expect(parts.get(1)?.origin?.channel).toBe(5)
  })
})

describe('letters', () => {
  test('tell what could not be decoded, and where it stood', () => {
    const { branches, times } = shaped(read('a,1', 'nonsense', 'b,2', null))
    expect(branches).toEqual([
      ['10:a,1', '12:b,2'],
      ["11:in,malformed,'nonsense' is none", "13:in,malformed,'' is none"],
    ])
    expect(times).toEqual([1000, 1002])
  })

  test('tell what the front could not compute, in order with the others', () => {
    const options = { front: project('user', 'm=fail(n)') }
    const { branches } = shaped(read('a,-1', 'nonsense', 'b,2', 'c,-3'), options)
    expect(branches).toEqual([
      ['12:b,2'],
      [
        '10:front,negative,-1 is negative',
        "11:in,malformed,'nonsense' is none",
        '13:front,negative,-3 is negative',
      ],
    ])
  })

  test('tell whose key could not be computed, where there are groups to choose from', () => {
    const { branches } = shaped(read('a,-1'), { groups: 2, key: 'm=fail(n)' })
    expect(branches[2]).toEqual(['10:sums,negative,-1 is negative'])
  })

  test('say the source and the offset', () => {
    const { parts } = shapingOf().shape(read('nonsense'))
    const [letter] = rowsOf(parts.get(1) as Records)
    expect(letter?.values.slice(3, 5)).toEqual([CHANNEL, 10])
  })

  test('are not told where they are to be skipped', () => {
    expect(shaped(read('a,1', 'x'), { errors: 'skip' }).branches).toEqual([['10:a,1'], []])
  })

  test('stop the reader where the job is to fail', () => {
    expect(() => shaped(read('a,1', 'x'), { errors: 'fail' })).toThrow("malformed: in: 'x' is none")
  })

  test('tell in place of a record that fits no frame', () => {
    const huge = `${'u'.repeat(4 * 2 ** 20)},1`
    const { branches } = shaped(read('a,1', huge, 'b,2'))
    expect(branches[0]).toEqual(['10:a,1', '12:b,2'])
    expect(branches[1]?.[0]).toMatch(/^11:sums,results-too-large,/)
  })
})

const anyText = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: -5, max: 5 })).map(String),
  fc.constantFrom('nonsense', '', null),
)

test('the same offsets give the same, in whatever pieces they are read, and by whom', () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 30 }), fc.nat(30), (texts, cut) => {
      const options = { groups: 3, front: project('user', 'm=fail(n)') }
      const [records, one] = [read(...texts), shapingOf(options)]
      const whole = shapingOf(options).shape(records)
      const pieces = [one.shape(records.slice(0, cut)), one.shape(records.slice(cut))]
      for (const branch of one.branches.keys()) {
        const parts = pieces.flatMap(({ parts: all }) => shown(all.get(branch)))
        expect(parts).toEqual(shown(whole.parts.get(branch)))
      }
      expect(pieces.flatMap(({ times }) => [...times])).toEqual([...whole.times])
    }),
  )
})
