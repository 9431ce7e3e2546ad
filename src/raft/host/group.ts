/**
 * One group on this node: a core, a state machine, and whoever called. Inputs change the core and
 * wake the group; in the turn that follows, `settle` carries out what the core wants done. Nobody
 * calls a core while it is on the stack, since no duty is done within an input.
 */

import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import type { ByteSource } from '../../base/source.ts'
import { sizeOf } from '../log/codec.ts'
import type { MembersWish } from '../members/members.ts'
import type { Message } from '../messages.ts'
import type { RaftOptions } from '../options.ts'
import { Raft } from '../raft.ts'
import type { Ready, Write } from '../ready.ts'
import type { Refusal } from '../refusal.ts'
import { isRefusal } from '../refusal.ts'
import type { Entry, Image, Stored } from '../types.ts'
import { NO_ONE } from '../types.ts'
import type { ApplyLane, ApplyPort } from './applier.ts'
import {
  type CallRefusalCode,
  Calls,
  type ChainOutcome,
  type Done,
  type Outcome,
  type ReadOutcome,
} from './calls.ts'
import type { Cut, ImageSubject } from './images.ts'
import { LeaderNews } from './leader-news.ts'
import { lossMessage } from './loss.ts'
import type { GroupMachine } from './machine.ts'
import type { Sender } from './outgoing.ts'
import type { StoredReplica } from './ports.ts'
import type { GroupStats } from './stats.ts'
import type { Pace } from './ticker.ts'
import { Waits } from './waits.ts'
import type { Works } from './works.ts'

export interface GroupOptions {
  readonly machine: GroupMachine
  /** Where a replica lives; undefined: nobody knows (yet). */
  nodeOf(replica: ReplicaId): NodeId | undefined
  /** For onlookers, such as a simulator; else a plain `Raft`. */
  makeRaft?(options: RaftOptions, stored: Stored): Raft
}

export class Group implements ApplyPort, ImageSubject, Sender {
  readonly id: GroupId
  readonly replica: ReplicaId
  /** For reading only. */
  readonly raft: Raft
  readonly machine: GroupMachine
  readonly #options: GroupOptions
  readonly #works: Works
  readonly #calls: Calls
  readonly #lane: ApplyLane
  readonly #pace: Pace
  readonly #writing = new Waits()
  readonly #applying = new Waits()
  #isRestoring: boolean
  #isClosing = false
  #isClosed = false
  #isSaving = false
  #onClosed: (() => void) | undefined
  #imagesTaken = 0
  /** Applied here since the last image, and how much of that the image under way holds. */
  readonly #news = new LeaderNews()
  #imageBytes = 0
  #cutBytes = 0
  #refused = new Map<CallRefusalCode, number>()
  /** Woken, and waits for its turn. */
  isWoken = false

  constructor(id: GroupId, found: StoredReplica, options: GroupOptions, works: Works) {
    const { replica, stored } = found
    const { random, times, limits } = works
    this.id = id
    this.replica = replica
    this.machine = options.machine
    this.#options = options
    this.#works = works
    this.#calls = new Calls(give => works.answer(give))
    const core = { self: replica, boot: works.store.boot, random, times, limits }
    this.raft = options.makeRaft?.(core, stored) ?? new Raft(core, stored)
    this.#lane = works.applier.add(this)
    this.#pace = works.ticker.add(this.raft, () => this.#onTick())
    this.#isRestoring = this.machine.appliedIndex < stored.image.index
    if (this.#isRestoring) this.#lane.install(stored.image)
    else works.store.imageLoaded(id, stored.image.index)
    works.wake(this)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Calls of which somebody may still hear good news. */
  get proposalsOpen(): number {
    return this.#calls.proposalsOpen
  }

  /**
   * `expectedTerm`: the data may rest on what its author saw in this term and is worth nothing in
   * another. `done` is never called before this has returned. false: refused, as `done` will say;
   * whoever proposes several that rest on each other proposes none behind it.
   */
  propose(expectedTerm: number, data: Uint8Array, done: Done<Outcome>): boolean {
    const code = this.#proposalTrouble()
    if (code !== undefined) {
      this.#refuse(done, code)
      return false
    }
    this.#enter()
    const answer = this.raft.propose(expectedTerm, data)
    if (isRefusal(answer)) this.#refuse(done, answer.refused)
    else this.#calls.proposed(answer.index, answer.term, done)
    return !isRefusal(answer)
  }

  changeMembers(wish: MembersWish, expectedMembersIndex: number, done: Done<Outcome>): void {
    const code = this.#proposalTrouble()
    if (code !== undefined) {
      this.#refuse(done, code)
      return
    }
    this.#enter()
    const answer = this.raft.changeMembers(wish, expectedMembersIndex)
    if (isRefusal(answer)) this.#refuse(done, answer.refused)
    else this.#calls.proposed(answer.index, answer.term, done)
  }

  /** 'ready': the machine may be asked now and shows all that was committed before this call. */
  read(done: Done<ReadOutcome>): void {
    if (this.#isClosing || this.#isRestoring) {
      this.#refuse(done, this.#isClosing ? 'closed' : 'restoring')
      return
    }
    this.#enter()
    const answer = this.raft.read()
    if (isRefusal(answer)) this.#refuse(done, answer.refused)
    else this.#calls.asked(answer.read, done)
  }

  /** The fingerprint of all entries up to this index, when it is applied here. */
  chainAt(index: number, done: Done<ChainOutcome>): void {
    if (this.#isClosing) {
      this.#refuse(done, 'closed')
      return
    }
    this.#enter()
    const refusal = this.raft.askChain(index)
    if (refusal !== undefined) this.#refuse(done, refusal.refused)
    else this.#calls.askedChain(index, done)
  }

  transfer(to: ReplicaId): Refusal | undefined {
    if (this.#isClosed) return { refused: 'not-leader', leader: NO_ONE }
    this.#enter()
    return this.raft.transfer(to)
  }

  /** Soon, and not before anything is applied that the last one does not hold. */
  takeImage(): void {
    if (this.#isClosing) return
    this.#works.images.want(this)
    this.#works.wake(this)
  }

  /** The same, whatever its machine wants to settle before: the log must go on without it. */
  mustTakeImage(): void {
    if (this.#isClosing) return
    this.#works.images.must(this)
    this.#works.wake(this)
  }

  stats(): GroupStats {
    const { log } = this.raft
    return {
      proposalsOpen: this.#calls.proposalsOpen,
      readsOpen: this.#calls.readsOpen,
      writesOpen: this.#writing.size,
      unapplied: this.#lane.queued,
      unappliedBytes: this.#lane.queuedBytes,
      imageEntries: log.applied - log.image.index,
      imageBytes: this.#imageBytes,
      imagesTaken: this.#imagesTaken,
      refused: Object.fromEntries(this.#refused),
    }
  }

  // What the host does with it.

  onMessage(from: NodeId, message: Message): boolean {
    const node = this.#options.nodeOf(message.from)
    if (node !== undefined && node !== from) return false
    this.#enter()
    const refusal = this.raft.step(message)
    if (refusal?.refused === 'commit-beyond-log') this.#onLogBehind()
    return true
  }

  /** The leader knows what this replica acknowledged, and it is not there: the disk lost it. */
  #onLogBehind(): void {
    const what = `group ${this.id} lacks entries that this node had acknowledged`
    this.#works.fatal('log-behind', lossMessage(what))
  }

  onPeerLost(node: NodeId): void {
    const { leader } = this.raft
    if (leader === NO_ONE || this.#options.nodeOf(leader) !== node) return
    this.#enter()
    this.raft.suspectLeader(leader)
  }

  onPersisted(number: number, nowMs: number): void {
    this.#writing.reached(number, nowMs, this.#works.spreads.persistMs)
    this.#enter()
    this.raft.persisted(number)
  }

  onDropped(to: ReplicaId): void {
    if (!this.#isClosed) this.raft.unreachable(to)
  }

  /** Does what the core wants done, until it wants nothing more. */
  settle(nowMs: number): void {
    const { raft } = this
    while (raft.hasReady()) this.#carryOut(raft.ready(), nowMs)
    if (this.#news.isNews(raft)) this.#works.answer(() => this.#works.onLeader(this.id))
    this.#calls.onTime(nowMs, raft.role === 'leader', this.#works.bounds.fateMs)
    this.#works.ticker.plan(this.#pace)
  }

  /** Takes nothing more that would have to be answered. */
  closeSoon(): void {
    this.#isClosing = true
    this.#works.images.forget(this)
  }

  /** The host is dead: whoever waits is told that nobody knows. */
  abandon(): void {
    this.closeSoon()
    this.#isClosed = true
    this.#calls.close()
  }

  /** Answers whoever waits; `done` when the machine is left alone and closed. */
  close(done: () => void): void {
    this.abandon()
    this.#works.ticker.remove(this.#pace)
    this.#onClosed = () => this.machine.close(done)
    this.#lane.close(() => this.#maybeClosed())
  }

  // What its state machine's feeder and its images tell.

  onApplied(index: number, entries: readonly Entry[], results: readonly unknown[]): void {
    const { clock, spreads, images } = this.#works
    this.#enter()
    this.#applying.reached(index, clock.monotonicMs(), spreads.applyMs)
    this.raft.applied(index)
    this.#calls.applied(entries, results)
    for (const entry of entries) this.#imageBytes += sizeOf(entry)
    if (!this.#isSaving && this.#isImageDue(index)) images.want(this)
    images.maybeBegin(this)
  }

  onInstalled(image: Image): void {
    this.#enter()
    const { clock, spreads } = this.#works
    this.#applying.reached(image.index, clock.monotonicMs(), spreads.applyMs)
    this.#isRestoring = false
    this.#works.store.imageLoaded(this.id, image.index)
    this.#imageBytes = 0
    this.#cutBytes = 0
    this.#calls.skipped(image.index)
    this.raft.applied(image.index)
  }

  openImage(image: Image): ByteSource | undefined {
    return this.#works.store.openImage(this.id, image.index)
  }

  onImageBroken(image: Image): void {
    const what = `the image of group ${this.id} at ${image.index} is gone or damaged`
    this.#works.fatal('image-damaged', lossMessage(what))
  }

  prepare(done: () => void): void {
    const { machine } = this
    if (machine.beforeCut === undefined) done()
    else {
      machine.beforeCut(() => {
        done()
        if (!this.#isClosing) this.#works.wake(this)
      })
    }
  }

  maybeCut(): Cut | undefined {
    const { raft, machine } = this
    const { log } = raft
    if (this.#isClosing || this.#isSaving || this.#lane.isBusy) return undefined
    if (log.applied <= log.image.index || machine.appliedIndex !== log.applied) return undefined
    const image = raft.imageNow()
    if (image === undefined) return undefined
    this.#isSaving = true
    this.#cutBytes = this.#imageBytes
    return { image, source: machine.cut() }
  }

  onImageSaved(image: Image, isSaved: boolean): void {
    this.#isSaving = false
    if (this.#isClosed) {
      if (isSaved) this.#works.store.dropImage(this.id, image.index)
      this.#maybeClosed()
      return
    }
    // One that could not be saved is due again when more is applied.
    if (!isSaved) return
    this.#enter()
    if (isRefusal(this.raft.imageTaken(image))) {
      // A newer one came in meanwhile.
      this.#works.store.dropImage(this.id, image.index)
      return
    }
    this.#imagesTaken++
    this.#imageBytes -= this.#cutBytes
  }

  #maybeClosed(): void {
    if (this.#isSaving || this.#lane.isBusy) return
    this.#onClosed?.()
    this.#onClosed = undefined
  }

  #isImageDue(index: number): boolean {
    const { imageEntriesMax, imageBytesMax } = this.#works.bounds
    if (this.#isClosing) return false
    return index - this.raft.log.image.index >= imageEntriesMax || this.#imageBytes >= imageBytesMax
  }

  #proposalTrouble(): CallRefusalCode | undefined {
    const { proposalsMax, unappliedBytesMax } = this.#works.bounds
    if (this.#isClosing) return 'closed'
    if (this.#calls.proposalsOpen >= proposalsMax) return 'too-many-proposals'
    return this.#lane.queuedBytes >= unappliedBytesMax ? 'too-much-unapplied' : undefined
  }

  #refuse(
    done: Done<{ readonly kind: 'refused'; readonly code: CallRefusalCode }>,
    code: CallRefusalCode,
  ): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1)
    this.#calls.give(done, { kind: 'refused', code })
  }

  /** Before every input the core learns how late it is; after it there may be duties. */
  #enter(): void {
    this.#works.ticker.tellTime(this.#pace)
    this.#works.wake(this)
  }

  #onTick(): void {
    if (this.raft.hasReady() || this.#calls.proposalsOpen > 0) this.#works.wake(this)
  }

  #carryOut(ready: Ready, nowMs: number): void {
    for (const message of ready.messages) this.#send(message)
    if (ready.write !== undefined) this.#write(ready.write, nowMs)
    for (const read of ready.chunkReads) {
      this.#works.store.readChunk(this.id, read, chunk => {
        if (this.#isClosed) return
        this.#enter()
        this.raft.chunkRead(chunk)
      })
    }
    if (ready.install !== undefined) this.#lane.install(ready.install)
    const last = ready.committed.at(-1)
    if (last !== undefined) {
      this.#applying.begin(last.index, nowMs)
      this.#lane.apply(ready.committed)
    }
    for (const read of ready.reads) this.#calls.ready(read)
    for (const read of ready.readsLost) this.#calls.lost(read)
    for (const chain of ready.chains) this.#calls.chain(chain)
  }

  #send(message: Message): void {
    const node = this.#options.nodeOf(message.to)
    if (node !== undefined) this.#works.outgoing.add(this, node, message)
    else if (message.type === 'append') this.raft.unreachable(message.to)
  }

  #write(write: Write, nowMs: number): void {
    this.#writing.begin(write.number, nowMs)
    this.#works.write(this.id, write)
  }
}
