/** To whom a node hands what it leads before it stops, and how long it waits for that. */

import { describe, expect, it } from 'vitest'
import { type ReplicaId, replicaId } from '../../base/ids.ts'
import type { Refusal } from '../refusal.ts'
import { NO_ONE, type Role } from '../types.ts'
import { handOver, type Standing } from './handover.ts'
import { ManualClock } from './testing/world.ts'

type Peer = Standing['peers'][number]

interface Said {
  readonly role: Role
  readonly voters: readonly number[]
  readonly learners?: readonly number[]
  readonly peers?: readonly Peer[]
  readonly transferee?: number
  readonly proposalsOpen?: number
}

/** A group that does nothing by itself. */
class Fixed {
  role: Role
  proposalsOpen: number
  isClosed = false
  refusal: Refusal | undefined
  readonly asked: ReplicaId[] = []
  readonly raft: { readonly role: Role; status(): Standing }
  readonly #said: Said
  transferee: ReplicaId | typeof NO_ONE

  constructor(said: Said) {
    this.#said = said
    this.role = said.role
    this.proposalsOpen = said.proposalsOpen ?? 0
    this.transferee = said.transferee === undefined ? NO_ONE : replicaId(said.transferee)
    const status = () => this.#status()
    const role = () => this.role
    this.raft = {
      status,
      get role() {
        return role()
      },
    }
  }

  transfer(to: ReplicaId): Refusal | undefined {
    this.asked.push(to)
    if (this.refusal === undefined) this.transferee = to
    return this.refusal
  }

  #status(): Standing {
    const { voters, learners = [], peers = [] } = this.#said
    const members = {
      ...{ voters: voters.map(replicaId), outgoing: [] },
      learners: learners.map(replicaId),
    }
    return { self: replicaId(1), members, peers, transferee: this.transferee }
  }
}

const peer = (id: number, match: number, active = true): Peer => {
  return { id: replicaId(id), match, active }
}

function started(groups: readonly Fixed[]) {
  const clock = new ManualClock()
  const ended: number[] = []
  handOver(groups, { clock, everyMs: 10, handoverMs: 200 }, () => ended.push(clock.nowMs))
  return { clock, ended }
}

describe('whom it is handed to', () => {
  it.each<[string, Said, number[]]>([
    ['most', { role: 'leader', voters: [1, 2, 3], peers: [peer(2, 5), peer(3, 9)] }, [3]],
    ['lowest', { role: 'leader', voters: [1, 2, 3], peers: [peer(3, 9), peer(2, 9)] }, [2]],
    [
      'who answers',
      { role: 'leader', voters: [1, 2, 3], peers: [peer(2, 5), peer(3, 9, false)] },
      [2],
    ],
    [
      'no learner',
      { role: 'leader', voters: [1, 2], learners: [3], peers: [peer(2, 5), peer(3, 9)] },
      [2],
    ],
    ['nobody', { role: 'leader', voters: [1, 2], peers: [peer(2, 5, false)] }, []],
    ['under way', { role: 'leader', voters: [1, 2, 3], peers: [peer(2, 5)], transferee: 3 }, []],
    ['follower', { role: 'follower', voters: [1, 2], peers: [peer(2, 5)], proposalsOpen: 1 }, []],
  ])('%s', (_, said, asked) => {
    const group = new Fixed(said)
    const { ended } = started([group])
    expect(group.asked).toEqual(asked.map(replicaId))
    expect(ended).toEqual([])
  })

  it('is decided again when a transfer has come to nothing', () => {
    const group = new Fixed({ role: 'leader', voters: [1, 2], peers: [peer(2, 5)] })
    const { clock } = started([group])
    clock.pass(50)
    expect(group.asked).toHaveLength(1)
    group.transferee = NO_ONE
    clock.pass(10)
    expect(group.asked).toHaveLength(2)
  })

  it('is asked again and again while the core refuses', () => {
    const group = new Fixed({ role: 'leader', voters: [1, 2], peers: [peer(2, 5)] })
    group.refusal = { refused: 'not-leader', leader: NO_ONE }
    const { clock } = started([group])
    clock.pass(40)
    expect(group.asked).toHaveLength(5)
  })
})

describe('it ends', () => {
  it.each<[string, Said]>([
    ['nothing is open', { role: 'follower', voters: [1, 2] }],
    ['a candidate owes nobody anything', { role: 'candidate', voters: [1, 2] }],
    ['this node alone is the group', { role: 'leader', voters: [1] }],
    ['only learners are left', { role: 'leader', voters: [1], learners: [2], peers: [peer(2, 9)] }],
    ['a leader without members', { role: 'leader', voters: [] }],
  ])('at once: %s', (_, said) => {
    const group = new Fixed(said)
    const { clock, ended } = started([group])
    expect(ended).toEqual([0])
    expect(group.asked).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('without groups', () => {
    expect(started([]).ended).toEqual([0])
  })

  it('when the last group has let go, and only once', () => {
    const peers = [peer(2, 5)]
    const groups = [1, 2].map(() => new Fixed({ role: 'leader', voters: [1, 2], peers }))
    const [first, second] = groups as [Fixed, Fixed]
    const { clock, ended } = started(groups)
    first.role = 'follower'
    clock.pass(50)
    expect(ended).toEqual([])
    second.role = 'follower'
    clock.pass(1000)
    expect(ended).toEqual([60])
  })

  it('when a deposed leader has told what became of its proposals', () => {
    const group = new Fixed({ role: 'follower', voters: [1, 2], proposalsOpen: 2 })
    const { clock, ended } = started([group])
    clock.pass(30)
    group.proposalsOpen = 0
    clock.pass(30)
    expect(ended).toEqual([40])
  })

  it('when the proposals of the only member are applied', () => {
    const group = new Fixed({ role: 'leader', voters: [1], proposalsOpen: 1 })
    const { clock, ended } = started([group])
    expect(ended).toEqual([])
    group.proposalsOpen = 0
    clock.pass(10)
    expect(ended).toEqual([10])
  })

  it('when its time is over, whatever is left', () => {
    const group = new Fixed({ role: 'leader', voters: [1, 2], peers: [peer(2, 5, false)] })
    const { clock, ended } = started([group])
    clock.pass(5000)
    expect(ended).toEqual([200])
    expect(clock.pending).toBe(0)
  })

  it('without waiting for a group that was removed meanwhile', () => {
    const group = new Fixed({ role: 'leader', voters: [1, 2], peers: [peer(2, 5)] })
    const { clock, ended } = started([group])
    group.isClosed = true
    clock.pass(10)
    expect(ended).toEqual([10])
    expect(group.asked).toHaveLength(1)
  })
})
