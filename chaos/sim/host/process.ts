/**
 * One process around one Raft, from start to death: input goes into the core, the duties of its
 * Ready go to the network, the store and the machine. What it does is what a real host must do;
 * only its surroundings are simulated.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { MembersWish } from '../../../src/raft/members/members.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import { Raft } from '../../../src/raft/raft.ts'
import type { Ready } from '../../../src/raft/ready.ts'
import type { Refusal } from '../../../src/raft/refusal.ts'
import { isRefusal } from '../../../src/raft/refusal.ts'
import type { Entry, Image } from '../../../src/raft/types.ts'
import type { DurableView, ReplicaView, StepInput } from '../checkers/checker.ts'
import type { HostPort, HostStatus, Outcome } from '../clients/port.ts'
import type { ApplyResult, Machine } from '../machine.ts'
import type { EventQueue, SimEvent } from '../world/clock.ts'
import type { Network, NetworkListener } from '../world/network.ts'
import { happenings, type Trace } from '../world/trace.ts'
import { Applier, type ApplierPort, type ApplyProfile } from './applier.ts'
import { Calls } from './calls.ts'
import type { Life } from './life.ts'
import type { Opened } from './opening.ts'
import { Store, type StoreListener } from './store.ts'
import { Ticker } from './ticker.ts'
import { toldMessage } from './told.ts'
import type { Watch } from './watch.ts'

/** What all processes of a run share. */
export interface ProcessWorld {
  readonly queue: EventQueue
  readonly trace: Trace
  readonly watch: Watch
  readonly times: RaftTimes
  readonly limits: RaftLimits
  readonly apply: ApplyProfile
  readonly tickMs: number
  makeMachine(): Machine
  /** The node on which a replica lives or lived. */
  nodeOf(id: ReplicaId): number | undefined
  /** A look at every message sent, such as to freeze some of them. */
  onSend(message: Message): void
}

export interface ProcessParts {
  readonly world: ProcessWorld
  readonly node: number
  readonly life: Life
  readonly network: Network<number, Message>
  readonly prng: Prng
  readonly clockRate: number
  /** The process ends itself, because nothing can be trusted that follows. */
  readonly die: (reason: string) => void
}

export class Process implements ReplicaView, HostPort, StoreListener, ApplierPort, SimEvent {
  readonly id: ReplicaId
  readonly boot: number
  readonly startedMs: number
  readonly raft: Raft
  readonly machine: Machine
  readonly life: Life
  readonly #parts: ProcessParts
  readonly #world: ProcessWorld
  readonly #store: Store
  readonly #ticker: Ticker
  readonly #applier: Applier
  readonly #calls = new Calls()
  readonly #reading = new Set<ReplicaId>()
  #isInside = false
  #imageUnderWay = false

  constructor(opened: Opened, parts: ProcessParts) {
    const { world, life, prng } = parts
    const { queue, times, limits } = world
    this.#parts = parts
    this.#world = world
    this.life = life
    this.id = opened.replica
    this.boot = opened.start.boot
    this.startedMs = queue.nowMs
    this.machine = world.makeMachine()
    if (opened.imageBytes !== undefined) this.machine.restore(opened.imageBytes)
    const { id: self, boot } = this
    this.raft = new Raft({ self, boot, random: prng, times, limits }, opened.stored)
    this.#store = new Store(opened.start, this)
    const { tickMs } = world
    this.#ticker = new Ticker(queue, this.raft, this, { tickMs, rate: parts.clockRate })
    this.#applier = new Applier(this, world.apply, { queue, prng, life })
    world.watch.started(this)
    this.#note('start', this.id, this.boot)
    this.#settle('other')
  }

  get durable(): DurableView {
    return this.#store.remnant
  }

  /** How this process hears its peers. */
  listener(): NetworkListener<number, Message> {
    return {
      onMessage: (from, message) => this.#onMessage(from, message),
      onPeerLost: node => this.life.admit(() => this.#onPeerLost(node)),
    }
  }

  /** Reads whose callers still wait. */
  get openReads(): number {
    return this.#calls.openReads
  }

  status(): HostStatus {
    return this.raft.status()
  }

  propose(expectedTerm: number, data: Uint8Array, onOutcome: (outcome: Outcome) => void): void {
    this.life.admit(() => {
      this.#tellTime()
      const answer = this.raft.propose(expectedTerm, data)
      if (isRefusal(answer)) {
        this.#calls.answer(() => onOutcome({ kind: 'failed' }))
      } else {
        this.#note('propose', answer.index, answer.term)
        this.#calls.proposed(answer.index, answer.term, onOutcome)
      }
      this.#settle('propose')
    })
  }

  read(onReady: (machine: Machine) => void, onLost: () => void): void {
    this.life.admit(() => {
      this.#tellTime()
      const answer = this.raft.read()
      if (isRefusal(answer)) {
        this.#calls.answer(onLost)
      } else {
        this.#note('read', answer.read.serial, 0)
        this.#calls.asked(answer.read, { onReady, onLost })
      }
      this.#settle('other')
    })
  }

  changeMembers(wish: MembersWish): Refusal | undefined {
    this.#tellTime()
    const answer = this.raft.changeMembers(wish, this.raft.log.membersIndex)
    this.#settle('other')
    return isRefusal(answer) ? answer : undefined
  }

  transfer(to: ReplicaId): Refusal | undefined {
    this.#tellTime()
    const answer = this.raft.transfer(to)
    this.#settle('other')
    return answer
  }

  suspect(peer: ReplicaId): void {
    this.#tellTime()
    this.#note('suspect', peer, 0)
    this.raft.suspectLeader(peer)
    this.#settle('suspect')
  }

  unreachable(peer: ReplicaId): void {
    this.#tellTime()
    this.raft.unreachable(peer)
    this.#settle('other')
  }

  /** Any other question to the core, such as one that it must refuse. */
  ask<T>(question: (raft: Raft) => T): T {
    this.#tellTime()
    const answer = question(this.raft)
    this.#settle('other')
    return answer
  }

  /** A message that no replica sends; returns what the core said to it. */
  forged(message: Message): Refusal | undefined {
    this.#tellTime()
    const answer = this.raft.step(message)
    this.#settle('message', message)
    return answer
  }

  takeImageSoon(): void {
    this.#applier.wantImage()
  }

  resume(isTickFirst: boolean): void {
    this.#ticker.lump()
    const tick = () => this.fire()
    if (isTickFirst) {
      this.life.resume(tick)
    } else {
      this.life.resume(() => {})
      this.life.admit(tick)
    }
  }

  holdTicksUntil(untilUs: number): void {
    this.#ticker.holdUntil(untilUs)
  }

  setClockRate(rate: number): void {
    this.#tellTime()
    this.#ticker.setRate(rate)
  }

  /** The ticker's wake. */
  fire(): void {
    if (this.life.isDead || this.life.isPaused || !this.#ticker.onWake()) return
    if (!this.#tellTime()) this.#ticker.plan()
  }

  onDurable(): void {
    this.#world.watch.durable(this)
  }

  onPersisted(number: number, synced: boolean): void {
    if (this.#isInside) {
      this.life.later(this.#world.queue, 0, () => this.onPersisted(number, synced))
      return
    }
    this.#tellTime()
    this.#note('durable', number, synced ? 1 : 0)
    this.raft.persisted(number)
    this.#settle('persisted')
  }

  onFailed(error: string): void {
    this.#parts.die(error)
  }

  onImageDamaged(): void {
    this.#applier.wantImage()
  }

  onApplied(entry: Entry, result: ApplyResult): void {
    this.#note('apply', entry.index, entry.term)
    this.#calls.applied(entry, result)
    this.#world.watch.applied(this, entry)
  }

  onProgress(index: number): void {
    this.#tellTime()
    this.raft.applied(index)
    this.#settle('applied')
  }

  loadImage(image: Image, done: (bytes: Uint8Array) => void): void {
    this.#store.readImage(image.index, bytes => {
      // Damaged since it was written: this replica has lost what it acknowledged.
      if (bytes === undefined) this.#parts.die('damaged-image')
      else done(bytes)
    })
  }

  onInstalled(image: Image): void {
    this.#tellTime()
    this.#note('image', image.index, 1)
    this.#calls.skipped(image.index)
    this.raft.applied(image.index)
    this.#settle('applied')
  }

  /** Describes and copies the state now; its bytes become durable later, in their own time. */
  onImageDue(): void {
    const { log } = this.raft
    if (this.#imageUnderWay || log.applied <= log.image.index) return
    const image = this.raft.imageNow()
    // A newcomer that has not come to the first change of members yet knows nobody.
    if (image === undefined || image.members.voters.length === 0) return
    this.#imageUnderWay = true
    const bytes = this.machine.snapshot()
    const delayUs = 1 + this.#parts.prng.below(this.#world.apply.imageUs)
    this.life.later(this.#world.queue, delayUs, () => {
      this.#store.saveImage(image, bytes, () => this.#onImageSaved(image))
    })
  }

  #onImageSaved(image: Image): void {
    this.#imageUnderWay = false
    this.#tellTime()
    this.#note('image', image.index, 0)
    if (isRefusal(this.raft.imageTaken(image))) this.#store.dropImage(image.index)
    this.#settle('other')
  }

  /** Before every input: the core learns how late it is. */
  #tellTime(): boolean {
    const { watch, times } = this.#world
    const tick = this.#ticker.catchUp()
    if (tick === undefined) return false
    watch.ticked(this, tick.elapsedMs)
    this.#settle(tick.lateMs > times.stallMs ? 'late-tick' : 'tick')
    return true
  }

  #onMessage(from: number, message: Message): void {
    const { life } = this
    if (life.isDead) return
    if (life.isPaused) {
      life.admit(() => this.#onMessage(from, message))
      return
    }
    this.#tellTime()
    this.#note('deliver', from, message.term)
    const refusal = this.raft.step(message)
    if (this.#world.trace.isTold) {
      this.#tell(`${toldMessage(message)}${refusal ? `  refused: ${refusal.refused}` : ''}`)
    }
    this.#settle('message', message)
  }

  #onPeerLost(node: number): void {
    const { leader } = this.raft.status()
    if (leader !== 0 && this.#world.nodeOf(leader) === node) this.suspect(leader)
  }

  /** After every input: what the core wants done is done, until it wants nothing more. */
  #settle(input: StepInput, message?: Message): void {
    invariant(!this.#isInside, 'HOST the core is not entered twice')
    this.#isInside = true
    const { raft } = this
    let ready = raft.hasReady() ? raft.ready() : undefined
    this.#world.watch.stepped(this, input, message)
    while (ready !== undefined) {
      this.#do(ready)
      ready = raft.hasReady() ? raft.ready() : undefined
    }
    this.#ticker.plan()
    this.#isInside = false
    this.#calls.flush()
  }

  #do(ready: Ready): void {
    for (const message of ready.messages) this.#send(message)
    if (ready.write !== undefined) this.#store.write(ready.write)
    for (const read of ready.chunkReads) {
      invariant(!this.#reading.has(read.to), 'HOST reads one chunk at a time for a replica')
      this.#reading.add(read.to)
      this.#store.readChunk(read, chunk => {
        this.life.later(this.#world.queue, 0, () => {
          this.#reading.delete(read.to)
          this.raft.chunkRead(chunk)
          this.#settle('other')
        })
      })
    }
    if (ready.install !== undefined) this.#applier.install(ready.install)
    if (ready.committed.length > 0) this.#applier.apply(ready.committed)
    for (const read of ready.reads) this.#calls.ready(read, this.machine)
    for (const read of ready.readsLost) this.#calls.lost(read)
  }

  #send(message: Message): void {
    const to = this.#world.nodeOf(message.to)
    this.#world.watch.sent(this, message)
    this.#world.onSend(message)
    if (to !== undefined) this.#parts.network.send(to, message)
  }

  #note(what: keyof typeof happenings, a: number, b: number): void {
    const { trace } = this.#world
    trace.note(happenings[what], this.#parts.node, a, b)
    if (trace.isTold && what !== 'deliver') this.#tell(`${what} ${a} ${b}`)
  }

  #tell(what: string): void {
    const { role, term, commit, lastIndex, leader } = this.raft.status()
    const where = `n${this.#parts.node} r${this.id} ${role.padEnd(13)} t${term}`
    this.#world.trace.tell(`${where} leader ${leader} commit ${commit} last ${lastIndex}  ${what}`)
  }
}
