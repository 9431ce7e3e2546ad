/**
 * Test support: a node's host of groups of jobs, told at random what to begin, retire and look at,
 * over a member that answers when it likes; and a body that is told of claims. What must hold is
 * looked at after every step. No test library: mutants are bundled with it.
 */

import { WeirError } from '../../base/errors.ts'
import { type GroupId, groupId, type ReplicaId, replicaId } from '../../base/ids.ts'
import type { Prng } from '../../base/prng.ts'
import type { WorkFacts } from '../../group/work.ts'
import { groupIn, jobIn, type MetaJob, type MetaState } from '../../meta/state.ts'
import { type Carrier, JobsHost, WAIT_MS } from '../../node/jobs/host.ts'
import type { Replica } from '../../node/replica.ts'
import { TestBodies } from '../../node/testing/bodies.ts'
import { FIRST, metaAfter, put, SECOND } from '../../node/testing/wishes.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import { Body, type Work } from '../body.ts'

const STEPS = 60
const placed = metaAfter(put(FIRST, 'abc'), put(SECOND, 'bcd'))
const GROUPS = [FIRST, SECOND]

class PlayedMember implements Carrier {
  readonly replicas = new Map<GroupId, Replica<GroupMachine>>()
  readonly unopened = new Map<GroupId, ReplicaId>()
  readonly going: (() => void)[] = []
  readonly busy = new Set<GroupId>()
  isStopping = false
  wrong: string | undefined
  machineOf: (group: GroupId) => unknown = () => undefined

  begin: Carrier['begin'] = (group, replica, _voters, done) => {
    this.#take(group, 'begun')
    if (this.machineOf(group) === undefined) this.wrong = `${group} is begun without a body`
    this.#later(group, () => {
      this.replicas.set(group, replicaOf(replica))
      done()
    })
  }

  openPlaced: Carrier['openPlaced'] = group => {
    if (this.machineOf(group) === undefined) this.wrong = `${group} is opened without a body`
    this.replicas.set(group, replicaOf(this.unopened.get(group) ?? 0))
    this.unopened.delete(group)
  }

  retire: Carrier['retire'] = (group, done) => {
    this.#take(group, 'retired')
    this.replicas.delete(group)
    this.unopened.delete(group)
    this.#later(group, done)
  }

  #take(group: GroupId, what: string): void {
    if (this.isStopping) this.wrong = `${group} is ${what} while the node stops`
    if (this.busy.has(group)) this.wrong = `${group} is ${what} while it comes or goes`
  }

  #later(group: GroupId, go: () => void): void {
    this.busy.add(group)
    this.going.push(() => {
      this.busy.delete(group)
      go()
    })
  }
}

function replicaOf(replica: number): Replica<GroupMachine> {
  const members = { voters: [replicaId(replica)], outgoing: [], learners: [] }
  const raft = { role: 'follower', term: 1, replica: replicaId(replica), log: { members } }
  return { group: { raft, ...raft } } as unknown as Replica<GroupMachine>
}

class HostPlay {
  readonly #prng: Prng
  readonly #member = new PlayedMember()
  readonly #bodies = new TestBodies({} as TestBodies['world'])
  readonly #host: JobsHost
  #nowMs = 0
  #tries: number[] = []
  /** How often each said that it waits, since it could last be made. */
  readonly #told = new Map<string, number>()
  #state: MetaState = placed
  #next = 1

  constructor(prng: Prng) {
    this.#prng = prng
    const clock = {
      monotonicMs: () => this.#nowMs,
      wallMs: () => this.#nowMs,
      after: () => ({ cancel: () => {} }),
    }
    this.#host = new JobsHost({
      ...{ clock, bodies: this.#bodies, member: () => this.#member },
      logger: {
        log: (level, _, facts) => {
          const group = String(facts?.['group'])
          if (level === 'warn') this.#told.set(group, (this.#told.get(group) ?? 0) + 1)
        },
      },
    })
    this.#member.machineOf = group => this.#host.machineOf(group)
    const make = this.#bodies.make.bind(this.#bodies)
    this.#bodies.make = hosting => {
      const { id } = hosting.group
      if (id === FIRST) this.#tries.push(this.#nowMs)
      const made = make(hosting)
      this.#forget(id)
      return made
    }
  }

  run(): string | undefined {
    for (let step = 0; step < STEPS; step++) {
      const wrong = this.#step() ?? this.#member.wrong ?? this.#look()
      if (wrong !== undefined) return wrong
    }
    return undefined
  }

  #step(): string | undefined {
    const group = this.#prng.pick(GROUPS)
    const kind = this.#prng.below(9)
    if (kind === 0) this.#start(group)
    if (kind === 1) return this.#retire(group)
    if (kind === 2) this.#member.going.shift()?.()
    if (kind === 3) this.#bodies.trouble = new WeirError('no-log', 'there is none')
    if (kind === 4) this.#bodies.trouble = undefined
    if (kind === 5) this.#nowMs += this.#prng.below(WAIT_MS)
    if (kind === 6) this.#state = this.#prng.chance(0.2) ? { ...placed, groups: [] } : placed
    if (kind === 7 && this.#prng.chance(0.05)) this.#member.isStopping = true
    if (kind === 8) this.#find(group)
    this.#host.look(this.#state, false)
    if (this.#state !== placed && !this.#member.isStopping) GROUPS.map(one => this.#forget(one))
    return undefined
  }

  /** In the log, as if the process had just begun. */
  #find(group: GroupId): void {
    if (this.#host.hosted().has(group) || this.#member.isStopping) return
    this.#member.unopened.set(group, replicaId(this.#next++))
  }

  #start(id: GroupId): void {
    const [group, job] = [groupIn(placed, id), jobIn(placed, 'j')]
    if (group === undefined || job === undefined || this.#host.hosted().has(id)) return
    const replica = replicaId(this.#next++)
    this.#host.start({ job, group, replica, voters: [replica] })
  }

  #retire(id: GroupId): string | undefined {
    const made = this.#bodies.made.filter(one => one.group.id === id).at(-1)
    const hosted = this.#host.hosted().get(id)
    const isFree = this.#member.replicas.has(id) && !this.#member.isStopping
    if (hosted === undefined) return undefined
    this.#host.retire(id, hosted.replica)
    if (!isFree) return undefined
    if (made?.isClosed !== true) return `the body of ${id} goes on after its end`
    return this.#host.machineOf(id) === undefined ? undefined : `${id} keeps its machine`
  }

  #look(): string | undefined {
    const hosted = this.#host.hosted()
    const lost = [...this.#member.busy].find(id => !hosted.has(id))
    if (lost !== undefined) return `${lost} comes or goes, and is not hosted`
    const again = [...this.#told].find(([, count]) => count > 1)
    if (again !== undefined) return `${again[0]} is told to wait again, for the same reason`
    const soon = this.#tries.some((at, n) => n > 0 && at - (this.#tries[n - 1] ?? 0) < WAIT_MS)
    if (soon) return 'what cannot be made is tried again at once'
    const isGone = this.#state.groups.length === 0 && !this.#member.isStopping
    if (isGone && this.#host.troublesOf('j').length > 0) return 'a job that is gone is waited for'
    return undefined
  }

  /** It was made, or is not wanted any more. */
  #forget(id: GroupId): void {
    this.#told.delete(`j/s/${id - FIRST}`)
    if (id === FIRST) this.#tries = []
  }
}

const SUBMITTED: MetaJob = {
  ...{ name: 'j', text: '', digest: '', key: '', wish: 'running', claim: 'none' },
  ...{ generation: 0, owner: 'ann', replication: 3, stages: [], offsets: [] },
}

/** A body whose job goes on at random; what its work hears must fit. */
function bodyPlay(prng: Prng): string | undefined {
  let heard = 0
  let closed = 0
  let wrong: string | undefined
  let job = SUBMITTED
  const facts: WorkFacts = { leads: true, generation: 1, state: 'running' }
  const work = {
    ...{ isDrained: false, facts, onChanged: () => {}, onMoved: () => {}, close: () => {} },
    onClaim: ({ generation }: { readonly generation: number }) => {
      if (generation <= heard) wrong = `generation ${generation} is heard after ${heard}`
      if (job.claim !== 'whole') wrong = `a claim is heard that is ${job.claim}`
      heard = generation
    },
    stop: () => {
      if (job.wish !== 'stopped') wrong = `a job is stopped that is ${job.wish}`
    },
  }
  const body = new Body({
    ...{ job, group: groupId(7), place: { stage: 's', index: 0 } },
    make: () => work as unknown as Work,
    onClosed: () => closed++,
  })
  body.take({ leads: () => 5, propose: () => true, read: () => {} })
  for (let step = 0; step < STEPS && wrong === undefined; step++) {
    job = nextJob(job, prng)
    body.onJob(job)
    const mayLead = job.claim === 'whole' && job.wish !== 'deleted'
    if (body.leads !== (mayLead ? 5 : 0)) wrong = `it leads in ${body.leads}, claim ${job.claim}`
    if (job.claim === 'whole' && heard !== job.generation) wrong = 'a whole claim is not heard'
  }
  body.onGone()
  if (body.leads !== 0) wrong ??= 'it leads a group that is gone'
  body.close()
  body.close()
  return closed === 1 ? wrong : `it was closed ${closed} times`
}

function nextJob(job: MetaJob, prng: Prng): MetaJob {
  const kind = prng.below(5)
  if (kind === 0) return { ...job, claim: 'due', generation: job.generation + 1 }
  if (kind === 1 && job.generation > 0) return { ...job, claim: 'whole' }
  if (kind === 2) return { ...job, wish: prng.pick(['running', 'stopped', 'deleted'] as const) }
  return { ...job }
}

export function hostingPlayed(prng: Prng): string | undefined {
  return new HostPlay(prng).run() ?? bodyPlay(prng)
}
