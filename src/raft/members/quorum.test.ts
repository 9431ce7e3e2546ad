/** Majorities against brute force: every subset of every small set of voters. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import type { Members } from '../types.ts'
import { enter, leave } from './members.ts'
import { quorumHas, quorumIndex, tally } from './quorum.ts'

const STAFF = [1, 2, 3, 4, 5, 6].map(replicaId)
type Id = (typeof STAFF)[number]

function subsets(of: readonly Id[]): readonly (readonly Id[])[] {
  const [first, ...rest] = of
  if (first === undefined) return [[]]
  const without = subsets(rest)
  return [...without, ...without.map(set => [first, ...set])]
}

const all = subsets(STAFF)
const set = fc.constantFrom(...all)
const voterSet = fc.constantFrom(...all.filter(ids => ids.length > 0))
const members = fc
  .tuple(voterSet, set, set)
  .map(([voters, outgoing, learners]): Members => ({ voters, outgoing, learners }))

/** The definition: more than half. */
function isMajority(ids: readonly Id[], of: readonly Id[]): boolean {
  return of.filter(id => ids.includes(id)).length * 2 > of.length
}

function isQuorum(ids: readonly Id[], { voters, outgoing }: Members): boolean {
  return isMajority(ids, voters) && (outgoing.length === 0 || isMajority(ids, outgoing))
}

describe('a quorum', () => {
  it('is more than half, in a joint phase of both sets', () => {
    fc.assert(
      fc.property(members, who => {
        for (const ids of all) {
          expect(quorumHas(who, id => ids.includes(id))).toBe(isQuorum(ids, who))
        }
      }),
    )
  })

  it('of nobody is never reached', () => {
    const nobody: Members = { voters: [], outgoing: [], learners: STAFF }
    expect(quorumHas(nobody, () => true)).toBe(false)
    expect(quorumIndex(nobody, () => 9)).toBe(0)
  })

  it('has reached the highest index that some quorum has reached', () => {
    const indexes = fc.array(fc.nat({ max: 6 }), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(members, indexes, (who, reached) => {
        const at = (id: Id): number => reached[id - 1] ?? 0
        let highest = 0
        for (let index = 1; index <= 6; index++) {
          const there = STAFF.filter(id => at(id) >= index)
          if (isQuorum(there, who)) highest = index
        }
        expect(quorumIndex(who, at)).toBe(highest)
      }),
    )
  })

  it('shares a member with every other quorum of the same members', () => {
    fc.assert(fc.property(members, who => expectShared(who, who)))
  })

  // What makes a change of members safe: no two leaders, no two commits, before, during or after.
  it('shares a member with every quorum of the next step of a change', () => {
    fc.assert(
      fc.property(voterSet, voterSet, set, (before, after, learners) => {
        const old: Members = { voters: before, outgoing: [], learners: [] }
        const joint = enter(old, { voters: after, learners })
        expectShared(old, joint)
        expectShared(joint, leave(joint))
      }),
      { numRuns: 60 },
    )
  })

  it('of old and new voters may share nobody, which is why there is a joint phase', () => {
    const [a, b] = [STAFF.slice(0, 3), STAFF.slice(3)]
    const quorums = (voters: readonly Id[]): readonly (readonly Id[])[] =>
      all.filter(ids => isQuorum(ids, { voters, outgoing: [], learners: [] }))
    const apart = quorums(a).some(x => quorums(b).some(y => !x.some(id => y.includes(id))))
    expect(apart).toBe(true)
  })

  function expectShared(one: Members, other: Members): void {
    const first = all.filter(ids => quorumHas(one, id => ids.includes(id)))
    const second = all.filter(ids => quorumHas(other, id => ids.includes(id)))
    for (const x of first) {
      for (const y of second) expect(x.some(id => y.includes(id))).toBe(true)
    }
  }
})

describe('a tally', () => {
  const ballots = fc.array(fc.constantFrom(true, false, undefined), {
    minLength: 6,
    maxLength: 6,
  })

  it('is won by a quorum, lost when none is possible any more, and else open', () => {
    fc.assert(
      fc.property(members, ballots, (who, given) => {
        const votes = new Map<Id, boolean>()
        given.forEach((vote, i) => {
          if (vote !== undefined) votes.set(replicaId(i + 1), vote)
        })
        const yes = STAFF.filter(id => votes.get(id) === true)
        const open = STAFF.filter(id => votes.get(id) !== false)
        const unless = isQuorum(open, who) ? 'open' : 'lost'
        expect(tally(who, votes)).toBe(isQuorum(yes, who) ? 'won' : unless)
      }),
    )
  })

  it('does not hear learners and strangers', () => {
    const who: Members = { voters: STAFF.slice(0, 3), outgoing: [], learners: STAFF.slice(3, 5) }
    const votes = new Map(STAFF.slice(3).map(id => [id, true]))
    expect(tally(who, votes)).toBe('open')
    expect(tally(who, new Map([...votes].map(([id]) => [id, false])))).toBe('open')
  })
})
