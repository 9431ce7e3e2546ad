/**
 * The roster, what a leader wishes, and what the log then says of members, played together: nodes
 * join, lose what they had, come back with old folders, catch up or fall silent, in any order.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId, type ReplicaId, replicaId } from '../../base/ids.ts'
import type { MembersWish } from '../../raft/members/members.ts'
import type { Status } from '../../raft/status.ts'
import type { Members } from '../../raft/types.ts'
import { decodeRoster, encodeRoster } from './codec.ts'
import { nextMembers, VOTERS_MAX } from './reconcile.ts'
import {
  emptyRoster,
  enrol,
  enrolledAs,
  type Introduction,
  isEnrolled,
  newestOf,
  pruned,
  type Roster,
} from './roster.ts'
import { COMMIT, leaderOf, peerAt } from './testing/status.ts'

/** A group with a log that everybody believes at once: what is left is who is a member. */
class Model {
  roster: Roster = emptyRoster
  members: Members = { voters: [replicaId(1)], outgoing: [], learners: [] }
  /** The newest store of each node: wiping counts it up. */
  readonly stores = new Map<string, number>()
  readonly lagging = new Set<ReplicaId>()
  /** Every id that was ever given, and to whom. */
  readonly given = new Map<ReplicaId, string>()

  constructor() {
    this.enrol('a')
  }

  who(node: string, store = this.stores.get(node) ?? 1): Introduction {
    const name = nodeId(node)
    const opened = { store: `${node}-${store}`, boot: 1, opening: 'o' }
    return { node: name, ...opened, address: `${node}:1`, http: '' }
  }

  enrol(node: string, store?: number): void {
    const who = this.who(node, store)
    const before = this.roster
    const { roster, answer } = enrol(before, who)
    this.roster = roster
    if ('refused' in answer) {
      expect(roster).toBe(before)
      return
    }
    const owner = this.given.get(answer.replica)
    if (owner !== undefined) expect(owner).toBe(who.store)
    this.given.set(answer.replica, who.store)
    expect(isEnrolled(roster, who)?.replica).toBe(answer.replica)
  }

  wipe(node: string): void {
    this.stores.set(node, (this.stores.get(node) ?? 1) + 1)
  }

  /** One step of the leader; false: it wishes nothing. */
  reconcile(): boolean {
    const wish = nextMembers(this.#status(), this.roster)
    if (wish === undefined) return false
    this.#judge(wish)
    const { voters } = this.members
    const isJoint = voters.some(id => !wish.voters.includes(id))
    // A joint phase holds both sets: the log says it, and the roster prunes by it, before the end.
    if (isJoint) this.#setMembers({ ...wish, outgoing: voters })
    this.#setMembers({ ...wish, outgoing: [] })
    return true
  }

  check(): void {
    const { voters, learners } = this.members
    const members = [...voters, ...learners]
    expect(new Set(members).size).toBe(members.length)
    expect(voters.length).toBeLessThanOrEqual(VOTERS_MAX)
    // Whoever is a member is known by name, or the leader could not send to it.
    for (const id of members) expect(enrolledAs(this.roster, id)).toBeDefined()
    for (const [node, { replica }] of newestOf(this.roster)) {
      const ofNode = this.roster.replicas.filter(one => one.node === node)
      expect(Math.max(...ofNode.map(one => one.replica))).toBe(replica)
    }
    expect(decodeRoster(encodeRoster(this.roster))).toEqual(this.roster)
    expect(this.roster.nextReplica).toBe(this.given.size + 1)
  }

  #judge({ voters, learners }: MembersWish): void {
    const { members } = this
    expect(voters.length).toBeGreaterThanOrEqual(Math.min(members.voters.length, VOTERS_MAX))
    for (const id of voters) {
      const isNew = !members.voters.includes(id)
      if (isNew) expect(members.learners).toContain(id)
      if (isNew) expect(this.lagging.has(id)).toBe(false)
    }
    // A vote is given up only to a successor on the same node.
    const nodeOf = (id: ReplicaId) => enrolledAs(this.roster, id)?.node
    for (const old of members.voters.filter(id => !voters.includes(id))) {
      expect(voters.some(id => id > old && nodeOf(id) === nodeOf(old))).toBe(true)
    }
    expect(learners.filter(id => voters.includes(id))).toEqual([])
  }

  #setMembers(members: Members): void {
    this.members = members
    this.roster = pruned(this.roster, members)
    this.check()
  }

  #status(): Status {
    const { voters, learners } = this.members
    const peers = [...voters, ...learners].map(id => peerAt(id, this.lagging.has(id) ? 0 : COMMIT))
    return leaderOf(this.members, peers)
  }
}

type Step =
  | readonly ['join' | 'wipe' | 'old', string]
  | readonly ['lag' | 'catch-up', number]
  | readonly ['reconcile']

const nodes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
const node = fc.constantFrom(...nodes)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('join' as const), node),
  fc.tuple(fc.constant('wipe' as const), node),
  fc.tuple(fc.constant('old' as const), node),
  fc.tuple(fc.constantFrom('lag' as const, 'catch-up' as const), fc.integer({ min: 1, max: 20 })),
  fc.constant(['reconcile'] as const),
)

function play(model: Model, [what, on]: Step): void {
  if (what === 'join') model.enrol(on)
  else if (what === 'wipe') model.wipe(on)
  else if (what === 'old') model.enrol(on, Math.max(1, (model.stores.get(on) ?? 1) - 1))
  else if (what === 'lag') model.lagging.add(replicaId(on))
  else if (what === 'catch-up') model.lagging.delete(replicaId(on))
  else model.reconcile()
  model.check()
}

/** Joins, changes, promotions of all that are known: no more steps than that. */
function rest(model: Model): number {
  let steps = 0
  while (model.reconcile()) {
    steps++
    expect(steps).toBeLessThan(6)
  }
  return steps
}

test('in any order of joins, losses and returns, rosters and members agree', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const model = new Model()
      for (const one of steps) play(model, one)
    }),
    { numRuns: 400 },
  )
})

test('from wherever that leads, the wish is reached in few steps, then nothing is wished', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const model = new Model()
      for (const one of steps) play(model, one)
      model.lagging.clear()
      rest(model)
      const wished = [...newestOf(model.roster).values()].map(one => one.replica)
      const { voters, learners } = model.members
      expect([...voters, ...learners].sort((a, b) => a - b)).toEqual(wished.sort((a, b) => a - b))
      // Nobody stays a learner while there is a seat.
      if (learners.length > 0) expect(voters).toHaveLength(VOTERS_MAX)
      // One replica of each node, as voter or learner.
      const named = wished.map(id => enrolledAs(model.roster, id)?.node)
      expect(new Set(named).size).toBe(named.length)
    }),
    { numRuns: 400 },
  )
})

test('wiped again and again, a node holds one seat, and no old store comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), isSettledEach => {
      const model = new Model()
      for (const name of ['b', 'c']) model.enrol(name)
      rest(model)
      for (const isSettled of isSettledEach) {
        model.wipe('c')
        model.enrol('c')
        if (isSettled) rest(model)
      }
      rest(model)
      expect(model.roster.replicas).toHaveLength(3)
      expect(model.members.voters).toContain(replicaId(3 + isSettledEach.length))
      for (let store = 1; store <= isSettledEach.length; store++) {
        const { answer } = enrol(model.roster, model.who('c', store))
        expect(answer).toEqual({ refused: 'store-replaced' })
      }
    }),
  )
})

test('a successor that never catches up does not cost its predecessor the seat', () => {
  const model = new Model()
  for (const name of ['b', 'c']) model.enrol(name)
  rest(model)
  model.wipe('b')
  model.enrol('b')
  model.lagging.add(replicaId(4))
  expect(rest(model)).toBe(1)
  expect(model.members).toMatchObject({ voters: [1, 2, 3], learners: [4] })
  model.lagging.clear()
  rest(model)
  expect(model.members).toMatchObject({ voters: [1, 3, 4], learners: [] })
})
