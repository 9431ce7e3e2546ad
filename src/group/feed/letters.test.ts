/** What could not be computed, as records. */

import { expect, test } from 'vitest'
import { rowsOf } from '../../engine/columns/records.ts'
import { recordsFrom } from '../../engine/windows/testing/events.ts'
import { lettersOf } from './letters.ts'
import { shown } from './testing/job.ts'

/** Records at these offsets, whose user is a text of so many letters. */
function recordsAt(offsets: readonly number[], length = 1) {
  const events = offsets.map((offset, n) => ({ user: 'x'.repeat(length), time: offset, n }))
  return { ...recordsFrom(events), origin: { channel: 3, offsets: Float64Array.from(offsets) } }
}

const deadAt = (offsets: readonly number[], length?: number) => {
  const records = recordsAt(offsets, length)
  return offsets.map((_, row) => ({ operator: 'in', records, row, code: 'bad', reason: `r${row}` }))
}

test('stand under their own channel, by ascending offset', () => {
  const letters = lettersOf(deadAt([7, 4, 9]), 5)
  expect(letters.origin?.channel).toBe(5)
  expect(shown(letters)).toEqual(['4:in,bad,r1', '7:in,bad,r0', '9:in,bad,r2'])
})

test('say from which channel and offset they come, and what the record was', () => {
  const [letter] = rowsOf(lettersOf(deadAt([7]), 5))
  expect(letter?.values.slice(3)).toEqual([3, 7, '{"user":"x","n":0}'])
})

test('of one offset are told one behind the other', () => {
  expect(shown(lettersOf(deadAt([7, 7, 7]), 5))).toEqual([
    '7:in,bad,r0',
    '7:in,bad,r1',
    '7:in,bad,r2',
  ])
})

test('of one offset that fit no frame are one, which says for how many it stands', () => {
  const many = deadAt(Array<number>(120).fill(7), 60_000)
  expect(shown(lettersOf([...many, ...deadAt([8])], 5))).toEqual([
    '7:in,bad,r0 (and 119 more of this record)',
    '8:in,bad,r0',
  ])
})
