/** Who belongs, and the two steps of a change. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReplicaId } from '../../base/ids.ts'
import { replicaId } from '../../base/ids.ts'
import { MEMBERS_MAX } from '../options.ts'
import type { Members } from '../types.ts'
import type { MembersWish } from './members.ts'
import { enter, everyone, isJoint, isMember, isVoter, leave, wishProblem } from './members.ts'

const ids = (...numbers: number[]): readonly ReplicaId[] => numbers.map(replicaId)
const members: Members = { voters: ids(1, 2), outgoing: ids(2, 3), learners: ids(3, 4) }
const idsTo = (last: number) => ids(...Array.from({ length: last }, (_, i) => i + 1))

describe('belonging', () => {
  it.each([
    [1, true, true],
    [2, true, true],
    [3, true, true],
    [4, false, true],
    [5, false, false],
  ])('%i votes: %s, belongs: %s', (id, votes, belongs) => {
    expect(isVoter(members, replicaId(id))).toBe(votes)
    expect(isMember(members, replicaId(id))).toBe(belongs)
  })

  it('names everyone once, in order', () => {
    expect(everyone(members)).toEqual([1, 2, 3, 4])
    expect(everyone({ voters: ids(12), outgoing: ids(3), learners: ids(100) })).toEqual([
      3, 12, 100,
    ])
  })

  it('is joint as long as somebody is on the way out', () => {
    expect(isJoint(members)).toBe(true)
    expect(isJoint(leave(members))).toBe(false)
  })
})

describe('a wish', () => {
  it.each<[string, MembersWish, boolean]>([
    ['one voter', { voters: ids(1), learners: [] }, true],
    ['voters and learners', { voters: ids(3, 1), learners: ids(2) }, true],
    ['nobody', { voters: [], learners: [] }, false],
    ['learners alone', { voters: [], learners: ids(1) }, false],
    ['a voter twice', { voters: ids(1, 1), learners: [] }, false],
    ['a voter that also learns', { voters: ids(1, 2), learners: ids(2) }, false],
    ['nobody’s id', { voters: ids(0), learners: [] }, false],
    ['half an id', { voters: ids(1.5), learners: [] }, false],
    ['an id below nothing', { voters: ids(1), learners: ids(-1) }, false],
    ['as many as may be', { voters: idsTo(MEMBERS_MAX), learners: [] }, true],
    ['one too many', { voters: idsTo(MEMBERS_MAX), learners: ids(1000) }, false],
    ['an id too large to be exact', { voters: ids(2 ** 53), learners: [] }, false],
  ])('for %s: %o is sound: %s', (_, wish, sound) => {
    expect(wishProblem(wish)).toBe(sound ? undefined : 'members-invalid')
  })
})

describe('a change', () => {
  const list = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })

  it('goes through a joint phase exactly when the voters change', () => {
    fc.assert(
      fc.property(list, list, list, (before, after, learners) => {
        const old: Members = {
          voters: ids(...before).toSorted((a, b) => a - b),
          outgoing: [],
          learners: [],
        }
        const joint = enter(old, { voters: ids(...after), learners: ids(...learners) })
        const same = new Set([...before, ...after]).size === before.length
        expect(isJoint(joint)).toBe(!(same && before.length === after.length))
        if (isJoint(joint)) expect(joint.outgoing).toEqual(old.voters)
        expect(joint.voters).toEqual(after.toSorted((a, b) => a - b))
        expect(leave(joint)).toEqual({ ...joint, outgoing: [] })
      }),
    )
  })

  it('changes nobody’s lists in place', () => {
    const voters = ids(3, 1, 2)
    enter(members, { voters, learners: [] })
    expect(voters).toEqual([3, 1, 2])
  })

  it('of learners alone is done in one step', () => {
    const old: Members = { voters: ids(1, 2), outgoing: [], learners: ids(3) }
    const next = enter(old, { voters: ids(2, 1), learners: ids(4, 3) })
    expect(next).toEqual({ voters: [1, 2], outgoing: [], learners: [3, 4] })
  })
})
