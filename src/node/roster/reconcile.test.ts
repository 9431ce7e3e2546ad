/** The table of what a leader wishes next, and that any group comes to rest where it should. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId, replicaId } from '../../base/ids.ts'
import type { MembersWish } from '../../raft/members/members.ts'
import type { Status } from '../../raft/status.ts'
import { nextMembers, VOTERS_MAX } from './reconcile.ts'
import { emptyRoster, enrol, type Roster } from './roster.ts'
import { leaderOf, peerAt } from './testing/status.ts'

/** `roster('a', 'b', 'a')`: replicas 1 to 3, node a lost its store once. */
function roster(...nodes: readonly string[]): Roster {
  return nodes.reduce(
    (known, node, at) =>
      enrol(known, {
        ...{ node: nodeId(node), store: `s${at}`, boot: 1, opening: 'o', address: '', http: '' },
      }).roster,
    emptyRoster,
  )
}

const ids = (...numbers: number[]) => numbers.map(replicaId)

interface Facts {
  readonly voters: readonly number[]
  readonly learners?: readonly number[]
  readonly outgoing?: readonly number[]
  /** By replica: how far it is, of 1000. */
  readonly match?: Readonly<Record<number, number>>
  readonly more?: Partial<Status>
}

function status({ voters, learners = [], outgoing = [], match = {}, more = {} }: Facts): Status {
  const peers = Object.entries(match).map(([id, at]) => peerAt(replicaId(Number(id)), at))
  const members = { voters: ids(...voters), learners: ids(...learners), outgoing: ids(...outgoing) }
  return { ...leaderOf(members, peers), ...more }
}

const wish = (voters: readonly number[], learners: readonly number[]): MembersWish => ({
  voters: ids(...voters),
  learners: ids(...learners),
})

test.each<[string, Facts, Roster, MembersWish | undefined]>([
  ['alone, and nobody else', { voters: [1] }, roster('a'), undefined],
  ['nobody is enrolled yet', { voters: [1] }, emptyRoster, undefined],
  ['one came', { voters: [1] }, roster('a', 'b'), wish([1], [2])],
  ['two came', { voters: [1] }, roster('a', 'b', 'c'), wish([1], [2, 3])],
  ['not caught up', { voters: [1], learners: [2], match: { 2: 800 } }, roster('a', 'b'), undefined],
  [
    'caught up',
    { voters: [1], learners: [2], match: { 2: 950 } },
    roster('a', 'b'),
    wish([1, 2], []),
  ],
  [
    'one of two',
    { voters: [1], learners: [2, 3], match: { 2: 0, 3: 1000 } },
    roster('a', 'b', 'c'),
    wish([1, 3], [2]),
  ],
  [
    'both',
    { voters: [1], learners: [2, 3], match: { 2: 999, 3: 1000 } },
    roster('a', 'b', 'c'),
    wish([1, 2, 3], []),
  ],
  [
    'all is well',
    { voters: [1, 2, 3], match: { 2: 1000, 3: 1000 } },
    roster('a', 'b', 'c'),
    undefined,
  ],
  [
    'a voter lost its store',
    { voters: [1, 2, 3] },
    roster('a', 'b', 'c', 'b'),
    wish([1, 2, 3], [4]),
  ],
  [
    'its successor is behind',
    { voters: [1, 2, 3], learners: [4], match: { 4: 10 } },
    roster('a', 'b', 'c', 'b'),
    undefined,
  ],
  [
    'its successor takes its seat',
    { voters: [1, 2, 3], learners: [4], match: { 4: 1000 } },
    roster('a', 'b', 'c', 'b'),
    wish([1, 3, 4], []),
  ],
  [
    'a learner lost its store',
    { voters: [1], learners: [2] },
    roster('a', 'b', 'b'),
    wish([1], [3]),
  ],
  [
    'lost twice',
    { voters: [1, 2, 3], learners: [4] },
    roster('a', 'b', 'c', 'b', 'b'),
    wish([1, 2, 3], [5]),
  ],
  ['joint', { voters: [1, 2], outgoing: [1] }, roster('a', 'b', 'c'), undefined],
  [
    'handing over',
    { voters: [1], more: { transferee: replicaId(2) } },
    roster('a', 'b'),
    undefined,
  ],
  ['a follower', { voters: [1], more: { role: 'follower' } }, roster('a', 'b'), undefined],
  [
    'a member whom nobody knows stays',
    { voters: [1, 9], learners: [2], match: { 2: 1000 } },
    roster('a', 'b'),
    wish([1, 9, 2], []),
  ],
])('%s', (_, facts, known, expected) => {
  expect(nextMembers(status(facts), known)).toEqual(expected)
})

test('a learner that is silent or gets an image is not promoted', () => {
  const facts = { voters: [1], learners: [2] }
  const silent = { ...peerAt(replicaId(2), 1000), active: false }
  const snapshot = { ...peerAt(replicaId(2), 1000), state: 'snapshot' as const }
  for (const one of [silent, snapshot]) {
    expect(
      nextMembers(status({ ...facts, more: { peers: [one] } }), roster('a', 'b')),
    ).toBeUndefined()
  }
})

test('seats are bounded: who comes later stays a learner', () => {
  const nodes = Array.from({ length: VOTERS_MAX + 2 }, (_, at) => `n${at}`)
  const learners = nodes.map((_, at) => at + 1).slice(1)
  const match = Object.fromEntries(learners.map(id => [id, 1000]))
  const wished = nextMembers(status({ voters: [1], learners, match }), roster(...nodes))
  expect(wished?.voters).toEqual(ids(1, 2, 3, 4, 5, 6, 7))
  expect(wished?.learners).toEqual(ids(8, 9))
})

test('a full house still lets a successor in', () => {
  const nodes = Array.from({ length: VOTERS_MAX }, (_, at) => `n${at}`)
  const facts = { voters: [1, 2, 3, 4, 5, 6, 7], learners: [8], match: { 8: 1000 } }
  const wished = nextMembers(status(facts), roster(...nodes, 'n2'))
  expect(wished).toEqual(wish([1, 2, 4, 5, 6, 7, 8], []))
})

test('from wherever it begins, a group comes to rest with one voter for each node', () => {
  const nodes = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(nodes, names => {
      const known = roster('a', ...names.filter(name => name !== 'a'))
      let facts: Facts = { voters: [1] }
      for (let step = 0; ; step++) {
        expect(step).toBeLessThan(10)
        const match = Object.fromEntries(known.replicas.map(one => [one.replica, 1000]))
        const next = nextMembers(status({ ...facts, match }), known)
        if (next === undefined) break
        // Voters are never fewer than before, and each new one was a learner first.
        expect(next.voters.length).toBeGreaterThanOrEqual(facts.voters.length)
        const before = [...facts.voters, ...(facts.learners ?? [])]
        expect(next.voters.every(id => before.includes(id))).toBe(true)
        facts = next
      }
      const seats = facts.voters.map(id => known.replicas.find(one => one.replica === id)?.node)
      expect([...seats].sort()).toEqual([...new Set(known.replicas.map(one => one.node))].sort())
      expect(facts.learners ?? []).toEqual([])
    }),
  )
})
