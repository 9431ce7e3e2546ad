/**
 * Test support: nodes with all their parts but sockets and files, on a clock under the hand of the
 * test. A node may be killed, started again on what it had, or wiped. What they are not: real
 * transports; that is the test of `WeirNode`.
 */

import { groupId, type NodeId, nodeId, type ReplicaId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import type { StateChange, StateCut, StateSpace } from '../../base/state.ts'
import { newHasher } from '../../io/random.ts'
import { ListMachine } from '../../raft/host/testing/machine.ts'
import { MemoryStore, StoredState } from '../../raft/host/testing/store.ts'
import { ManualClock, MortalClock, Wires } from '../../raft/host/testing/world.ts'
import { Desk } from '../desk.ts'
import { Directory } from '../directory.ts'
import { Member } from '../member.ts'
import type { Replica } from '../replica.ts'
import type { Introduction } from '../roster/roster.ts'

/** Rows in memory, in the order of their keys. */
export class MemorySpace implements StateSpace {
  /** How it goes, once all before it is gone. */
  onClear: (go: () => void) => void = go => go()
  readonly #rows = new Map<string, Uint8Array>()

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(key.join())
  }

  write(changes: readonly StateChange[], done: () => void): void {
    for (const { key, value } of changes) {
      if (value === undefined) this.#rows.delete(key.join())
      else this.#rows.set(key.join(), value)
    }
    done()
  }

  clear(done: () => void): void {
    this.onClear(() => {
      this.#rows.clear()
      done()
    })
  }

  cut(): StateCut {
    throw new Error('the roster has one row: nobody cuts its space')
  }
}

const CLUSTER = 'c1'

export class Place {
  readonly name: NodeId
  readonly fatal: string[] = []
  readonly logged: string[] = []
  readonly unknown: number[] = []
  /** Whom its desk did not let in. */
  readonly refused: string[] = []
  address: string
  /** Machines are made when the test lets them be. */
  holdsMachines = false
  /** Who should lead a group. */
  readonly wishes = new Map<number, ReplicaId>()
  readonly held: (() => void)[] = []
  #stores = 1
  #state = new StoredState()
  #spaces = new Map<string, MemorySpace>()
  #machines = new Map<number, ListMachine>()
  #clock: MortalClock | undefined
  #running: { member: Member<ListMachine>; desk: Desk; directory: Directory } | undefined
  readonly #town: Town

  constructor(name: string, town: Town) {
    this.name = nodeId(name)
    this.address = `${name}:1`
    this.#town = town
  }

  get isUp(): boolean {
    return this.#running !== undefined
  }

  get mustRun() {
    if (this.#running === undefined) throw new Error(`${this.name} is down`)
    return this.#running
  }

  get self(): Introduction {
    const { name: node, address } = this
    const opened = { store: `${node}-${this.#stores}`, boot: this.#state.boot, opening: 'o' }
    return { node, ...opened, address, http: `http-${address}` }
  }

  replica(group = 1): Replica<ListMachine> {
    const found = this.mustRun.member.replicas.get(groupId(group))
    if (found === undefined) throw new Error(`no group ${group} on ${this.name}`)
    return found
  }

  has(group: number): boolean {
    return this.mustRun.member.replicas.has(groupId(group))
  }

  machine(group = 1): ListMachine {
    const found = this.#machines.get(group)
    if (found === undefined) throw new Error(`no machine of group ${group} on ${this.name}`)
    return found
  }

  /** A new process on what is there. Its machine begins anew: the log has all it needs. */
  start(): this {
    const { clock: world, wires } = this.#town
    const clock = new MortalClock(world)
    const store = new MemoryStore(clock, this.#state)
    this.#clock = clock
    this.#spaces = new Map()
    const directory = new Directory({ self: this.name, dial: new Map(), onAddress: () => {} })
    const member: Member<ListMachine> = new Member({
      ...{ clock, store, directory, self: this.self },
      random: new Prng(this.#town.nextSeed()),
      links: wires.links(this.name),
      logger: { log: (_level, message) => this.logged.push(message) },
      meter: { onSync() {}, onApply() {}, onImage() {} },
      space: (group, part) => this.space(group, part),
      makeMachine: (_space, done) => {
        const make = () => done(new ListMachine(world, clock))
        if (this.holdsMachines) this.held.push(make)
        else make()
      },
      makeHasher: newHasher,
      leaderWish: group => this.wishes.get(group),
      onFatal: code => this.fatal.push(code),
      onUnknownGroup: group => this.unknown.push(group),
    })
    const { node, address, http } = this.self
    const greeting = { node, address, http, cluster: '', formerly: '', founds: false, process: 'p' }
    const desk = new Desk(greeting, (name, code) => this.refused.push(`${name} ${code}`))
    const known = { cluster: CLUSTER, directory, replicas: member.replicas }
    desk.member = { ...known, self: this.self, links: this.#town, line: undefined }
    this.#running = { member, desk, directory }
    member.open(() => member.start())
    this.#learnMachines()
    return this
  }

  kill(): void {
    if (this.#clock !== undefined) this.#clock.isDead = true
    this.#running = undefined
    this.#town.wires.lose(this.name)
  }

  /** The folder is gone: what starts next is another store. */
  wipe(): void {
    this.#stores++
    this.#state = new StoredState()
  }

  found(...groups: readonly number[]): void {
    let isDone = false
    this.mustRun.member.found(groups.map(groupId), () => {
      isDone = true
    })
    this.#town.until(() => isDone, 'the founding')
    this.#learnMachines()
  }

  /** One round of questions, as a seating asks them, to each of these. */
  askSeats(...others: readonly Place[]): readonly string[] {
    return others.filter(one => one.isUp).map(other => this.#askSeat(other))
  }

  #askSeat(other: Place): string {
    let code: string | undefined
    let making = 0
    const { member } = this.mustRun
    other.mustRun.desk.join(
      { cluster: CLUSTER, who: { ...this.self, replica: 0 } },
      undefined,
      answer => {
        code = answer.code
        for (const { group, replica, places } of answer.groups) {
          const known = places.map(one => ({
            ...one,
            node: nodeId(one.node),
            replica: one.replica as ReplicaId,
          }))
          member.tell(groupId(group), known)
          if (replica > 0 && !this.has(group)) {
            making++
            member.join(groupId(group), replica as ReplicaId, () => making--)
          }
        }
      },
    )
    this.#town.until(() => code !== undefined && making === 0, 'an answer to a join')
    this.#learnMachines()
    return code ?? ''
  }

  #learnMachines(): void {
    for (const [group, replica] of this.#running?.member.replicas ?? []) {
      this.#machines.set(group, replica.machine)
    }
  }

  /** Of the groups in its log, those that are there. */
  get inLog(): readonly number[] {
    return [...this.#state.groups.keys()]
  }

  space(group: number, part: number): MemorySpace {
    const key = `${group} ${part}`
    const space = this.#spaces.get(key) ?? new MemorySpace()
    this.#spaces.set(key, space)
    return space
  }
}

export class Town {
  readonly clock = new ManualClock()
  readonly wires = new Wires(this.clock, 1)
  readonly places: readonly Place[]
  #seed: number

  constructor(names: readonly string[], seed = 1) {
    this.#seed = seed * 1000
    this.places = names.map(name => new Place(name, this))
  }

  nextSeed(): number {
    return this.#seed++
  }

  /** Lets the world go on until it is so. */
  until(isSo: () => boolean, what: string): void {
    for (let turn = 0; turn < 3000; turn++) {
      if (isSo()) return
      this.clock.pass(10)
    }
    throw new Error(`it never came to ${what}`)
  }

  /** All that run reach each other. */
  living(name: string): Introduction | undefined {
    return this.places.find(one => one.name === name && one.isUp)?.self
  }

  leader(group = 1): Place | undefined {
    const leaders = this.places.filter(
      one => one.isUp && one.has(group) && one.replica(group).isLeader,
    )
    const term = (one: Place) => one.replica(group).group.raft.term
    return leaders.sort((a, b) => term(b) - term(a))[0]
  }

  /** A leader that has committed in its term and applied it. */
  mustLead(group = 1): Place {
    let found: Place | undefined
    this.until(() => {
      found = this.leader(group)
      const log = found?.replica(group).group.raft.log
      return log !== undefined && log.applied === log.lastIndex && log.applied > 0
    }, `a leader of group ${group}`)
    if (found === undefined) throw new Error('unreachable')
    return found
  }

  /** node/replica of each voter, as its leader sees it. */
  voters(group = 1): readonly string[] {
    const leader = this.leader(group)
    const members = leader?.replica(group).report().members ?? []
    return members.filter(one => one.kind === 'voter').map(one => `${one.node}/${one.replica}`)
  }

  untilVoters(wanted: readonly string[], group = 1): void {
    const text = [...wanted].sort().join()
    this.until(
      () =>
        this.leader(group)?.replica(group).report().members.length === wanted.length &&
        [...this.voters(group)].sort().join() === text,
      `voters ${text}, but ${this.voters(group)}`,
    )
  }
}

/** Node a founded group 1; the others joined and vote. */
export function settled(names: readonly string[], seed = 1): Town {
  const town = new Town(names, seed)
  const [founder, ...others] = town.places
  founder?.start().found(1)
  town.mustLead()
  // Before it is enrolled itself, it gives nobody a seat.
  town.until(
    () => founder?.replica().roster.roster.replicas.length === 1,
    'the enrolment of the founder',
  )
  for (const one of others) one.start()
  others.forEach((one, at) => {
    one.askSeats(town.mustLead())
    town.untilVoters(names.slice(0, at + 2).map((name, i) => `${name}/${i + 1}`))
  })
  return town
}
