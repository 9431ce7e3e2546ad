/**
 * One replica of one group: the face of the core. Every call changes memory only and returns at
 * once; what has to be done about it comes out of `ready()`. The host
 *
 *   - tells the time by `tick` before it gives any other input, so that leases are true,
 *   - takes `ready()` while `hasReady()`, and does the duties in the order of the record,
 *   - writes in the order of `Write.number` and reports `persisted` in that order,
 *   - applies in the order in which entries and images were handed out, and reports `applied`.
 *
 * The core knows no clock, no disk, no network and no chance but the generator it was given.
 */

import { WeirError } from '../base/errors.ts'
import type { ReplicaId } from '../base/ids.ts'
import { Core } from './core.ts'
import type { Counters } from './counters.ts'
import { hasReady, takeReady } from './duties.ts'
import { advanceCommit } from './leading/lead.ts'
import type { Proposed } from './leading/propose.ts'
import { changeMembers, propose } from './leading/propose.ts'
import { askRead, releaseReads } from './leading/reads.ts'
import { sendChunk } from './leading/replies.ts'
import { transfer } from './leading/transfer.ts'
import type { RaftLog } from './log/log.ts'
import type { MembersWish } from './members/members.ts'
import type { Message } from './messages.ts'
import type { RaftOptions } from './options.ts'
import { CHAINS_ASKED_MAX } from './options.ts'
import type { ChunkBytes, Ready } from './ready.ts'
import type { Refusal } from './refusal.ts'
import { maybeCountOwnVote, suspectLeader } from './roles/election.ts'
import { becomeFollower } from './roles/follow.ts'
import type { Status } from './status.ts'
import { statusOf } from './status.ts'
import { step } from './step.ts'
import { tick, wakeInMs } from './tick.ts'
import type { Image, ReadId, Role, Stored } from './types.ts'
import { NO_ONE } from './types.ts'

export class Raft {
  readonly #core: Core

  constructor(options: RaftOptions, stored: Stored) {
    const lastIndex = stored.entries.at(-1)?.index ?? stored.image.index
    if (stored.hardState.commit > lastIndex) {
      throw new WeirError(
        'log-damaged',
        'committed entries are missing; remove this replica and let it rejoin under a new id',
      )
    }
    this.#core = new Core(options, stored)
    becomeFollower(this.#core, stored.hardState.term, NO_ONE)
  }

  /** For reading only. */
  get log(): RaftLog {
    return this.#core.log
  }

  get role(): Role {
    return this.#core.role
  }

  get term(): number {
    return this.#core.term
  }

  /** Who leads, as far as is known here. */
  get leader(): ReplicaId | typeof NO_ONE {
    return this.#core.leader
  }

  get counters(): Counters {
    return this.#core.counters
  }

  /** The leader's connection closed: quick campaigns are being tried. */
  get isFast(): boolean {
    return this.#core.fastAttempts > 0
  }

  /**
   * `lateMs`: how much later than it was due the host could tick, because its process stood still.
   */
  tick(elapsedMs: number, lateMs: number): void {
    tick(this.#core, elapsedMs, lateMs)
  }

  wakeInMs(): number {
    return wakeInMs(this.#core)
  }

  step(message: Message): Refusal | undefined {
    return step(this.#core, message)
  }

  propose(expectedTerm: number, data: Uint8Array): Proposed | Refusal {
    return propose(this.#core, expectedTerm, data)
  }

  changeMembers(wish: MembersWish, expectedMembersIndex: number): Proposed | Refusal {
    return changeMembers(this.#core, wish, expectedMembersIndex)
  }

  transfer(to: ReplicaId): Refusal | undefined {
    return transfer(this.#core, to)
  }

  /**
   * Named in `Ready.reads` when the state here may answer, in `Ready.readsLost` when it never will.
   */
  read(): { readonly read: ReadId } | Refusal {
    return askRead(this.#core)
  }

  /** The connection to this peer closed and was not answered again: if it led, it is dead. */
  suspectLeader(peer: ReplicaId): void {
    suspectLeader(this.#core, peer)
  }

  /** Messages to this peer were dropped. */
  unreachable(peer: ReplicaId): void {
    const progress = this.#core.leading?.peers.get(peer)
    if (progress?.state === 'replicate') progress.becomeProbe()
  }

  hasReady(): boolean {
    return hasReady(this.#core)
  }

  ready(): Ready {
    return takeReady(this.#core)
  }

  persisted(number: number): void {
    const core = this.#core
    core.log.persisted(number)
    core.outbox.persisted(number, message => core.stillHolds(message))
    maybeCountOwnVote(core, number)
    if (core.leading !== undefined) advanceCommit(core, core.leading)
  }

  applied(index: number): void {
    const core = this.#core
    const { loading, log } = core
    if (loading?.index === index) {
      log.onInstalled(loading)
      core.loading = undefined
    } else {
      this.#answerChains(index)
      log.onApplied(index)
    }
    releaseReads(core)
  }

  /** Asks for the fingerprint at an index; one that an installed image jumps over is never told. */
  askChain(index: number): Refusal | undefined {
    const core = this.#core
    const { applied, chain } = core.log
    if (index < applied) return core.refuse('not-applied')
    if (core.chainsAsked.length >= CHAINS_ASKED_MAX) return core.refuse('too-many-chains')
    if (index === applied) core.outbox.chains.push({ index, chain })
    else core.chainsAsked.push(index)
    return undefined
  }

  #answerChains(appliedIndex: number): void {
    const core = this.#core
    if (core.chainsAsked.length === 0) return
    const asked = core.chainsAsked.sort((a, b) => a - b)
    for (const index of asked.filter(i => i <= appliedIndex && i >= core.log.applied)) {
      core.log.onApplied(index)
      core.outbox.chains.push({ index, chain: core.log.chain })
    }
    core.chainsAsked = asked.filter(i => i > appliedIndex)
  }

  /**
   * Describes what is applied, to be kept with the bytes of the state. None while another image
   * comes in, nor before the first members are known: a newcomer's log does not tell who began the
   * group.
   */
  imageNow(): Image | undefined {
    const { installing, loading, log } = this.#core
    if (installing !== undefined || loading !== undefined) return undefined
    const image = log.describeApplied()
    return image.members.voters.length > 0 ? image : undefined
  }

  /** The bytes of this image are durable here: the log behind it may go. */
  imageTaken(image: Image): Refusal | undefined {
    const core = this.#core
    if (image.index > core.log.applied) return core.refuse('not-applied')
    if (image.index <= core.log.image.index) return core.refuse('stale')
    core.log.compact(image, core.options.limits.tailEntries)
    core.outbox.compact = image
    return undefined
  }

  chunkRead(bytes: ChunkBytes): void {
    this.#core.reading.delete(bytes.to)
    if (this.#core.leading !== undefined) sendChunk(this.#core, this.#core.leading, bytes)
  }

  status(): Status {
    return statusOf(this.#core)
  }
}
