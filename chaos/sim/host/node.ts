/**
 * One simulated machine: its disk, its clock's rate, and the process that runs on it, if one does.
 * A process that ended by itself is started again after a while, as a supervisor would.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { noMembers } from '../../../src/raft/members/members.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { Members, Stored } from '../../../src/raft/types.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { SimDisk } from '../world/disk.ts'
import type { Network } from '../world/network.ts'
import { happenings } from '../world/trace.ts'
import { Life, LivingDisk } from './life.ts'
import { makeStore, type OpenAnswer, openStore } from './opening.ts'
import { Process, type ProcessWorld } from './process.ts'

/** A supervisor waits so long before it starts a process again that ended by itself. */
const RESTART_MS = [50, 500] as const

export interface NodeParts {
  readonly index: number
  readonly disk: SimDisk
  readonly network: Network<number, Message>
  readonly prng: Prng
  readonly world: ProcessWorld
  /** The process died, by whatever cause: its connections close. */
  onDeath(node: SimNode): void
  onProcessEnd(process: Process): void
  /** The log cannot be trusted any more. The node needs a new replica. */
  onLost(node: SimNode, why: string): void
  onOpened(node: SimNode): void
}

export class SimNode {
  readonly index: number
  readonly disk: SimDisk
  replica: ReplicaId
  process: Process | undefined
  /** Left for good. */
  isGone = false
  clockRate = 1
  /** What the replica last knew of the members. */
  #lastMembers: Members = noMembers
  #lastMembersCommitted: { readonly members: Members; readonly index: number } = {
    members: noMembers,
    index: 0,
  }
  /** With what the replica is to begin; gone once it has begun, and promised nothing before. */
  #unmade: Stored | undefined
  /** Faults that hold the process down. */
  #holds = 0
  #lives = 0
  #life: Life | undefined
  readonly #parts: NodeParts

  constructor(parts: NodeParts, replica: ReplicaId) {
    this.index = parts.index
    this.disk = parts.disk
    this.#parts = parts
    this.replica = replica
  }

  get isUp(): boolean {
    return this.process !== undefined
  }

  /** Started, perhaps still reading its disk. */
  get isAlive(): boolean {
    return this.#life !== undefined
  }

  /** The members by the newest entry of its log. */
  get members(): Members {
    return this.process?.raft.log.members ?? this.#lastMembers
  }

  /** The newest members that it knows to be committed. */
  get committedMembers(): { readonly members: Members; readonly index: number } {
    this.#noteMembers()
    return this.#lastMembersCommitted
  }

  /** Makes the disk of a new replica and starts it. */
  create(stored: Stored): void {
    this.#unmade = stored
    this.start()
  }

  start(): void {
    if (this.#life !== undefined || this.isGone || this.#holds > 0) return
    const { replica } = this
    const stored = this.#unmade
    if (stored !== undefined) {
      this.disk.wipe()
      this.#begin((disk, done) => makeStore(disk, { replica, stored }, done))
      return
    }
    const promised = (name: string) => this.disk.promised(name)
    this.#begin((disk, done) => openStore(disk, promised, done))
  }

  /** Kills the process; the operating system goes on and keeps what was written. */
  kill(): void {
    if (this.#life === undefined) return
    this.#noteMembers()
    this.#lastMembers = this.members
    this.#lives++
    this.#life.end()
    this.#life = undefined
    if (this.process !== undefined) this.#parts.onProcessEnd(this.process)
    this.process = undefined
    this.#note('stop')
    this.#parts.onDeath(this)
  }

  cutPower(): void {
    this.kill()
    this.disk.cutPower()
  }

  /** Holds the process down until it is released as often. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    this.#holds = Math.max(0, this.#holds - 1)
    this.start()
  }

  releaseAll(): void {
    this.#holds = 0
    this.start()
  }

  /** The disk is empty, and a new replica takes the place. */
  reset(replica: ReplicaId): void {
    this.kill()
    this.disk.wipe()
    this.replica = replica
    this.#lastMembers = noMembers
    this.#lastMembersCommitted = { members: noMembers, index: 0 }
  }

  leave(): void {
    this.kill()
    this.isGone = true
  }

  setClockRate(rate: number): void {
    this.clockRate = rate
    this.process?.setClockRate(rate)
  }

  #begin(open: (disk: LivingDisk, done: (answer: OpenAnswer) => void) => void): void {
    const life = new Life()
    this.#life = life
    open(new LivingDisk(this.disk, life), answer => this.#onOpened(life, answer))
  }

  #onOpened(life: Life, answer: OpenAnswer): void {
    if ('opened' in answer) {
      this.#run(life, answer)
    } else if ('failed' in answer) {
      this.#die(life, answer.failed)
    } else {
      this.kill()
      this.#parts.onLost(this, answer.lost)
    }
  }

  #run(life: Life, answer: Extract<OpenAnswer, { opened: object }>): void {
    const { world, network, prng, index: node } = this.#parts
    const { boot } = answer.opened.start
    const process = new Process(answer.opened, {
      ...{ world, network, life, node },
      prng: prng.fork(`boot ${this.replica} ${boot}`),
      clockRate: this.clockRate,
      die: reason => this.#die(life, reason),
    })
    this.process = process
    this.#unmade = undefined
    network.listen(process.listener())
    this.#parts.onOpened(this)
  }

  /** The process ends itself and is started again in a while. */
  #die(life: Life, reason: string): void {
    if (life.isDead) return
    const { world, prng, index } = this.#parts
    world.trace.tell(`n${index} r${this.replica} ends itself: ${reason}`)
    this.kill()
    const lives = this.#lives
    const delayMs = prng.between(RESTART_MS[0], RESTART_MS[1])
    world.queue.after(delayMs * US_PER_MS, {
      fire: () => {
        if (lives === this.#lives) this.start()
      },
    })
  }

  #noteMembers(): void {
    const log = this.process?.raft.log
    if (log !== undefined && log.membersIndex <= log.commit) {
      this.#lastMembersCommitted = { members: log.members, index: log.membersIndex }
    }
  }

  #note(what: keyof typeof happenings): void {
    const { trace } = this.#parts.world
    trace.note(happenings[what], this.index, this.replica, this.#lives)
    if (trace.isTold) trace.tell(`n${this.index} r${this.replica} ${what}`)
  }
}
