/**
 * A replica of a group at work: begins and ends its leader as leadership comes and goes, proposes
 * what that hands out, one entry behind the other, and plans when it is called again. Raft has its
 * turn between any two batches. It decides nothing about data.
 */

import type { Clock, Timer } from '../base/env.ts'
import { WeirError } from '../base/errors.ts'
import type { TakingBounds } from '../engine/batch/taking.ts'
import type { Frame } from '../engine/channels/frame.ts'
import type { Receipt } from '../engine/channels/reception.ts'
import { StageGroup, type StageOptions } from '../engine/stage/group.ts'
import { type Command, encodeEnd, encodeGeneration } from './command.ts'
import { type Duties, GroupLeader, type Routing } from './leader.ts'
import type { JobMachine } from './machine.ts'
import type { Outcome } from './state.ts'

/** What the runtime asks of the Raft side. */
export interface RaftDoor {
  /** The term in which this replica leads; 0: in none. */
  leads(): number
  /** false: refused, nothing stands behind what was taken before. `done` in either case, later. */
  propose(term: number, data: Uint8Array, done: () => void): boolean
}

export interface RuntimeListener {
  onDuties(duties: Duties): void
  /** What was sent here and is not committed must be sent again, to whoever leads. */
  onLost(): void
  /** A record cannot be computed, and the job is to fail with it. */
  onFailed(code: string, message: string): void
}

export interface RuntimeParts {
  readonly clock: Clock
  readonly machine: JobMachine
  readonly raft: RaftDoor
  readonly listener: RuntimeListener
  readonly stage: Omit<StageOptions, 'store'>
  readonly routing: Routing
  /** That of the claim; batches of no other are taken. */
  generation(): number
  /** Nothing more is to be taken: its log is to end. */
  isToEnd(): boolean
  readonly bounds?: TakingBounds
  /** Those that the group is to have, each with the cursor where it begins. */
  channels(): Iterable<readonly [channel: number, cursor: number]>
  /** All that earlier generations have journaled is known: its first entry stands behind that. */
  mayBegin(): boolean
  /** What is committed and not let out has room for more. */
  mayTake(): boolean
}

/** An entry that was refused for want of room is offered again so much later. */
const REFUSED_MS = 5
/** So often an epoch that waits for barriers is looked at, */
const EPOCH_MS = 250
/** and a group that waits for its time, in case that jumps. */
const LOOK_MS_MAX = 60_000

export class GroupRuntime {
  readonly #parts: RuntimeParts
  /** Ready before it is needed: whoever comes to lead has nothing to compile. */
  #stage: StageGroup
  #leader: GroupLeader | undefined
  /** Handed out by the leader, and not taken by Raft yet. */
  #offered: Uint8Array | undefined
  /** The term that was seen last, and proposals of it that are not answered. */
  #term = 0
  #unanswered = 0
  #timer: Timer | undefined
  #isClosed = false

  constructor(parts: RuntimeParts) {
    this.#parts = parts
    this.#stage = this.#newStage()
  }

  #newStage(): StageGroup {
    const { stage, machine } = this.#parts
    return new StageGroup({ ...stage, store: machine.state.store })
  }

  /** For status and tests; undefined: it does not lead, or not yet. */
  get leader(): GroupLeader | undefined {
    return this.#leader
  }

  /** Leadership may have changed, or what is let out, or the channels that there are to be. */
  onChanged(): void {
    this.#wake(0)
  }

  /** Of the machine, in the order of the log. */
  onEntry(term: number, command: Command, outcome: Outcome): void {
    const leader = this.#leader
    if (leader === undefined) return
    // Whoever leads a later term has an empty speculation: this one is over.
    if (leader.term !== term || !leader.onApplied(command, outcome)) this.#lose()
  }

  onApplied(): void {
    if (this.#leader !== undefined && this.#parts.machine.appliedTerm !== this.#leader.term) {
      this.#lose()
    }
    this.#wake(0)
  }

  onRestored(): void {
    this.#lose()
    this.#stage = this.#newStage()
  }

  /** undefined: nobody leads here. */
  onFrame(frame: Frame, bytes: number): Receipt | undefined {
    const receipt = this.#leader?.channels.onFrame(frame, bytes, this.#parts.clock.monotonicMs())
    if (receipt !== undefined) this.#wake(0)
    return receipt
  }

  /** Another claim: what was computed for the one before is given up. */
  onClaim(): void {
    this.#lose()
    this.#offered = undefined
    this.#wake(0)
  }

  close(): void {
    this.#isClosed = true
    this.#lose()
    this.#timer?.cancel()
  }

  #lose(): void {
    if (this.#leader === undefined) return
    this.#leader = undefined
    this.#offered = undefined
    this.#parts.listener.onLost()
  }

  /** One entry at most. */
  #turn(): void {
    this.#timer = undefined
    if (this.#isClosed) return
    this.#look()
    this.#offered ??= this.#nextSound()
    const leader = this.#leader
    const duties = leader?.duties(this.#parts.clock.monotonicMs())
    if (duties !== undefined) this.#parts.listener.onDuties(duties)
    if (this.#offered !== undefined) this.#wake(this.#propose(this.#offered) ? 0 : REFUSED_MS)
    else if (leader !== undefined) this.#plan(leader, duties?.wanted === undefined)
  }

  /** Who leads; a leader begins where it knows all that is on its way. */
  #look(): void {
    const term = this.#parts.raft.leads()
    if (term !== this.#term) {
      this.#lose()
      this.#offered = undefined
      this.#term = term
      this.#unanswered = 0
    }
    const { machine, generation } = this.#parts
    const isBegun = machine.state.generation === generation() && machine.state.isOpen
    if (isBegun && this.#isSettled && this.#leader === undefined) this.#begin()
  }

  /** It leads, and of what it proposed in this term nothing is on its way. */
  get #isSettled(): boolean {
    const { appliedTerm } = this.#parts.machine
    return this.#term > 0 && appliedTerm === this.#term && this.#unanswered === 0
  }

  #begin(): void {
    const { machine, routing, bounds, channels } = this.#parts
    const work = { state: machine.state, stage: this.#stage, routing, bounds }
    this.#leader = new GroupLeader({ ...work, term: this.#term })
    for (const [channel, cursor] of channels()) this.#leader.channels.open(channel, cursor)
  }

  #nextSound(): Uint8Array | undefined {
    try {
      return this.#next()
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#lose()
      this.#parts.listener.onFailed(error.code, error.message)
      return undefined
    }
  }

  #next(): Uint8Array | undefined {
    const { clock, mayTake, isToEnd } = this.#parts
    if (isToEnd()) return this.#end()
    const moment = { wallMs: clock.wallMs(), atMs: clock.monotonicMs() }
    if (this.#leader !== undefined) return this.#leader.next(moment, mayTake())
    return this.#begun()
  }

  /** The first entry of the generation. */
  #begun(): Uint8Array | undefined {
    const { machine, mayBegin } = this.#parts
    const generation = this.#parts.generation()
    const isDue = this.#isSettled && machine.state.generation < generation
    return isDue && mayBegin() ? encodeGeneration(generation) : undefined
  }

  /** The last, once all that was proposed before is settled. */
  #end(): Uint8Array | undefined {
    const { state } = this.#parts.machine
    const generation = this.#parts.generation()
    const isDue = this.#isSettled && state.isOpen && state.generation === generation
    return isDue ? encodeEnd(generation) : undefined
  }

  #propose(data: Uint8Array): boolean {
    const term = this.#term
    this.#unanswered++
    const isTaken = this.#parts.raft.propose(term, data, () => {
      if (term === this.#term) this.#unanswered--
      // What was refused is offered again in its time.
      if (isTaken) this.#wake(0)
    })
    if (isTaken) this.#offered = undefined
    return isTaken
  }

  /** Time alone brings the next batch. */
  #plan(leader: GroupLeader, isAligned: boolean): void {
    const { clock, machine, mayTake, isToEnd } = this.#parts
    const mayGoOn = mayTake() && machine.state.isOpen && !isToEnd()
    const byTime = leader.depth === 0 ? leader.wakeAt - clock.wallMs() : Infinity
    const byInput = leader.dueAtMs - clock.monotonicMs()
    const dueMs = mayGoOn ? Math.min(byInput, byTime) : Infinity
    const delayMs = Math.min(dueMs, isAligned ? LOOK_MS_MAX : EPOCH_MS)
    this.#wake(Math.max(0, delayMs))
  }

  #wake(delayMs: number): void {
    if (this.#isClosed) return
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.after(delayMs, () => this.#turn())
  }
}
