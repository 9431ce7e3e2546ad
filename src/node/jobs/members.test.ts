/** How a job's group comes to the members that are wished for, and never counts on fewer. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ReplicaId, replicaId } from '../../base/ids.ts'
import type { Members } from '../../raft/types.ts'
import { COMMIT, leaderOf, peerAt } from '../roster/testing/status.ts'
import { nextPlaced } from './members.ts'

const ids = (...numbers: readonly number[]) => numbers.map(replicaId)
const FAR = 500

function next(
  { voters, learners = [], outgoing = [] }: Partial<Record<keyof Members, readonly number[]>>,
  wished: readonly number[],
  behind: readonly number[] = [],
) {
  const members = {
    voters: ids(...(voters ?? [])),
    learners: ids(...learners),
    outgoing: ids(...outgoing),
  }
  const all = [...members.voters, ...members.learners]
  const peers = all.map(id => peerAt(id, behind.includes(id) ? COMMIT - FAR : COMMIT))
  return nextPlaced(leaderOf(members, peers), ids(...wished))
}

test('whoever is new is a learner first, and votes when it has caught up', () => {
  const voters = [1, 2, 3]
  expect(next({ voters }, [1, 2, 4])).toEqual({ voters: ids(1, 2, 3), learners: ids(4) })
  expect(next({ voters, learners: [4] }, [1, 2, 4], [4])).toBeUndefined()
  expect(next({ voters, learners: [4] }, [1, 2, 4])).toEqual({ voters: ids(1, 2, 4), learners: [] })
})

test('nobody goes before all that are wished for vote', () => {
  const step = next({ voters: [1, 2, 3], learners: [4, 5] }, [3, 4, 5], [5])
  expect(step).toEqual({ voters: ids(1, 2, 3, 4), learners: ids(5) })
})

test('a learner that is wished for no more goes at once', () => {
  expect(next({ voters: [1, 2, 3], learners: [4] }, [1, 2, 3])).toEqual({
    voters: ids(1, 2, 3),
    learners: [],
  })
})

test('nothing is changed while a change goes on, or when nothing is known', () => {
  expect(next({ voters: [1, 4], outgoing: [1, 2] }, [1, 2])).toBeUndefined()
  expect(next({ voters: [1, 2, 3] }, [])).toBeUndefined()
  const members = { voters: ids(1, 2, 3), learners: [], outgoing: [] }
  const follower = { ...leaderOf(members, []), role: 'follower' as const }
  expect(nextPlaced(follower, ids(1, 2, 4))).toBeUndefined()
})

test('the order in which they should lead changes nothing of who they are', () => {
  expect(next({ voters: [1, 2, 3] }, [3, 1, 2])).toBeUndefined()
})

test('any group comes to rest at its wish, all the old or all the new voting at each step', () => {
  const some = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  const lagging = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 })
  fc.assert(
    fc.property(some, some, fc.array(lagging, { maxLength: 6 }), (first, wished, lags) => {
      let members: { voters: readonly ReplicaId[]; learners: readonly ReplicaId[] } = {
        voters: ids(...first),
        learners: [],
      }
      for (let turn = 0; turn < 20; turn++) {
        const step = next(members, wished, lags[turn])
        if (step === undefined && turn > lags.length) break
        members = step ?? members
        const { voters } = members
        const isWhole = (of: readonly number[]) => of.every(id => voters.includes(replicaId(id)))
        expect(isWhole(first) || isWhole(wished)).toBe(true)
        expect(new Set([...voters, ...members.learners]).size).toBe(
          voters.length + members.learners.length,
        )
      }
      expect([...members.voters].sort()).toEqual(ids(...wished).sort())
      expect(members.learners).toEqual([])
    }),
    { numRuns: 500 },
  )
})
