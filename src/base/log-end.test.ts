/** Ends of logs have an order: the segment first, its bytes next. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endsBefore } from './log-end.ts'

test.each([
  ['in an earlier segment, however long', [3, 9000], [4, 10], true],
  ['in a later segment, however short', [4, 10], [3, 9000], false],
  ['earlier in the same one', [4, 9], [4, 10], true],
  ['at the same place', [4, 10], [4, 10], false],
] as const)('one ends %s', (_, [segment, bytes], [otherSegment, otherBytes], isBefore) => {
  const other = { segment: otherSegment, bytes: otherBytes }
  expect(endsBefore({ segment, bytes }, other)).toBe(isBefore)
})

test('of two ends one is before the other, unless they are the same', () => {
  const end = fc.record({ segment: fc.nat(3), bytes: fc.nat(3) })
  fc.assert(
    fc.property(end, end, (one, other) => {
      const isSame = one.segment === other.segment && one.bytes === other.bytes
      expect(Number(endsBefore(one, other)) + Number(endsBefore(other, one))).toBe(isSame ? 0 : 1)
    }),
  )
})
