/**
 * A replica of a group of the job: the real one, at the seat that its node gives it. What it
 * applies is told to the judge, and what it has to say to others, to the exchange.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import type { Clock } from '../../../src/base/env.ts'
import { invariant } from '../../../src/base/errors.ts'
import type { GroupId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { ByteSource } from '../../../src/base/source.ts'
import { JobGroup } from '../../../src/group/job-group.ts'
import type { Duties } from '../../../src/group/leader.ts'
import type { Budget } from '../../../src/journal/budget.ts'
import { noMembers } from '../../../src/raft/members/members.ts'
import type { Entry } from '../../../src/raft/types.ts'
import { LivingClock } from '../fleet/clock.ts'
import type { Member } from '../fleet/member.ts'
import type { Seat } from '../fleet/seat.ts'
import type { Life } from '../host/life.ts'
import type { ApplyResult, Machine } from '../machine.ts'
import { WatchedLog } from '../publish/door.ts'
import type { EventQueue } from '../world/clock.ts'
import type { SimLogClient } from '../world/log/client.ts'
import type { Job } from './job.ts'
import type { Judge } from './judge.ts'
import { CLAIM, partOf, rendered, seatOf, topicsOf } from './names.ts'
import { publisherOf } from './publisher.ts'
import type { ClusterProfile } from './scenario.ts'

/** What all groups of one process share. */
export interface Shared {
  readonly client: SimLogClient
  readonly budget: Budget
}

/** Whom a replica tells what others must hear. */
export interface Mouth {
  onDuties(replica: Replica, duties: Duties): void
  onLost(replica: Replica): void
}

export interface ReplicaParts {
  readonly job: Job
  readonly group: GroupId
  readonly member: Member
  readonly life: Life
  readonly queue: EventQueue
  readonly random: Prng
  readonly profile: ClusterProfile
  readonly shared: Shared
  readonly judge: Judge
  readonly mouth: Mouth
  tell(line: string): void
}

const TAKEN: ApplyResult = { ok: true }

export class Replica implements Machine {
  readonly parts: ReplicaParts
  readonly job: JobGroup
  readonly clock: Clock
  seat: Seat | undefined
  /** The term in which it was last told that it leads. */
  #told = 0
  #isDue = false

  constructor(parts: ReplicaParts) {
    this.parts = parts
    this.clock = skewed(parts)
    this.job = this.#newGroup()
  }

  get group(): number {
    return partOf(this.parts.group)
  }

  /** It runs: what it proposes goes to the log. */
  take(seat: Seat): void {
    this.seat = seat
    this.onStepped()
  }

  /** The term in which it leads; 0: in none. */
  get leads(): number {
    const status = this.seat?.status()
    return status?.role === 'leader' ? status.term : 0
  }

  /** Something happened to its core. */
  onStepped(): void {
    if (this.#isDue || this.leads === this.#told) return
    this.#isDue = true
    const { life, queue, profile } = this.parts
    life.later(queue, profile.hearUs, () => {
      this.#isDue = false
      this.#told = this.leads
      this.job.onChanged()
    })
  }

  close(): void {
    this.seat = undefined
    this.job.close()
  }

  // What the node asks of its machine.

  get appliedIndex(): number {
    return this.job.machine.appliedIndex
  }

  apply(entry: Entry): ApplyResult {
    const { machine } = this.job
    machine.apply([entry], () => {})
    const { profile, life, queue, judge } = this.parts
    life.occupy(queue, profile.costs.entryUs)
    judge.onApplied(this.group, entry, machine.state)
    return TAKEN
  }

  /** Clients ask it nothing. */
  read(): number {
    return 0
  }

  snapshot(): Uint8Array {
    const out = new ByteWriter().varint(this.appliedIndex)
    const source = this.job.machine.cut()
    for (let isMore = true; isMore; ) {
      isMore = false
      source.next(piece => {
        invariant(piece.kind !== 'broken', 'CLUSTER an image can be cut')
        if (piece.kind === 'end') return
        out.raw(piece.bytes)
        isMore = true
      })
    }
    source.close()
    return out.finish()
  }

  restore(bytes: Uint8Array): void {
    const input = new ByteReader(bytes)
    const index = input.varint()
    this.#load(index, sourceOf(input.raw(input.left)), isWhole => {
      invariant(isWhole, 'CLUSTER an image that was cut can be loaded')
    })
    this.parts.judge.onLooked(this.group, this.job.machine)
  }

  empty(): void {
    this.#load(0, sourceOf(new Uint8Array(0)), () => {})
  }

  stateHash(): number {
    return 0
  }

  recomputedHash(): number {
    return 0
  }

  #load(index: number, source: ByteSource, done: (isWhole: boolean) => void): void {
    const image = { index, term: 0, members: noMembers, membersIndex: 0, chain: 0 }
    this.job.machine.restore(image, source, done)
  }

  #newGroup(): JobGroup {
    const { job, random, profile, shared, mouth, judge, tell } = this.parts
    const { group } = this
    return new JobGroup({
      clock: this.clock,
      random,
      replica: {
        leads: () => this.leads,
        propose: (term, data, done) => this.#propose(term, data, done),
        read: done => this.#read(done),
      },
      listener: {
        onDuties: duties => mouth.onDuties(this, duties),
        onLost: () => mouth.onLost(this),
        onReleased: seq => judge.onReleased(group, seq),
        onPublished: () => {},
        onTrouble: (code, message) => {
          tell(`group ${group}: ${code}: ${message}`)
          judge.onTrouble(group, code)
        },
        onTroubleOver: () => {},
      },
      claim: CLAIM,
      slot: job.stageOptions(group).slots?.from ?? 0,
      stage: job.stageOptions(group),
      taking: profile.taking,
      bounds: profile.bounds,
      lanes: job.sinks.map((sink, at) => ({
        log: new WatchedLog(shared.client, publisherOf(judge, group, at)),
        seat: seatOf(group, at, sink),
        budget: shared.budget,
        topics: topicsOf(at),
      })),
      channels: () => job.channels.map(channel => [channel, 0] as const),
      render: run => rendered(job, group, run),
    })
  }

  #propose(term: number, data: Uint8Array, done: () => void): boolean {
    const { seat } = this
    if (seat === undefined) {
      this.parts.life.later(this.parts.queue, 1, done)
      return false
    }
    return seat.group.propose(term, data, () => done())
  }

  #read(done: (isReady: boolean) => void): void {
    const { seat } = this
    if (seat === undefined) this.parts.life.later(this.parts.queue, 1, () => done(false))
    else seat.group.read(({ kind }) => done(kind === 'ready'))
  }
}

/** Nodes need not agree on what time it is. */
function skewed({ queue, life, profile, member }: ReplicaParts): Clock {
  const clock = new LivingClock(queue, life, 1)
  const skewMs = profile.skewMs * member.index
  return {
    monotonicMs: () => clock.monotonicMs(),
    wallMs: () => clock.wallMs() + skewMs,
    after: (delayMs, fire) => clock.after(delayMs, fire),
  }
}

function sourceOf(bytes: Uint8Array): ByteSource {
  let isGiven = bytes.length === 0
  return {
    next: done => {
      if (isGiven) done({ kind: 'end' })
      else {
        isGiven = true
        done({ kind: 'bytes', bytes })
      }
    },
    close: () => {},
  }
}
