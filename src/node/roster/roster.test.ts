/** The roster by hand and by property: ids are never used twice, stores never come back. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WeirError } from '../../base/errors.ts'
import { nodeId, replicaId } from '../../base/ids.ts'
import type { Members } from '../../raft/types.ts'
import {
  decodeGroupCommand,
  decodeRoster,
  encodeDigest,
  encodeEnrol,
  encodeInner,
  encodeRoster,
} from './codec.ts'
import {
  emptyRoster,
  enrol,
  enrolledAs,
  type Introduction,
  isEnrolled,
  newestOf,
  pruned,
  REPLACED_STORES_MAX,
  ROSTER_MAX,
  type Roster,
} from './roster.ts'

const who = (node: string, store: string, port = 1): Introduction => ({
  node: nodeId(node),
  store,
  boot: 1,
  opening: 'o',
  address: `${node}:${port}`,
  http: `${node}:${port + 1}`,
})

const members = (...voters: number[]): Members => ({
  voters: voters.map(replicaId),
  outgoing: [],
  learners: [],
})

function enrolled(...all: readonly Introduction[]): Roster {
  return all.reduce((roster, one) => enrol(roster, one).roster, emptyRoster)
}

test('ids count up from 1, in the order of coming', () => {
  const roster = enrolled(who('b', 's1'), who('a', 's2'))
  expect(roster.replicas.map(one => [one.replica, one.node])).toEqual([
    [1, 'b'],
    [2, 'a'],
  ])
  expect(enrol(roster, who('c', 's3')).answer).toEqual({ replica: 3 })
})

test('who comes again with the same store is who he was', () => {
  const roster = enrolled(who('a', 's1'), who('b', 's2'))
  const again = enrol(roster, who('a', 's1'))
  expect(again.answer).toEqual({ replica: 1 })
  expect(again.roster).toEqual(roster)
  expect(isEnrolled(roster, who('a', 's1'))?.replica).toBe(1)
})

test('a store that is yet to be made has its seat, and no opening of it is an earlier one', () => {
  const wished = { ...who('a', 's2'), boot: 0, opening: 's2' }
  const seated = enrolled(who('a', 's1'), who('b', 's3'), wished)
  expect(isEnrolled(seated, wished)?.replica).toBe(3)
  for (const opening of ['o', 'p']) {
    const opened = enrol(seated, { ...wished, boot: 1, opening })
    expect(opened.answer).toEqual({ replica: 3 })
    expect(enrol(opened.roster, wished).answer).toEqual({ refused: 'old-incarnation' })
  }
})

test('a new address is taken over, and is no new replica', () => {
  const roster = enrolled(who('a', 's1'))
  expect(isEnrolled(roster, who('a', 's1', 7))).toBeUndefined()
  const moved = enrol(roster, who('a', 's1', 7))
  expect(moved.answer).toEqual({ replica: 1 })
  expect(enrolledAs(moved.roster, replicaId(1))?.address).toBe('a:7')
  expect(moved.roster.nextReplica).toBe(2)
})

test('a later start is enrolled, an earlier one whose word comes late is refused', () => {
  const at = (boot: number, port: number) => ({ ...who('a', 's1', port), boot })
  const roster = enrolled(at(3, 1))
  // At the same address: else nobody would know that what boot 4 says is no longer so.
  expect(isEnrolled(roster, at(5, 1))).toBeUndefined()
  const newer = enrol(roster, at(5, 1))
  expect(newer.answer).toEqual({ replica: 1 })
  expect(isEnrolled(newer.roster, at(5, 1))).toMatchObject({ replica: 1, boot: 5 })
  for (const late of [at(4, 7), at(3, 1)]) {
    expect(isEnrolled(newer.roster, late)).toBeUndefined()
    const { roster: same, answer } = enrol(newer.roster, late)
    expect(answer).toEqual({ refused: 'old-incarnation' })
    expect(same).toBe(newer.roster)
  }
})

test('a copy of a store that counts the same boot is not that store', () => {
  const first = { ...who('a', 's1', 1), boot: 4 }
  const known = enrol(emptyRoster, first).roster
  const copy = { ...first, opening: 'p' }
  expect(isEnrolled(known, first)).toMatchObject({ replica: 1 })
  expect(isEnrolled(known, copy)).toBeUndefined()
  expect(enrol(known, copy)).toEqual({ roster: known, answer: { refused: 'old-incarnation' } })
  expect(enrol(known, { ...copy, boot: 5 }).answer).toEqual({ replica: 1 })
})

test('whatever comes in which order, the newest boot of a store is what is known', () => {
  const boots = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(boots, all => {
      const roster = enrolled(...all.map(boot => ({ ...who('a', 's1', boot), boot })))
      const newest = Math.max(...all)
      expect(roster.replicas).toMatchObject([{ boot: newest, address: `a:${newest}` }])
    }),
  )
})

test('a lost store makes a new replica; the old store does not come back', () => {
  const roster = enrolled(who('a', 's1'), who('b', 's2'), who('a', 's3'))
  expect(newestOf(roster).get(nodeId('a'))?.replica).toBe(3)
  expect(roster.replicas).toHaveLength(3)
  expect(enrol(roster, who('a', 's1'))).toEqual({ roster, answer: { refused: 'store-replaced' } })
  expect(isEnrolled(roster, who('a', 's1'))).toBeUndefined()
})

test('a successor’s predecessor is forgotten once it is no member', () => {
  const roster = enrolled(who('a', 's1'), who('b', 's2'), who('a', 's3'))
  expect(pruned(roster, members(1, 2))).toBe(roster)
  const after = pruned(roster, members(2, 3))
  expect(after.replicas.map(one => one.replica)).toEqual([2, 3])
  expect(enrol(after, who('a', 's1')).answer).toEqual({ refused: 'store-replaced' })
  const joint: Members = { voters: [replicaId(2)], outgoing: [replicaId(1)], learners: [] }
  expect(pruned(roster, joint).replicas).toHaveLength(3)
})

test('whoever is enrolled and not yet a member is not forgotten', () => {
  const roster = enrolled(who('a', 's1'), who('b', 's2'))
  expect(pruned(roster, members(1))).toBe(roster)
})

test('the roster has a bound', () => {
  const all = Array.from({ length: ROSTER_MAX }, (_, i) => who(`n${i}`, `s${i}`))
  const full = enrolled(...all)
  expect(enrol(full, who('late', 's')).answer).toEqual({ refused: 'roster-full' })
  expect(enrol(full, who('n3', 's3')).answer).toEqual({ replica: 4 })
})

test('stores given up are remembered to a bound', () => {
  let roster = emptyRoster
  for (let i = 0; i < REPLACED_STORES_MAX + 5; i++) {
    roster = pruned(enrol(roster, who('a', `s${i}`)).roster, members())
  }
  expect(roster.replaced).toHaveLength(REPLACED_STORES_MAX)
  expect(roster.replicas).toHaveLength(1)
})

const anyWho = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(5), fc.nat(1))
  .map(([node, store, port]) => who(node, `${node}-${store}`, port))

test('no replica id is ever given to two stores', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyWho, fc.boolean()), { maxLength: 40 }), all => {
      const owners = new Map<number, string>()
      let roster = emptyRoster
      for (const [one, isPruned] of all) {
        const { roster: next, answer } = enrol(roster, one)
        roster = isPruned ? pruned(next, members()) : next
        if (!('replica' in answer)) continue
        const owner = owners.get(answer.replica) ?? one.store
        expect(owner).toBe(one.store)
        owners.set(answer.replica, owner)
      }
      expect(roster.nextReplica).toBe(owners.size + 1)
    }),
  )
})

test('a roster survives its bytes', () => {
  fc.assert(
    fc.property(fc.array(anyWho, { maxLength: 20 }), all => {
      const roster = enrolled(...all)
      expect(decodeRoster(encodeRoster(roster))).toEqual(roster)
    }),
  )
})

test('commands survive their bytes', () => {
  const data = Uint8Array.of(7, 8)
  expect(decodeGroupCommand(encodeInner(data))).toEqual({ kind: 'inner', data })
  expect(decodeGroupCommand(encodeInner(new Uint8Array(0)))).toEqual({
    kind: 'inner',
    data: new Uint8Array(0),
  })
  expect(decodeGroupCommand(encodeDigest())).toEqual({ kind: 'digest' })
  fc.assert(
    fc.property(anyWho, one => {
      expect(decodeGroupCommand(encodeEnrol(one))).toEqual({ kind: 'enrol', who: one })
    }),
  )
})

test('whatever else comes is refused', () => {
  const bytes = fc.array(fc.oneof(fc.nat(3), fc.nat(0xff)), { maxLength: 12 })
  fc.assert(
    fc.property(bytes, values => {
      for (const decode of [decodeGroupCommand, decodeRoster]) {
        try {
          decode(Uint8Array.from(values))
        } catch (error) {
          expect(error).toBeInstanceOf(WeirError)
        }
      }
    }),
  )
  expect(() => decodeGroupCommand(Uint8Array.of(9))).toThrow('an entry of nobody')
  expect(() => decodeRoster(Uint8Array.of(1, 65))).toThrow('beyond its bound')
})
