/** Nodes that found, join, die and lose what they had, on a clock under the hand of the test. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupId } from '../base/ids.ts'
import type { ProposeOutcome } from './group.ts'
import { type Place, settled, Town } from './testing/members.ts'

const three = ['a', 'b', 'c'] as const

function trio(seed = 1) {
  const town = settled(three, seed)
  const [a, b, c] = town.places as readonly [Place, Place, Place]
  return { town, a, b, c }
}

/** Proposed at whoever leads, until it is applied. */
function write(town: Town, text: string, group = 1): void {
  let outcome: ProposeOutcome | undefined
  const ask = () => {
    outcome = undefined
    const data = new TextEncoder().encode(text)
    town
      .mustLead(group)
      .replica(group)
      .propose(data, answer => {
        outcome = answer
      })
    town.until(() => outcome !== undefined, 'an outcome')
  }
  for (let tries = 0; tries < 20 && outcome?.kind !== 'applied'; tries++) ask()
  expect(outcome?.kind).toBe('applied')
}

const untilAll = (town: Town, places: readonly Place[], text: string, group = 1) =>
  town.until(
    () => places.every(one => one.has(group) && one.machine(group).data.at(-1) === text),
    `${text} on all`,
  )

test('a founder enrols itself first, whoever else asks meanwhile', () => {
  const town = new Town(['a', 'b'])
  const [a, b] = town.places as readonly [Place, Place]
  a.start().found(1)
  b.start()
  // Nobody leads yet: the answer names the group and gives nothing.
  expect(b.askSeats(a)).toEqual([''])
  expect(b.has(1)).toBe(false)
  town.mustLead()
  town.until(() => a.replica().roster.roster.replicas.length === 1, 'the founder’s enrolment')
  expect(a.replica().roster.roster.replicas[0]).toMatchObject({ node: 'a', replica: 1 })
  b.askSeats(a)
  town.untilVoters(['a/1', 'b/2'])
})

test('founding again makes what is missing and leaves the rest', () => {
  const town = new Town(['a'])
  const [a] = town.places as readonly [Place]
  a.start().found(1, 2)
  write(town, 'kept', 1)
  a.found(1, 2, 3)
  expect([...a.mustRun.member.replicas.keys()]).toEqual([1, 2, 3])
  expect(a.machine(1).data.at(-1)).toBe('kept')
  town.mustLead(3)
})

test('three settle, write, and each has it', () => {
  const { town } = trio()
  write(town, 'hello')
  untilAll(town, town.places, 'hello')
  expect(town.voters()).toEqual(['a/1', 'b/2', 'c/3'])
  for (const { fatal } of town.places) expect(fatal).toEqual([])
})

test('two nodes that join at once get seats of their own', () => {
  const town = new Town(['a', 'b', 'c'])
  const [a, b, c] = town.places as readonly [Place, Place, Place]
  a.start().found(1)
  town.mustLead()
  town.until(() => a.replica().roster.roster.replicas.length === 1, 'the founder’s enrolment')
  const given: (readonly [string, number | undefined])[] = []
  for (const one of [b.start(), c.start()]) {
    // Both questions are on their way before either is answered.
    const who = { ...one.self, replica: 0 }
    a.mustRun.desk.join({ cluster: 'c1', who }, undefined, ({ groups }) => {
      given.push([one.name, groups[0]?.replica])
    })
  }
  town.until(() => given.length === 2, 'both answers')
  expect(given).toEqual([
    ['b', 2],
    ['c', 3],
  ])
  for (const one of [c, b]) one.askSeats(a)
  town.untilVoters(['a/1', 'b/2', 'c/3'])
})

test('one node that asks twice at once gets one seat', () => {
  const { town, b } = trio()
  const leader = town.mustLead()
  b.kill()
  b.wipe()
  b.start()
  const given: (number | undefined)[] = []
  for (let i = 0; i < 3; i++) {
    const who = { ...b.self, replica: 0 }
    leader.mustRun.desk.join({ cluster: 'c1', who }, undefined, ({ groups }) =>
      given.push(groups[0]?.replica),
    )
  }
  town.until(() => given.length === 3, 'three answers')
  expect(given).toEqual([4, 4, 4])
})

test('a node that lost its folder is another replica, and the old one goes', () => {
  const { town, b } = trio()
  write(town, 'before')
  b.kill()
  b.wipe()
  b.start().askSeats(...town.places)
  town.until(() => town.leader() !== undefined, 'a leader')
  b.askSeats(town.mustLead())
  town.untilVoters(['a/1', 'c/3', 'b/4'])
  untilAll(town, [b], 'before')
  const { replicas, replaced } = town.mustLead().replica().roster.roster
  expect(replicas.map(one => one.replica)).toEqual([1, 3, 4])
  expect(replaced).toEqual(['b-1'])
})

test('a node wiped twice, the second time before it could vote', () => {
  const { town, c } = trio()
  c.kill()
  c.wipe()
  c.start().askSeats(town.mustLead())
  c.kill()
  c.wipe()
  c.start().askSeats(town.mustLead())
  town.untilVoters(['a/1', 'b/2', 'c/5'])
  write(town, 'after')
  untilAll(town, [c], 'after')
  expect(town.mustLead().replica().roster.roster.nextReplica).toBe(6)
})

test('an old folder that comes back is refused by name, and changes nothing', () => {
  const { town, c } = trio()
  const old = c.self
  c.kill()
  c.wipe()
  c.start().askSeats(town.mustLead())
  town.untilVoters(['a/1', 'b/2', 'c/4'])
  const leader = town.mustLead()
  const before = leader.replica().roster.roster
  let code = ''
  const who = { ...old, replica: 0 }
  leader.mustRun.desk.join({ cluster: 'c1', who }, undefined, answer => {
    code = answer.code
  })
  town.until(() => code !== '', 'a refusal')
  expect(code).toBe('store-replaced')
  expect(leader.replica().roster.roster).toEqual(before)
})

test('a leader that dies in the middle of a join: who asks again gets one seat', () => {
  const { town, c } = trio()
  c.kill()
  c.wipe()
  c.start()
  const first = town.mustLead()
  let answers = 0
  // Its entry goes out, and whether it stands nobody knows yet.
  const who = { ...c.self, replica: 0 }
  first.mustRun.desk.join({ cluster: 'c1', who }, undefined, () => answers++)
  town.clock.pass(1)
  first.kill()
  expect(answers).toBe(0)
  first.start()
  town.until(() => town.leader() !== undefined, 'another leader')
  c.askSeats(town.mustLead())
  const rest = ['a/1', 'b/2']
  town.untilVoters([...rest, `c/${c.replica().group.replica}`])
  const roster = town.mustLead().replica().roster.roster
  expect(roster.replicas.filter(one => one.node === 'c')).toHaveLength(1)
  expect(roster.nextReplica).toBe(5)
})

test('a node that moved is found where it is now', () => {
  const { town, a, b } = trio()
  b.kill()
  b.address = 'b:99'
  b.start().askSeats(town.mustLead())
  town.until(
    () => a.mustRun.directory.find(b.name)?.address === 'b:99',
    'the new address in the log of the others',
  )
  expect(a.mustRun.directory.find(b.name)?.http).toBe('http-b:99')
  expect(town.mustLead().replica().roster.roster.nextReplica).toBe(4)
})

test('a leader that moved says so itself', () => {
  const { town } = trio()
  const leader = town.mustLead()
  for (const one of town.places) {
    one.kill()
    one.address = `${one.name}:99`
  }
  for (const one of town.places) one.start()
  const next = town.mustLead()
  town.until(
    () => next.replica().roster.roster.replicas.some(one => one.address === `${next.name}:99`),
    'its own place in the roster',
  )
  expect(leader.fatal).toEqual([])
})

test('all die at once and come back with what they had', () => {
  const { town } = trio()
  write(town, 'kept')
  for (const one of town.places) one.kill()
  for (const one of town.places) one.start()
  town.mustLead()
  write(town, 'more')
  untilAll(town, town.places, 'more')
  for (const one of town.places) expect(one.machine().data).toContain('kept')
  town.untilVoters(['a/1', 'b/2', 'c/3'])
})

test('leaders that are known are counted once for each change', () => {
  const { town, a, b, c } = trio()
  town.clock.pass(1000)
  const before = [a, b, c].map(one => one.mustRun.member.leaderChanges)
  town.clock.pass(5000)
  expect([a, b, c].map(one => one.mustRun.member.leaderChanges)).toEqual(before)
  const leader = town.mustLead()
  leader.kill()
  town.until(() => town.leader() !== undefined, 'another leader')
  town.clock.pass(1000)
  for (const one of [a, b, c].filter(other => other.isUp)) {
    const at = [a, b, c].indexOf(one)
    expect(one.mustRun.member.leaderChanges).toBeGreaterThan(before[at] ?? 0)
  }
})

test('who stops in peace hands over first, and changes no members any more', () => {
  const { town } = trio()
  const leader = town.mustLead()
  const { member } = leader.mustRun
  let isStopped = false
  member.stop(() => {
    isStopped = true
  })
  expect(member.isStopping).toBe(true)
  town.until(() => isStopped, 'the end')
  const others = town.places.filter(one => one !== leader)
  expect(others.some(one => one.replica().isLeader)).toBe(true)
  expect(leader.machine().isClosed).toBe(true)
})

test('a seat that comes while the node stops is left: the stop goes on', () => {
  const { town, b } = trio()
  const { member } = b.mustRun
  let made = 0
  b.holdsMachines = true
  member.join(groupId(7), b.replica().group.replica, () => made++)
  let isStopped = false
  member.stop(() => {
    isStopped = true
  })
  for (const make of b.held.splice(0)) make()
  member.join(groupId(8), b.replica().group.replica, () => made++)
  for (const make of b.held.splice(0)) make()
  town.until(() => isStopped, 'the end')
  expect([made, b.fatal, [...member.replicas.keys()]]).toEqual([0, [], [1]])
})

test('what is said about a group that is still being opened asks for no seat', () => {
  const { town, b } = trio()
  b.kill()
  b.holdsMachines = true
  b.start()
  town.clock.pass(1000)
  expect([b.has(1), b.unknown]).toEqual([false, []])
  for (const make of b.held.splice(0)) make()
  write(town, 'for all')
  town.until(() => b.replica().machine.data.at(-1) === 'for all', 'the same as all')
})

test('no group is open before the states of all were seen', () => {
  const town = new Town(['a'])
  const [a] = town.places as readonly [Place]
  a.start().found(1, 2)
  a.kill()
  a.holdsMachines = true
  a.start()
  const [first] = a.held.splice(0)
  first?.()
  expect([a.has(1), a.has(2)]).toEqual([false, false])
  const [second] = a.held.splice(0)
  second?.()
  expect([a.has(1), a.has(2)]).toEqual([true, true])
})

test('a replica whose state is here and whose log is not is not made once more', () => {
  const { town, b } = trio()
  write(town, 'kept')
  untilAll(town, [b], 'kept')
  let made = 0
  const { replica } = b.replica().group
  b.mustRun.member.join(groupId(1), replica, () => made++)
  town.clock.pass(1000)
  expect([b.fatal, made]).toEqual([['state-ahead-of-log'], 0])
  // Of another group, or as another replica, there is nothing here that speaks against it.
  b.mustRun.member.join(groupId(7), replica, () => made++)
  town.until(() => made === 1, 'the other')
  expect(b.fatal).toHaveLength(1)
})

test('a thousand groups open one after the other', () => {
  const town = new Town(['a'])
  const [a] = town.places as readonly [Place]
  const groups = Array.from({ length: 1000 }, (_, at) => at + 1)
  a.start().found(...groups)
  a.kill()
  a.start()
  expect(a.mustRun.member.replicas.size).toBe(1000)
  expect(a.mustRun.member.replicas.get(groupId(1000))?.group.replica).toBe(1)
})

type Step = readonly ['kill' | 'start' | 'wipe' | 'ask' | 'pass', number]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('kill', 'start', 'wipe', 'ask', 'pass'),
  fc.nat(2),
)

/** A majority keeps what it had: a wipe of one more would be a loss of the group by design. */
function act(town: Town, [what, at]: Step): void {
  const place = town.places[at]
  if (place === undefined) return
  if (what === 'pass') town.clock.pass(100 * (at + 1))
  else if (what === 'start' && !place.isUp) place.start()
  else if (what === 'kill' && place.isUp) place.kill()
  else if (what === 'ask' && place.isUp && town.leader() !== undefined) {
    const leader = town.leader()
    if (leader !== undefined && leader !== place) place.askSeats(leader)
  } else if (what === 'wipe' && place.name === 'c') {
    if (place.isUp) place.kill()
    place.wipe()
    place.start()
  }
}

test('whatever happens to three nodes, they come to rest with one replica each', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(1000), (steps, seed) => {
      const { town, c } = trio(seed + 1)
      const owners = new Map<number, string>()
      for (const one of steps) {
        act(town, one)
        for (const place of town.places.filter(({ isUp }) => isUp)) {
          if (!place.has(1)) continue
          for (const { replica, node, store } of place.replica().roster.roster.replicas) {
            const owner = owners.get(replica) ?? `${node} ${store}`
            expect(`${node} ${store}`).toBe(owner)
            owners.set(replica, owner)
          }
        }
      }
      for (const place of town.places) if (!place.isUp) place.start()
      const others = town.places.filter(one => one !== c)
      // As every start does: without it, who has an empty log knows nobody to answer.
      do {
        town.mustLead()
        c.askSeats(...others)
        town.clock.pass(100)
      } while (!c.has(1))
      town.untilVoters(['a/1', 'b/2', `c/${c.replica().group.replica}`])
      for (const { fatal } of town.places) expect(fatal).toEqual([])
    }),
    { numRuns: 40 },
  )
})
