/** One replica as others see it: proposals, reads, transfers, reports, and every refusal. */

import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { refusals } from '../raft/refusal.ts'
import type { Answer } from './face.ts'
import type { ProposeOutcome, ReadOutcome } from './group.ts'
import type { Replica } from './replica.ts'
import { type Place, settled, Town } from './testing/members.ts'

const three = ['a', 'b', 'c'] as const
const utf8 = (text: string) => new TextEncoder().encode(text)

function trio() {
  const town = settled(three)
  const leader = town.mustLead()
  const [first, second] = town.places.filter(one => one !== leader) as [Place, Place]
  return { town, leader, first, second }
}

function told<T>(town: Town, ask: (done: (answer: T) => void) => void): T {
  const answers: T[] = []
  ask(answer => answers.push(answer))
  town.until(() => answers.length > 0, 'an answer')
  expect(answers).toHaveLength(1)
  return answers[0] as T
}

const propose = (town: Town, replica: Replica<never>, text: string) =>
  told<ProposeOutcome>(town, done => replica.propose(utf8(text), done))

test('what is applied is answered with what the inner machine made of it', () => {
  const { town, leader } = trio()
  const replica = leader.replica() as Replica<never>
  expect(propose(town, replica, 'hello')).toMatchObject({ kind: 'applied', result: 'did hello' })
  expect(replica.failed).toBe(0)
})

test('a follower refuses with code and sentence, and counts it', () => {
  const { town, first, leader } = trio()
  const replica = first.replica()
  expect(propose(town, replica as Replica<never>, 'hello')).toMatchObject({
    kind: 'refused',
    code: 'not-leader',
    message: refusals['not-leader'],
  })
  expect(replica.failed).toBe(1)
  expect(replica.leaderNode()).toBe(leader.name)
  expect(replica.leaderAddress()).toBe(leader.address)
  expect(leader.replica().leaderAddress()).toBeUndefined()
})

test('a read at any replica shows what was written before; one in the dark is refused', () => {
  const { town, leader, first } = trio()
  propose(town, leader.replica() as Replica<never>, 'seen')
  const read = (place: Place) => told<ReadOutcome>(town, done => place.replica().read(done))
  expect(read(leader)).toEqual({ kind: 'ready' })
  expect(read(first)).toEqual({ kind: 'ready' })
  expect(first.machine().data.at(-1)).toBe('seen')
  for (const one of town.places.filter(other => other !== first)) one.kill()
  town.until(() => first.replica().leaderNode() === undefined, 'the dark')
  const before = first.replica().readsFailed
  expect(read(first)).toMatchObject({ kind: 'refused', message: expect.stringContaining('again') })
  expect(first.replica().readsFailed).toBe(before + 1)
})

type Transferred = Answer<{ leader: string }>

const transfer = (town: Town, at: Place, to: string) =>
  told<Transferred>(town, done => at.replica().transfer(nodeId(to), done))

test('leadership goes where it is asked to go', () => {
  const { town, leader, first } = trio()
  expect(transfer(town, leader, first.name)).toEqual({ leader: first.name })
  town.until(() => first.replica().isLeader, 'the new leader')
  expect(transfer(town, first, first.name)).toEqual({ leader: first.name })
})

test('a transfer to nobody, and one that a follower is asked for', () => {
  const { town, leader, first, second } = trio()
  expect(transfer(town, leader, 'nobody')).toEqual({
    refused: 'unknown-node',
    message: 'kv/1 has no replica on nobody; GET /v1/raft/kv/1 names its members',
  })
  expect(transfer(town, first, second.name)).toEqual({
    refused: 'not-leader',
    message: refusals['not-leader'],
  })
})

test('a transfer to a node that is dead comes to nothing, and says so', () => {
  const { town, leader, first } = trio()
  first.kill()
  const answer = transfer(town, leader, first.name)
  expect(['took-too-long', 'not-a-voter', 'transferring']).toContain(answer.refused)
  town.mustLead()
})

test('a transfer to a node that is enrolled and does not vote yet', () => {
  const { town, leader, first } = trio()
  first.kill()
  first.wipe()
  first.start()
  const who = { ...first.self, replica: 0 }
  const { groups } = told<{ groups: readonly { replica: number }[] }>(town, done =>
    leader.mustRun.desk.join({ cluster: 'c1', who }, undefined, done),
  )
  expect(groups[0]?.replica).toBe(4)
  expect(transfer(town, leader, first.name)).toEqual({
    refused: 'not-a-voter',
    message: refusals['not-a-voter'],
  })
})

test('a fingerprint is asked of the leader, and every replica takes it at that entry', () => {
  const { town, leader, first } = trio()
  propose(town, leader.replica() as Replica<never>, 'hello')
  const asked = told<Answer<{ index: number }>>(town, done => leader.replica().askFingerprint(done))
  const index = asked.refused === undefined ? asked.index : 0
  expect(index).toBeGreaterThan(0)
  town.until(
    () => town.places.every(one => one.replica().roster.digests.at(index)?.digest !== undefined),
    'all fingerprints',
  )
  const prints = town.places.map(one => one.replica().roster.digests.at(index))
  expect(new Set(prints.map(one => `${one?.chain} ${one?.digest}`)).size).toBe(1)
  expect(prints[0]?.chain).toBeDefined()
  expect(told(town, done => first.replica().askFingerprint(done))).toEqual({
    refused: 'not-leader',
    message: refusals['not-leader'],
  })
})

test('a report names nodes where they are known, and peers only at the leader', () => {
  const { town, leader, first } = trio()
  const report = leader.replica().report()
  expect(report).toMatchObject({
    group: 'kv/1',
    id: 1,
    node: leader.name,
    role: 'leader',
    leader: leader.name,
    snapshot: 0,
  })
  expect(report.members.map(one => [one.node, one.replica, one.kind])).toEqual([
    ['a', 1, 'voter'],
    ['b', 2, 'voter'],
    ['c', 3, 'voter'],
  ])
  expect(report.peers.map(one => one.node).sort()).toEqual(
    town.places
      .filter(one => one !== leader)
      .map(one => one.name)
      .sort(),
  )
  for (const peer of report.peers) expect(peer.next).toBeGreaterThan(peer.match)
  expect(first.replica().report()).toMatchObject({ role: 'follower', peers: [] })
})

test('nobody’s leader is null, and a replica that no roster knows has no node', () => {
  const town = new Town(['a'])
  const [a] = town.places as readonly [Place]
  a.start().found(1)
  expect(a.replica().report().leader).toBeNull()
  expect(a.replica().nodeOf(7 as never)).toBeUndefined()
  expect(a.replica().report().members).toEqual([{ replica: 1, node: 'a', kind: 'voter' }])
})

test('a successor is shown as a learner on its way to a vote', () => {
  const { town, first } = trio()
  first.kill()
  first.wipe()
  first.start().askSeats(town.mustLead())
  const kinds = new Set<string>()
  town.until(() => {
    const leader = town.leader()
    for (const one of leader?.replica().report().members ?? []) {
      kinds.add(one.kind)
    }
    // Nobody stands in the list twice.
    const members = leader?.replica().report().members ?? []
    expect(new Set(members.map(one => one.replica)).size).toBe(members.length)
    return town.voters().includes(`${first.name}/4`) && members.length === 3
  }, 'the successor’s vote')
  expect(kinds).toContain('learner')
})
