/** Groups of jobs begun, opened, called founded and retired, over a member that is told. */

import { expect, test } from 'vitest'
import { WeirError } from '../../base/errors.ts'
import { type GroupId, type ReplicaId, replicaId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import { groupIn, jobIn, type MetaState } from '../../meta/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import { ManualClock } from '../../raft/host/testing/world.ts'
import type { Replica } from '../replica.ts'
import { TestBodies } from '../testing/bodies.ts'
import { FIRST, metaAfter, put, SECOND } from '../testing/wishes.ts'
import type { JobWorld } from './body.ts'
import { type Carrier, JobsHost, WAIT_MS } from './host.ts'

interface Raft {
  role?: 'leader' | 'follower'
  voters?: readonly number[]
  /** Terms of the entry applied last, and of now. */
  terms?: readonly [number, number]
}

function replicaOf(replica: number, { role = 'follower', voters = [1, 2, 3], terms }: Raft = {}) {
  const [applied, term] = terms ?? [1, 1]
  const members = { voters: voters.map(replicaId), outgoing: [], learners: [] }
  const log = { members, applied: 4, term: () => applied }
  const raft = { role, term, replica: replicaId(replica), log }
  return { group: { raft, ...raft } } as unknown as Replica<GroupMachine>
}

class ToldMember implements Carrier {
  readonly replicas = new Map<GroupId, Replica<GroupMachine>>()
  readonly unopened = new Map<GroupId, ReplicaId>()
  isStopping = false
  readonly said: string[] = []
  readonly waiting: (() => void)[] = []

  begin: Carrier['begin'] = (group, replica, voters, done) => {
    this.said.push(`begin ${group - FIRST} as ${replica} of [${voters}]`)
    this.waiting.push(() => {
      this.replicas.set(group, replicaOf(replica))
      done()
    })
  }

  openPlaced: Carrier['openPlaced'] = group => {
    this.said.push(`open ${group - FIRST}`)
    this.replicas.set(group, replicaOf(this.unopened.get(group) ?? 0))
    this.unopened.delete(group)
  }

  retire: Carrier['retire'] = (group, done) => {
    this.said.push(`retire ${group - FIRST}`)
    this.replicas.delete(group)
    this.unopened.delete(group)
    this.waiting.push(done)
  }

  goOn(): void {
    for (const step of this.waiting.splice(0)) step()
  }
}

function scene() {
  const member = new ToldMember()
  const bodies = new TestBodies({} as JobWorld)
  const clock = new ManualClock()
  const told: string[] = []
  const logger: Logger = {
    log: (level, _, { group, code } = {}) => {
      if (level === 'warn') told.push(`${group} ${code}`)
    },
  }
  const host = new JobsHost({ clock, bodies, logger, member: () => member })
  return { member, bodies, host, clock, told }
}

const placed = metaAfter(put(FIRST, 'abc'), put(SECOND, 'bcd'))

function hosting(state: MetaState, id: GroupId, replica: number, voters: readonly number[]) {
  const group = groupIn(state, id)
  const job = jobIn(state, 'j')
  if (group === undefined || job === undefined) throw new Error('it is not wished for')
  return { job, group, replica: replicaId(replica), voters: voters.map(replicaId) }
}

test('what is begun is hosted from the first moment, with a body before its replica', () => {
  const { member, bodies, host } = scene()
  host.start(hosting(placed, FIRST, 1, [1, 2, 3]))
  expect(host.machineOf(FIRST)).toBe(bodies.made[0]?.machine)
  expect(host.hosted().get(FIRST)).toEqual({ replica: 1, isMember: true })
  // Asked to go while it is being begun, it is asked again later.
  host.retire(FIRST, replicaId(1))
  expect(member.said).toEqual(['begin 0 as 1 of [1,2,3]'])
  member.goOn()
  expect(host.hosted().get(FIRST)).toEqual({ replica: 1, isMember: true })
})

test('a replica that its own group does not count on says so', () => {
  const { member, host } = scene()
  member.replicas.set(FIRST, replicaOf(7))
  expect(host.hosted().get(FIRST)).toEqual({ replica: 7, isMember: false })
})

test('what the log held is opened when the wish names it, and stays hosted until then', () => {
  const { member, bodies, host } = scene()
  member.unopened.set(FIRST, replicaId(1))
  host.look({ ...placed, groups: [], jobs: [] }, false)
  expect(member.said).toEqual([])
  expect([...host.hosted().keys()]).toEqual([FIRST])
  host.look(placed, false)
  expect(member.said).toEqual(['open 0'])
  expect(bodies.made.map(one => one.group.index)).toEqual([0])
  host.look(placed, false)
  expect(bodies.made).toHaveLength(1)
})

test('a retired replica is closed at once, and hosted until nothing of it is left', () => {
  const { member, bodies, host } = scene()
  host.start(hosting(placed, FIRST, 1, [1, 2, 3]))
  member.goOn()
  host.retire(FIRST, replicaId(1))
  host.retire(FIRST, replicaId(1))
  expect(bodies.made[0]?.isClosed).toBe(true)
  expect(host.machineOf(FIRST)).toBeUndefined()
  expect([...host.hosted().keys()]).toEqual([FIRST])
  expect(member.said.filter(one => one.startsWith('retire'))).toHaveLength(1)
  member.goOn()
  expect(host.hosted().size).toBe(0)
})

test('what was never opened is retired as well', () => {
  const { member, host } = scene()
  member.unopened.set(FIRST, replicaId(1))
  host.retire(FIRST, replicaId(1))
  member.goOn()
  expect(host.hosted().size).toBe(0)
})

test('founded is said by a leader that applied an entry of its term, until it is known', () => {
  const { member, host } = scene()
  const isFounded = (raft: Raft) => {
    member.replicas.set(FIRST, replicaOf(1, raft))
    return host.founded(placed)
  }
  expect(isFounded({})).toEqual([])
  expect(isFounded({ role: 'leader', terms: [1, 2] })).toEqual([])
  expect(isFounded({ role: 'leader', terms: [2, 2] })).toEqual([FIRST])
  const known = metaAfter(put(FIRST, 'abc'), { kind: 'founded', groups: [FIRST] })
  expect(host.founded(known)).toEqual([])
})

test('a node that stops begins, opens and retires nothing', () => {
  const { member, bodies, host } = scene()
  member.isStopping = true
  member.unopened.set(SECOND, replicaId(4))
  host.start(hosting(placed, FIRST, 1, [1, 2, 3]))
  host.look(placed, false)
  host.retire(SECOND, replicaId(4))
  expect([...member.said, ...bodies.made]).toEqual([])
  host.close()
  expect(bodies.isClosed).toBe(true)
})

test('what cannot be made here waits, says why once, and is tried again later', () => {
  const { member, bodies, host, clock, told } = scene()
  bodies.trouble = new WeirError('no-log', 'this node was not told of a log')
  member.unopened.set(FIRST, replicaId(1))
  host.look(placed, false)
  host.start(hosting(placed, SECOND, 4, [4, 5, 6]))
  clock.pass(WAIT_MS)
  host.look(placed, false)
  expect(member.said).toEqual([])
  const trouble = { code: 'no-log', message: 'this node was not told of a log' }
  expect(host.troublesOf('j')).toEqual([trouble])
  expect(host.troublesOf('other')).toEqual([])
  expect(told).toEqual(['j/s/0 no-log', 'j/s/1 no-log'])
  // It stays in its log: whoever looks does not take it for one that is missing.
  expect([...host.hosted().keys()]).toEqual([FIRST])
  bodies.trouble = undefined
  clock.pass(WAIT_MS - 1)
  host.look(placed, false)
  expect(member.said).toEqual([])
  clock.pass(1)
  host.look(placed, false)
  host.start(hosting(placed, SECOND, 4, [4, 5, 6]))
  expect(member.said).toEqual(['open 0', 'begin 1 as 4 of [4,5,6]'])
  expect(host.troublesOf('j')).toEqual([])
})

test('nobody waits for a job that is gone', () => {
  const { member, bodies, host } = scene()
  bodies.trouble = new WeirError('job-unreadable', 'it is of a later version')
  member.unopened.set(FIRST, replicaId(1))
  host.look(placed, false)
  host.look({ ...placed, groups: [] }, false)
  expect(host.troublesOf('j')).toEqual([])
})

test('a mistake of ours is no reason to wait', () => {
  const { member, bodies, host } = scene()
  bodies.make = () => {
    throw new TypeError('a mistake')
  }
  member.unopened.set(FIRST, replicaId(1))
  expect(() => host.look(placed, false)).toThrow('a mistake')
})
