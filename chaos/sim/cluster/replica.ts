/**
 * A replica of a group of the job: the real one, at the seat that its node gives it. What it
 * applies is told to the judge.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import type { Clock } from '../../../src/base/env.ts'
import { invariant } from '../../../src/base/errors.ts'
import type { GroupId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { ByteSource } from '../../../src/base/source.ts'
import type { Decoding } from '../../../src/group/feed/shaping.ts'
import type { SourceDoor } from '../../../src/group/senders.ts'
import { GroupWork } from '../../../src/group/work.ts'
import type { Claim } from '../../../src/journal/types.ts'
import { noMembers } from '../../../src/raft/members/members.ts'
import type { Entry } from '../../../src/raft/types.ts'
import { LivingClock } from '../fleet/clock.ts'
import type { Member } from '../fleet/member.ts'
import type { Seat } from '../fleet/seat.ts'
import type { Life } from '../host/life.ts'
import type { ApplyResult, Machine } from '../machine.ts'
import { WatchedLog } from '../publish/door.ts'
import type { EventQueue } from '../world/clock.ts'
import { WatchedInput } from './input.ts'
import type { Job } from './job.ts'
import type { Judge } from './judge.ts'
import { CLUSTER, decoded, INPUT_TOPIC, JOB, partOf, rendered, seatOf, topics } from './names.ts'
import type { ClusterNode } from './node.ts'
import { publisherOf } from './publisher.ts'
import type { ClusterProfile } from './scenario.ts'

export interface ReplicaParts {
  readonly job: Job
  readonly group: GroupId
  readonly member: Member
  readonly life: Life
  readonly queue: EventQueue
  readonly random: Prng
  readonly profile: ClusterProfile
  readonly node: ClusterNode
  readonly judge: Judge
  readonly claim: Claim
  tell(line: string): void
}

const TAKEN: ApplyResult = { ok: true }

export class Replica implements Machine {
  readonly parts: ReplicaParts
  readonly work: GroupWork
  readonly clock: Clock
  claim: Claim
  seat: Seat | undefined
  /** The term in which it was last told that it leads. */
  #told = 0
  #isDue = false

  constructor(parts: ReplicaParts) {
    this.parts = parts
    this.clock = skewed(parts)
    this.claim = parts.claim
    this.work = this.#newWork()
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
      this.work.onChanged()
    })
  }

  /** The job was started again. */
  onClaim(claim: Claim): void {
    if (claim === this.claim) return
    this.claim = claim
    this.work.onClaim(claim)
  }

  close(): void {
    this.seat = undefined
    this.work.close()
  }

  // What the node asks of its machine.

  get appliedIndex(): number {
    return this.work.machine.appliedIndex
  }

  apply(entry: Entry): ApplyResult {
    const { machine } = this.work
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
    const source = this.work.machine.cut()
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
    this.parts.judge.onLooked(this.group, this.work.machine)
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
    this.work.machine.restore(image, source, done)
  }

  #newWork(): GroupWork {
    const { job, random, profile, node, judge, tell, claim } = this.parts
    const { group } = this
    return new GroupWork({
      clock: this.clock,
      random,
      replica: {
        leads: () => this.leads,
        propose: (term, data, done) => this.#propose(term, data, done),
        read: done => this.#read(done),
      },
      ...{ transport: node.transport, wiring: job.wiring, place: job.refOf(group), claim },
      self: { cluster: CLUSTER, job: JOB },
      ...{ compiler: job.compiler, errors: job.errors, rowsDueMax: job.rowsDueMax },
      ...{ taking: profile.taking, bounds: profile.bounds },
      ...{ feedBounds: profile.feed, senderBounds: profile.sender },
      lanes: [
        {
          log: new WatchedLog(node.client, publisherOf(judge, group)),
          seat: seatOf(group, job.sinksOf(group)),
          ...{ budget: node.budget, topics },
        },
      ],
      render: run => rendered(job, group, run),
      source: source => this.#doorOf(source),
      addressOf: ref => node.addressOf(ref),
      listener: {
        onReleased: seq => judge.onReleased(group, seq),
        onPublished: () => {},
        onTrouble: (code, message) => {
          tell(`group ${group}: ${code}: ${message}`)
          judge.onTrouble(group, code, this.claim)
        },
        onTroubleOver: () => {},
      },
    })
  }

  #doorOf(source: string): SourceDoor {
    const { job, node, life, queue, profile, judge } = this.parts
    const decoder: Decoding = {
      decode: raw => {
        life.occupy(queue, raw.size * profile.costs.recordUs)
        return decoded(job, source, raw)
      },
    }
    const log = new WatchedInput(node.client, judge.quiet)
    return { log, topic: INPUT_TOPIC, decoder, start: () => 0 }
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
