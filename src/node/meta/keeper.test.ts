/** `meta` in the hands of one node: who proposes, when, and what is hosted. */

import { expect, test } from 'vitest'
import { type GroupId, type NodeId, nodeId, type ReplicaId, replicaId } from '../../base/ids.ts'
import { apply } from '../../meta/apply.ts'
import type { MetaCommand } from '../../meta/command.ts'
import { decodeMetaCommand } from '../../meta/command-codec.ts'
import { emptyMeta } from '../../meta/state.ts'
import { ManualClock } from '../../raft/host/testing/world.ts'
import type { ProposeOutcome, ReadOutcome } from '../group.ts'
import { emptyRoster, enrol } from '../roster/roster.ts'
import { settled, Town } from '../testing/members.ts'
import { UNSEEN_MS } from './duty.ts'
import type { Hosted } from './hosting.ts'
import type { Hosting } from './job-host.ts'
import { MetaKeeper } from './keeper.ts'
import { STEADY_MS } from './leading.ts'

const submit: MetaCommand = {
  kind: 'submit',
  job: {
    ...{ name: 'j', text: '', digest: '', key: '', owner: 'o', replication: 3, offsets: [] },
    stages: [{ name: 's', partitions: 2 }],
  },
}

/** A replica of `meta` under the hand of the test: it answers when it is told to. */
class Desk {
  readonly clock = new ManualClock()
  readonly living = new Set<NodeId>(['a', 'b'].map(nodeId))
  readonly hosted = new Map<GroupId, Hosted>()
  readonly started: Hosting[] = []
  readonly said: MetaCommand['kind'][] = []
  isLeader = true
  term = 1
  appliedTerm = 1
  state = emptyMeta
  onProposed: ((outcome: ProposeOutcome) => void) | undefined
  onRead: ((outcome: ReadOutcome) => void) | undefined
  readonly #keeper: MetaKeeper

  constructor(hosts = true) {
    const jobs = {
      hosted: () => this.hosted,
      start: (hosting: Hosting) => {
        this.started.push(hosting)
        this.hosted.set(hosting.group.id, { replica: hosting.replica, isMember: true })
      },
      retire: (group: GroupId, replica: ReplicaId) => {
        expect(this.hosted.get(group)?.replica).toBe(replica)
        this.hosted.delete(group)
      },
    }
    this.#keeper = new MetaKeeper({
      clock: this.clock,
      self: { node: nodeId('a'), store: 'a-1' },
      isLiving: node => this.living.has(node),
      jobs: hosts ? jobs : undefined,
    })
  }

  look(): void {
    const word = (node: string) => ({
      ...{ node: nodeId(node), store: `${node}-1`, boot: 1, opening: 'o' },
      ...{ address: `${node}:1`, http: '' },
    })
    const roster = enrol(enrol(emptyRoster, word('a')).roster, word('b')).roster
    const replica = {
      isLeader: this.isLeader,
      machine: { state: this.state, appliedTerm: this.appliedTerm },
      group: { raft: { term: this.term } },
      roster: { roster },
      read: (done: (outcome: ReadOutcome) => void) => {
        expect(this.onRead).toBeUndefined()
        this.onRead = done
      },
      propose: (data: Uint8Array, done: (outcome: ProposeOutcome) => void) => {
        expect(this.onProposed).toBeUndefined()
        const command = decodeMetaCommand(data)
        this.said.push(command.kind)
        this.onProposed = outcome => {
          if (outcome.kind === 'applied') this.state = apply(this.state, command).state
          done(outcome)
        }
      },
    }
    this.#keeper.look(replica as unknown as Parameters<MetaKeeper['look']>[0])
  }

  /** What is on its way is applied. */
  answer(kind: 'applied' | 'unknown' = 'applied'): void {
    const done = this.onProposed
    this.onProposed = undefined
    done?.(kind === 'applied' ? { kind, index: 1, result: 'done' } : { kind })
  }

  answerRead(kind: 'ready' | 'lost' = 'ready'): void {
    const done = this.onRead
    this.onRead = undefined
    done?.({ kind })
  }

  /** Until nothing more is said. */
  settle(): void {
    for (let before = -1; before !== this.said.length; ) {
      before = this.said.length
      this.look()
      this.answer()
    }
  }
}

test('one thing is proposed at a time, until all is said', () => {
  const desk = new Desk()
  desk.look()
  desk.look()
  expect(desk.said).toEqual(['node'])
  desk.answer()
  desk.settle()
  expect(desk.said).toEqual(['node', 'node'])
})

test('what was lost on the way is said again', () => {
  const desk = new Desk()
  desk.look()
  desk.answer('unknown')
  desk.look()
  expect(desk.said).toEqual(['node', 'node'])
})

test('who does not lead, or has applied nothing of its term, says nothing', () => {
  const desk = new Desk()
  desk.isLeader = false
  desk.settle()
  desk.isLeader = true
  desk.term = 2
  desk.settle()
  expect(desk.said).toEqual([])
  desk.appliedTerm = 2
  desk.settle()
  expect(desk.said).toEqual(['node', 'node'])
})

test('a node is gone when it was not seen for long, not when this one just began to look', () => {
  const desk = new Desk()
  desk.settle()
  desk.living.clear()
  desk.clock.pass(UNSEEN_MS - 1)
  desk.settle()
  expect(desk.said).toEqual(['node', 'node'])
  desk.clock.pass(1)
  desk.settle()
  expect(desk.said).toEqual(['node', 'node', 'gone'])
  // It goes on by itself: this node always sees itself.
  expect(desk.state.nodes.map(one => one.goneSinceMs)).toEqual([undefined, 0])
  const other = new Desk()
  other.state = desk.state
  other.living.clear()
  other.clock.pass(10 * UNSEEN_MS)
  other.settle()
  expect(other.state.nodes[1]?.goneSinceMs).toBeUndefined()
})

test('nothing is hosted before the wish is known to be no old one', () => {
  const desk = new Desk()
  desk.state = apply(desk.state, submit).state
  desk.settle()
  expect(desk.state.groups.every(one => one.replicas.length === 2)).toBe(true)
  expect(desk.started).toEqual([])
  desk.answerRead('lost')
  desk.look()
  expect(desk.started).toEqual([])
  desk.answerRead()
  desk.look()
  desk.look()
  // The other node should lead the second group, and has its first replica.
  expect(desk.started.map(one => one.replica)).toEqual([1, 4])
  expect(desk.started[0]).toMatchObject({ job: { name: 'j' }, voters: [1, 2] })
})

test('what is wished no more is retired, and without a host nothing is done', () => {
  const desk = new Desk()
  desk.state = apply(desk.state, submit).state
  desk.settle()
  desk.answerRead()
  desk.settle()
  expect(desk.hosted.size).toBe(2)
  for (const command of [
    { kind: 'wish', job: 'j', wish: 'deleted' },
    { kind: 'drop', job: 'j' },
  ] as const) {
    desk.state = apply(desk.state, command).state
  }
  desk.look()
  expect(desk.hosted.size).toBe(0)
  const without = new Desk(false)
  without.state = apply(without.state, submit).state
  without.settle()
  without.answerRead()
  without.settle()
  expect(without.started).toEqual([])
})

test('on whole members leadership goes to the replica that should lead, and stays there', () => {
  const town = settled(['a', 'b', 'c'])
  const leader = town.mustLead()
  const wished = leader.replica().group.replica === 2 ? replicaId(3) : replicaId(2)
  for (const place of town.places) place.wishes.set(1, wished)
  const sinceMs = town.clock.nowMs
  town.until(() => town.mustLead().replica().group.replica === wished, 'the wished leader')
  expect(town.clock.nowMs - sinceMs).toBeGreaterThanOrEqual(STEADY_MS)
  const { term } = town.mustLead().replica().group.raft
  town.clock.pass(5 * STEADY_MS)
  expect(town.mustLead().replica().group.raft.term).toBe(term)
})

test('groups are handed over one after the other', () => {
  const groups = [1, 2, 3]
  const town = new Town(['a', 'b', 'c'])
  const [founder, ...others] = town.places
  founder?.start().found(...groups)
  const isEnrolled = (group: number) => founder?.replica(group).roster.roster.replicas.length === 1
  town.until(() => groups.every(isEnrolled), 'the enrolment of the founder')
  for (const [at, one] of others.entries()) {
    one.start()
    one.askSeats(town.mustLead())
    for (const group of groups) {
      town.untilVoters(['a/1', 'b/2', 'c/3'].slice(0, at + 2), group)
    }
  }
  const wished = replicaId(2)
  for (const place of town.places) for (const group of groups) place.wishes.set(group, wished)
  const handed = () =>
    town.places.flatMap(one => one.logged).filter(line => line.startsWith('handing')).length
  const there = () => groups.filter(group => town.leader(group)?.replica(group).group.replica === 2)
  town.until(() => {
    expect(handed()).toBeLessThanOrEqual(there().length + 1)
    return there().length === groups.length
  }, 'all led where they should')
  expect(handed()).toBe(groups.length)
})
