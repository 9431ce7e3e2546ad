/** Who is let in by a member's desk, and who is not; members live on the test's own clock. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { JoinAnswer, Place as Said } from '../io/members/service.ts'
import { isDialable } from './address.ts'
import { Desk } from './desk.ts'
import { Directory } from './directory.ts'
import { isNodeId } from './names.ts'
import { judgeStart } from './start.ts'
import { anyPlace, goodPlace } from './testing/introductions.ts'
import { type Place, settled, Town } from './testing/members.ts'

function asked(
  town: Town,
  at: Place,
  who: Said | null,
  names?: readonly string[],
  cluster = 'c1',
): JoinAnswer {
  let answer: JoinAnswer | undefined
  at.mustRun.desk.join({ cluster, who }, names, given => {
    answer = given
  })
  town.until(() => answer !== undefined, 'an answer')
  return answer as JoinAnswer
}

const saidBy = (place: Place, more: Partial<Said> = {}): Said => ({
  replica: 0,
  ...place.self,
  ...more,
})

function trio() {
  const town = settled(['a', 'b', 'c'])
  const [a, b, c] = town.places as readonly [Place, Place, Place]
  return { town, a, b, c, leader: town.mustLead() }
}

test('whoever is not introduced well changes nothing, and is counted', () => {
  const { town, leader } = trio()
  const before = leader.replica().roster.roster
  const last = leader.replica().group.raft.log.lastIndex
  const wrong: readonly (Said | null)[] = [
    null,
    { ...goodPlace, address: '' },
    { ...goodPlace, node: '' },
    { ...goodPlace, node: 'n'.repeat(100_000) },
    { ...goodPlace, store: '' },
    { ...goodPlace, boot: -1 },
  ]
  for (const who of wrong) {
    expect(asked(town, leader, who)).toMatchObject({ code: 'bad-introduction', groups: [] })
  }
  expect(leader.replica().roster.roster).toEqual(before)
  expect(leader.replica().group.raft.log.lastIndex).toBe(last)
  expect([...leader.mustRun.desk.refused]).toEqual([['bad-introduction', wrong.length]])
  expect(leader.refused).toHaveLength(wrong.length)
  expect(leader.refused.every(line => line.length < 100)).toBe(true)
})

test('a certificate lets in its own node', () => {
  const { town, leader } = trio()
  expect(asked(town, leader, goodPlace, ['n9'])).toMatchObject({ code: 'not-allowed', groups: [] })
  expect(leader.replica().roster.roster.replicas.map(one => one.node)).not.toContain('n2')
  expect(asked(town, leader, goodPlace, ['n2']).groups[0]?.replica).toBe(4)
})

test('another cluster is named no longer than it takes', () => {
  const { town, leader } = trio()
  const { code, message } = asked(town, leader, goodPlace, undefined, 'c'.repeat(100_000))
  expect(code).toBe('wrong-cluster')
  expect(message.length).toBeLessThan(400)
})

test('a second node of one id gets no seat while the first is reached', () => {
  const { town, a, b, c } = trio()
  for (const [at, taken] of [
    [a, a],
    [b, a],
    [c, b],
  ] as const) {
    const who = saidBy(taken, { store: 'other', address: 'x:1' })
    expect(asked(town, at, who)).toMatchObject({
      code: 'node-id-taken',
      message: expect.stringContaining(`called ${taken.name} runs at ${taken.address} already`),
    })
  }
  const roster = town.mustLead().replica().roster.roster
  expect(roster.replicas.map(one => `${one.node}/${one.replica}`)).toEqual(['a/1', 'b/2', 'c/3'])
})

test('a copy of the folder of who is asked is no other start of it', () => {
  const { town, leader } = trio()
  const copy = saidBy(leader, { boot: leader.self.boot + 1, address: 'x:1' })
  expect(asked(town, leader, copy).code).toBe('node-id-taken')
  expect(asked(town, leader, saidBy(leader)).code).toBe('')
})

test('a copy that counts further gets no seat beside its node', () => {
  const { town, a, b, c } = trio()
  const later = { boot: c.self.boot + 1, opening: 'p', address: 'x:1' }
  const before = town.mustLead().replica().roster.roster
  for (const at of [a, b]) {
    expect(asked(town, at, saidBy(c, later)).code).toBe('node-id-taken')
    expect(asked(town, at, saidBy(c)).code).toBe('')
  }
  expect(town.mustLead().replica().roster.roster).toEqual(before)
})

test('an older start of a folder is told so, whoever is asked', () => {
  const { town, a, b, c } = trio()
  for (const at of [a, b, c]) {
    const { boot } = c.self
    expect(asked(town, at, saidBy(c, { boot, opening: 'p' })).code).toBe('old-incarnation')
  }
})

test('the next start of a folder is let in once the one before is known to be gone', () => {
  const { town, c } = trio()
  const next = saidBy(c, { boot: c.self.boot + 1, opening: 'p' })
  expect(asked(town, town.mustLead(), next).code).toBe('node-id-taken')
  c.kill()
  const answer = asked(town, town.mustLead(), next)
  expect([answer.code, answer.groups[0]?.replica]).toEqual(['', 3])
})

test('who lost his disk takes the place of who he was, and the old folder is told so', () => {
  const { town, a, b, c } = trio()
  const old = saidBy(c)
  c.kill()
  c.wipe()
  c.start()
  expect(c.askSeats(a, b)).toEqual(['', ''])
  town.until(() => town.voters().includes('c/4'), 'its vote')
  expect(asked(town, town.mustLead(), old).code).toBe('store-replaced')
})

test('two thousand who introduce themselves: nobody falls, none is known without a place', () => {
  const town = new Town(['a'])
  const [a] = town.places as readonly [Place]
  a.start().found(1)
  town.until(() => a.replica().roster.roster.replicas.length === 1, 'its enrolment')
  const codes = new Map<string, number>()
  fc.assert(
    fc.property(anyPlace, who => {
      a.mustRun.desk.join({ cluster: 'c1', who }, undefined, ({ code }) => {
        codes.set(code, (codes.get(code) ?? 0) + 1)
      })
      town.clock.pass(1)
    }),
    { numRuns: 2000 },
  )
  town.clock.pass(1000)
  expect(a.fatal).toEqual([])
  expect(codes.get('bad-introduction')).toBeGreaterThan(1000)
  const { replicas } = a.replica().roster.roster
  expect(replicas.length).toBeGreaterThan(1)
  for (const one of replicas) {
    expect([isNodeId(one.node), isDialable(one.address), one.store !== '']).not.toContain(false)
  }
})

test('whoever greets is told the same, whatever he calls himself', () => {
  const reached = { address: 'a:1', http: 'a:2' }
  const said = { node: 'a', process: 'p', founds: true, formerly: '', ...reached }
  const desk = new Desk({ ...said, cluster: '' }, () => {})
  expect(desk.greet()).toEqual({ ...said, cluster: '' })
  desk.greeting = { ...said, cluster: 'c1' }
  expect(desk.greet()).toEqual({ ...said, cluster: 'c1' })
  const directory = new Directory({ self: nodeId('a'), dial: new Map(), onAddress() {} })
  const self = { ...goodPlace, node: nodeId('a') }
  const links = { living: () => undefined }
  desk.greeting = { ...said, cluster: '', formerly: 'c1' }
  expect(desk.greet()).toEqual({ ...said, cluster: '', formerly: 'c1' })
  desk.member = { cluster: 'c1', directory, replicas: new Map(), self, links, line: undefined }
  expect(desk.greet()).toEqual({ ...said, cluster: 'c1' })
})

test('a node that opens its first log says of which cluster it is, and seats nobody', () => {
  const reached = { address: 'a:1', http: 'a:2' }
  const said = { node: nodeId('a'), process: 'p', founds: false, formerly: '', ...reached }
  const desk = new Desk({ ...said, cluster: 'c1' }, () => {})
  const { cluster } = desk.greet()
  const seeds = [{ kind: 'member' as const, address: 'a:1', node: nodeId('a'), cluster }]
  const facts = { node: nodeId('b'), founds: true, formerly: undefined, seeds }
  expect(judgeStart(facts)).toEqual({ kind: 'join', cluster: 'c1' })
  const codes: string[] = []
  desk.join({ cluster: 'c1', who: goodPlace }, undefined, ({ code }) => codes.push(code))
  expect(codes).toEqual(['no-cluster'])
})
