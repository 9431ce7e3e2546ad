/**
 * Test support, no part of what runs: a group of cores whose messages, writes and time move only
 * when a test moves them. After each step of a replica the bench itself looks whether the group is
 * still safe: one leader a term, terms and commits that never fall, equal entries at equal indexes,
 * leaders that lack nothing that was ever applied.
 */

import { invariant } from '../../base/errors.ts'
import type { ReplicaId } from '../../base/ids.ts'
import { replicaId } from '../../base/ids.ts'
import type { Proposed } from '../leading/propose.ts'
import type { Message, MessageType } from '../messages.ts'
import type { RaftLimits, RaftTimes } from '../options.ts'
import { defaultLimits, defaultTimes } from '../options.ts'
import type { Refusal } from '../refusal.ts'
import { isRefusal } from '../refusal.ts'
import type { Status } from '../status.ts'
import type { Image, Members, Role } from '../types.ts'
import { lineOf, Replica } from './replica.ts'

export interface BenchOptions {
  readonly voters: readonly number[]
  readonly learners?: readonly number[]
  /** Started without members: they wait to be let in. */
  readonly joiners?: readonly number[]
  readonly seed?: number
  readonly times?: Partial<RaftTimes>
  readonly limits?: Partial<RaftLimits>
}

export type Pick = (message: Message) => boolean

/** Messages delivered in one `settle` before the group is taken to chatter for ever. */
const SETTLE_MESSAGES_MAX = 20_000
const SLICE_MS = 50

export const ids = (numbers: readonly number[]): readonly ReplicaId[] => numbers.map(replicaId)

/** An image of nothing: what a group or a newcomer begins with. */
export function firstImage(members: Members): Image {
  return { index: 0, term: 0, members, membersIndex: 0, chain: 0 }
}

export function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export const ofType =
  (...types: readonly MessageType[]): Pick =>
  message =>
    types.includes(message.type)

export class Bench {
  readonly times: RaftTimes
  readonly limits: RaftLimits
  readonly replicas = new Map<number, Replica>()
  wire: Message[] = []
  /** Everything that was ever put on the wire, in order. */
  readonly sent: Message[] = []
  /** Messages for which this holds get lost when they are delivered. */
  lost: Pick = () => false
  readonly #seed: number
  readonly #applied: string[] = []
  readonly #leaders = new Map<number, ReplicaId>()
  readonly #seen = new Map<number, { boot: number; term: number; commit: number }>()

  constructor(options: BenchOptions) {
    this.times = { ...defaultTimes, ...options.times }
    this.limits = { ...defaultLimits, ...options.limits }
    this.#seed = options.seed ?? 1
    const learners = ids(options.learners ?? [])
    const image = firstImage({ voters: ids(options.voters), outgoing: [], learners })
    for (const id of [...options.voters, ...learners]) this.add(id, image)
    const stranger = firstImage({ voters: [], outgoing: [], learners: [] })
    for (const id of options.joiners ?? []) this.add(id, stranger)
  }

  add(id: number, image: Image): Replica {
    const { times, limits } = this
    const options = { id: replicaId(id), image, seed: this.#seed, times, limits }
    const replica = new Replica(options, message => {
      this.wire.push(message)
      this.sent.push(message)
    })
    this.replicas.set(id, replica)
    return replica
  }

  replica(id: number): Replica {
    const replica = this.replicas.get(id)
    invariant(replica !== undefined, 'BENCH a replica of this group', id)
    return replica
  }

  status(id: number): Status {
    return this.replica(id).raft.status()
  }

  role(id: number): Role {
    return this.replica(id).raft.role
  }

  /** The leader of the highest term among those that are up. */
  get leader(): number {
    const leaders = [...this.replicas.values()].filter(r => r.up && r.raft.role === 'leader')
    return leaders.sort((a, b) => b.raft.term - a.raft.term)[0]?.id ?? 0
  }

  pump(id: number): void {
    const replica = this.replica(id)
    replica.pump()
    this.#check(replica)
  }

  pumpAll(): void {
    for (const id of this.replicas.keys()) this.pump(id)
  }

  /** Hands one message over, as often as the test likes. */
  deliver(message: Message): Refusal | undefined {
    const to = this.replicas.get(message.to)
    if (to === undefined || !to.up || this.lost(message)) return undefined
    const answer = to.raft.step(message)
    this.pump(message.to)
    return answer
  }

  /** Delivers what is now on the wire and picked; the rest stays there. */
  deliverSome(pick: Pick): number {
    const chosen = this.take(pick)
    for (const message of chosen) this.deliver(message)
    return chosen.length
  }

  /** Takes messages off the wire, to be lost or to be delivered later. */
  take(pick: Pick): readonly Message[] {
    const chosen = this.wire.filter(pick)
    this.wire = this.wire.filter(message => !chosen.includes(message))
    return chosen
  }

  /** Delivers in order until nobody has anything more to say. */
  settle(): void {
    this.pumpAll()
    for (let count = 0; this.wire.length > 0; count++) {
      invariant(count < SETTLE_MESSAGES_MAX, 'BENCH a group falls silent')
      const [next] = this.wire.splice(0, 1)
      if (next !== undefined) this.deliver(next)
    }
  }

  tick(id: number, elapsedMs: number, lateMs = 0): void {
    if (!this.replica(id).up) return
    this.replica(id).raft.tick(elapsedMs, lateMs)
    this.pump(id)
  }

  /** Time passes for everybody, in small slices, and all messages arrive. */
  pass(ms: number): void {
    for (let at = 0; at < ms; at += SLICE_MS) {
      for (const id of this.replicas.keys()) this.tick(id, SLICE_MS)
      this.settle()
    }
  }

  /** Nobody hears anything for so long that leases end, and this replica asks first. */
  elect(id: number): void {
    for (const [other, replica] of this.replicas) {
      if (other === id || !replica.up || replica.raft.role === 'leader') continue
      replica.raft.tick(this.times.electionMs - replica.raft.status().electionElapsedMs, 0)
    }
    this.timeout(id)
    this.settle()
    invariant(this.role(id) === 'leader', 'BENCH the replica is elected', this.role(id))
  }

  /** This replica loses patience. */
  timeout(id: number): void {
    this.tick(id, 2 * this.times.electionMs)
  }

  propose(id: number, text: string): Proposed {
    const { raft } = this.replica(id)
    const proposed = this.mustProposed(raft.propose(raft.term, toBytes(text)))
    this.pump(id)
    return proposed
  }

  /** Proposes and waits until everybody who listens has it. */
  write(id: number, text: string): Proposed {
    const proposed = this.propose(id, text)
    this.settle()
    return proposed
  }

  change(id: number, voters: readonly number[], learners: readonly number[] = []): Proposed {
    const { raft } = this.replica(id)
    const wish = { voters: ids(voters), learners: ids(learners) }
    const proposed = this.mustProposed(raft.changeMembers(wish, raft.log.membersIndex))
    this.pump(id)
    return proposed
  }

  mustProposed(answer: Proposed | Refusal): Proposed {
    invariant(!isRefusal(answer), 'BENCH proposed', () => JSON.stringify(answer))
    return answer
  }

  /** Nothing passes between the two groups, in either direction. */
  cut(...some: readonly number[]): void {
    const inside = (id: number): boolean => some.includes(id)
    this.lost = message => inside(message.from) !== inside(message.to)
  }

  heal(): void {
    this.lost = () => false
  }

  #check(replica: Replica): void {
    const { id, raft, lines, boot } = replica
    if (!replica.up) return
    const { term } = raft
    const { commit } = raft.log
    const seen = this.#seen.get(id)
    invariant(seen === undefined || term >= seen.term || boot > seen.boot, 'SAFE term never falls')
    invariant(seen?.boot !== boot || commit >= seen.commit, 'SAFE commit never falls')
    this.#seen.set(id, { boot, term, commit })
    this.#checkLines(lines)
    if (raft.role === 'leader') this.#checkLeader(replica)
  }

  #checkLines(lines: readonly string[]): void {
    const from = Math.max(0, lines.length - 64)
    for (let i = from; i < lines.length; i++) {
      const line = lines[i]
      if (line === undefined) continue
      invariant(line.startsWith(`${i + 1} `), 'SAFE applied without a gap', line)
      this.#applied[i] ??= line
      invariant(this.#applied[i] === line, 'SAFE equal entries at equal indexes', line)
    }
  }

  #checkLeader({ id, raft }: Replica): void {
    const { term, log } = raft
    const known = this.#leaders.get(term)
    invariant(known === undefined || known === id, 'SAFE one leader a term', term)
    if (known !== undefined) return
    this.#leaders.set(term, id)
    this.#applied.forEach((line, i) => {
      const entry = log.entry(i + 1)
      const has = i + 1 <= log.image.index || (entry !== undefined && lineOf(entry) === line)
      invariant(has, 'SAFE a leader lacks nothing that was applied', () => `${id}: ${line}`)
    })
  }
}
