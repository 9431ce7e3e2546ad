/** Replacing a replica whose log is lost: every way that its heir may have gone meanwhile. */

import { expect, test } from 'vitest'
import type { ReplicaId } from '../../../src/base/ids.ts'
import { replicaId } from '../../../src/base/ids.ts'
import { replacement } from './churn.ts'

const ids = (...numbers: number[]): ReplicaId[] => numbers.map(replicaId)
const [lost, heir] = [replicaId(3), replicaId(9)]

function members(voters: number[], learners: number[] = [], outgoing: number[] = []) {
  return { voters: ids(...voters), learners: ids(...learners), outgoing: ids(...outgoing) }
}

test('the heir of a voter learns first', () => {
  expect(replacement(members([1, 2, 3]), lost, heir)).toEqual({
    voters: ids(1, 2, 3),
    learners: ids(9),
  })
})

test('a heir that learns takes the place in one change', () => {
  expect(replacement(members([1, 2, 3], [8, 9]), lost, heir)).toEqual({
    voters: ids(1, 2, 9),
    learners: ids(8),
  })
})

test('the heir of a learner takes its place at once', () => {
  expect(replacement(members([1, 2], [3, 8]), lost, heir)).toEqual({
    voters: ids(1, 2),
    learners: ids(8, 9),
  })
})

test('a heir that votes already, or is gone, leaves only the lost to go', () => {
  expect(replacement(members([1, 3, 9]), lost, heir)).toEqual({ voters: ids(1, 9), learners: [] })
  expect(replacement(members([1, 9], [3]), lost, heir)).toEqual({ voters: ids(1, 9), learners: [] })
  expect(replacement(members([1, 3]), lost, undefined)).toEqual({ voters: ids(1), learners: [] })
})

test('nothing is asked in a joint phase, or when the lost is no member', () => {
  expect(replacement(members([1, 9], [], [1, 3]), lost, heir)).toBe('wait')
  expect(replacement(members([1, 2]), lost, heir)).toBe('done')
})
