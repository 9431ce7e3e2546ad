/** What the HTTP interface is told of a member, above all whether it is ready. */

import { expect, test } from 'vitest'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { LinkCounters } from '../raft/links/links.ts'
import type { PeerLinkStatus } from '../raft/links/peer.ts'
import { Placing } from './jobs/placing.ts'
import type { Member } from './member.ts'
import { MemberFace } from './member-face.ts'
import { VOTERS_MAX } from './roster/reconcile.ts'
import { type Place, settled, Town } from './testing/members.ts'

const store = {
  stats: () => ({ segments: 1, logBytes: 7, frames: 0, syncs: 0, entries: 0, queuedWrites: 0 }),
}

const noCounts: LinkCounters = { refused: {}, refusedByPeers: {}, accepted: 0 }

function faceOf(
  place: Place,
  links: readonly PeerLinkStatus[] = [],
  counters = noCounts,
): MemberFace {
  const { member, directory, desk } = place.mustRun
  return new MemberFace({
    ...{ node: place.name, cluster: 'c1', directory, store },
    member: member as unknown as Member<GroupMachine>,
    links: { status: () => links, counters: () => counters },
    joinsRefused: desk.refused,
    placing: new Placing(),
    seats: () => ({ areConfirmed: true, missing: 0 }),
  })
}

const badAt = (place: Place) =>
  faceOf(place)
    .readiness()
    .filter(({ isGood }) => !isGood)
    .map(({ name }) => name)

test('a node that learns is not ready; it is as soon as it votes', () => {
  const town = settled(['a', 'b', 'c'])
  const [, , c] = town.places as readonly [Place, Place, Place]
  town.until(() => badAt(c).length === 0, 'a voter that knows it')
  c.kill()
  c.wipe()
  c.start()
  expect(badAt(c)).toEqual(['joined'])
  c.askSeats(town.mustLead())
  expect(badAt(c)).toContain('votes')
  town.until(() => c.replica().leaderNode() !== undefined, 'a leader that it knows')
  expect(badAt(c)).toEqual(['votes'])
  town.until(() => town.voters().includes('c/4') && badAt(c).length === 0, 'its vote')
  expect(faceOf(c).readiness()[2]?.message).toBe('1 of 1 replicas here vote')
})

test.each([0, 1])('once it is ready another may go: the group goes on without its %i', at => {
  const town = settled(['a', 'b', 'c'], at + 1)
  const [a, b, c] = town.places as readonly [Place, Place, Place]
  c.kill()
  c.wipe()
  c.start().askSeats(town.mustLead())
  // To the millisecond: the change that gives it its vote is seen before it is committed.
  while (badAt(c).length > 0) town.clock.pass(1)
  const victim = [a, b][at] as Place
  victim.kill()
  const written = town.mustLead()
  let kind = ''
  written.replica().propose(Uint8Array.of(1), outcome => {
    kind = outcome.kind
  })
  town.until(() => kind !== '', 'the fate of a write')
  expect(kind).toBe('applied')
})

test('a node beyond the voters is ready when it has caught up', () => {
  const names = Array.from({ length: VOTERS_MAX + 1 }, (_, at) => `n${at + 1}`)
  const town = new Town(names)
  const [founder, ...others] = town.places as [Place, ...Place[]]
  founder.start().found(1)
  town.mustLead()
  town.until(() => founder.replica().roster.roster.replicas.length === 1, 'its enrolment')
  for (const one of others) one.start().askSeats(town.mustLead())
  town.until(() => town.voters().length === VOTERS_MAX, 'all voters')
  const spare = town.places.find(one => !town.voters().join().includes(`${one.name}/`)) as Place
  town.until(() => badAt(spare).length === 0, 'the one that has caught up')
  expect(spare.replica().report().role).toBe('learner')
  expect(faceOf(spare).readiness()[2]?.message).toBe(
    '0 of 1 replicas here vote, 1 have caught up beyond the votes',
  )
})

test('a leader says how far away its peers are, where that was measured', () => {
  const town = settled(['a', 'b', 'c'])
  const leader = town.mustLead()
  const [near, far] = town.places.filter(one => one !== leader) as [Place, Place]
  const link = (place: Place, rttMs: number | undefined): PeerLinkStatus => ({
    ...{ node: place.name, address: place.address, state: 'up', boot: 1, rttMs },
    ...{ queuedBytes: 0, dropped: 0, sentBytes: 3, receivedBytes: 4, losses: 0 },
    ...{ lastRefusal: undefined, lastClosed: undefined },
  })
  const face = faceOf(leader, [link(near, 0.5), link(far, undefined)])
  for (const report of [face.report('kv/1'), face.reports()[0]]) {
    const rtts = new Map(report?.peers.map(one => [one.node, one.rttMs]))
    expect([rtts.get(near.name), rtts.get(far.name)]).toEqual([0.5, undefined])
  }
  expect(face.figures().links.map(({ peer, rttMs }) => [peer, rttMs])).toEqual([
    [near.name, 0.5],
    [far.name, undefined],
  ])
  expect(faceOf(near, [link(leader, 1)]).report('kv/1')?.peers).toEqual([])
})

test('what was refused is counted by code, whoever refused it, and odd codes as one', () => {
  const town = settled(['a', 'b', 'c'])
  const leader = town.mustLead()
  const { desk } = leader.mustRun
  for (const cluster of ['c2', 'c2', 'c1']) desk.join({ cluster, who: null }, undefined, () => {})
  const counters: LinkCounters = {
    refused: { 'wrong-cluster': 3, 'malformed-bytes': 1 },
    refusedByPeers: { 'old-incarnation': 2, 'x\ny': 4, [`a${'b'.repeat(99)}`]: 5, other: 1 },
    accepted: 6,
  }
  const figures = faceOf(leader, [], counters).figures()
  expect(figures.refused).toEqual([
    { code: 'bad-introduction', count: 1 },
    { code: 'malformed-bytes', count: 1 },
    { code: 'wrong-cluster', count: 5 },
  ])
  expect(figures.refusedByPeers).toEqual([
    { code: 'old-incarnation', count: 2 },
    { code: 'other', count: 10 },
  ])
  expect([figures.accepted, figures.imagesRunning, figures.imagesWaiting]).toEqual([6, 0, 0])
})

test('messages to a group that is not here are counted', () => {
  const town = settled(['a', 'b', 'c'])
  const [a, b, c] = town.places as readonly [Place, Place, Place]
  town.mustLead()
  c.kill()
  c.wipe()
  c.start()
  town.clock.pass(1000)
  // Its log is gone: the leader goes on to speak of a group that it does not know.
  expect(c.unknown).toContain(1)
  const [first] = faceOf(c).figures().refused
  expect(first).toEqual({ code: 'unknown-group', count: expect.any(Number) })
  expect(first?.count).toBeGreaterThan(1)
  for (const one of [a, b]) expect(faceOf(one).figures().refused).toEqual([])
})

test('a group says what waits at its replica', () => {
  const leader = settled(['a', 'b', 'c']).mustLead()
  const face = faceOf(leader)
  const before = face.report('kv/1')?.stats
  expect(before).toEqual(leader.replica().group.stats())
  leader.replica().propose(Uint8Array.of(1), () => {})
  expect(face.report('kv/1')?.stats.proposalsOpen).toBe((before?.proposalsOpen ?? 0) + 1)
})
