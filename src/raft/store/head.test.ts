/** Heads: every group, as it was, in the order in which groups came. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { groupId, replicaId } from '../../base/ids.ts'
import type { GroupState } from './group-state.ts'
import { decodeHead, encodeHead } from './head.ts'
import { TURN_FRAME } from './record.ts'
import { filed, group, hardState, replica } from './testing/arbitrary.ts'
import { imageAt } from './testing/fleet.ts'

const state: fc.Arbitrary<GroupState> = fc.record({
  replica,
  hardState,
  filed,
  lastIndex: fc.nat({ max: 2 ** 50 }),
})

const head = fc.record({
  previousBytes: fc.nat(),
  previousChain: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  states: fc.array(fc.tuple(group, state), { maxLength: 8 }).map(list => new Map(list)),
})

test('a head is read as it was written, groups in their order', () => {
  fc.assert(
    fc.property(head, one => {
      const found = decodeHead(encodeHead(one))
      expect(found).toEqual(one)
      expect([...found.states.keys()]).toEqual([...one.states.keys()])
    }),
    { numRuns: 200 },
  )
})

test('a head that was cut short, or goes on, or is a turn is refused', () => {
  fc.assert(
    fc.property(head, fc.nat(), (one, at) => {
      const bytes = encodeHead(one)
      expect(() => decodeHead(bytes.subarray(0, at % bytes.length))).toThrow('malformed-bytes')
      expect(() => decodeHead(Uint8Array.from([...bytes, 0]))).toThrow('malformed-bytes')
    }),
  )
  const turn = new ByteWriter().uint8(TURN_FRAME).finish()
  expect(() => decodeHead(turn)).toThrow('a head was expected')
})

test('the head of a thousand groups is a small part of a segment', () => {
  const states = new Map<ReturnType<typeof groupId>, GroupState>()
  for (let i = 1; i <= 1000; i++) {
    const file = `image-${i}-123456789-12-3456`
    states.set(groupId(i), {
      replica: replicaId(i),
      hardState: { term: 12, vote: replicaId(1), commit: 123_456_789 },
      filed: { image: imageAt(123_456_789, 12), file },
      lastIndex: 123_456_999,
    })
  }
  const size = encodeHead({ previousBytes: 2 ** 26, previousChain: 1, states }).length
  expect(size).toBeLessThan(80_000)
})
