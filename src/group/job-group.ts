/**
 * A replica of a group of a job, whole: what Raft replicates (machine.ts), who computes while it
 * leads (runtime.ts), and the journal, which lets out what was committed. Between them it says who
 * leads, what was applied, and whether there is room for more.
 */

import type { Clock, Random } from '../base/env.ts'
import type { TakingBounds } from '../engine/batch/taking.ts'
import type { Frame } from '../engine/channels/frame.ts'
import type { Receipt } from '../engine/channels/reception.ts'
import type { BarrierAt } from '../engine/exchange/mark.ts'
import { isExchange, type StageOptions } from '../engine/stage/group.ts'
import type { JournalBounds } from '../journal/bounds.ts'
import { GroupJournal, type LaneParts } from '../journal/driver.ts'
import type { JournalGroup, JournalListener, Step, Verdict } from '../journal/group.ts'
import type { Outbox } from '../journal/outbox.ts'
import type { Claim, Output, SinkRun } from '../journal/types.ts'
import { type Command, encodeBarrierAt, encodeProgressCommand, type Place } from './command.ts'
import type { Duties, Routing } from './leader.ts'
import { JobMachine } from './machine.ts'
import { GroupRuntime, type RaftDoor } from './runtime.ts'
import type { Outcome } from './state.ts'
import { TakeoverClock, type TakeoverTimes } from './takeover-clock.ts'

/** What the group asks of the replica that Raft runs. */
export interface ReplicaDoor extends RaftDoor {
  /** false: nobody answered. `done` when all that was committed before is applied here. */
  read(done: (isReady: boolean) => void): void
}

export interface GroupListener {
  onDuties(duties: Duties): void
  onLost(): void
  /** What entries up to here made may leave: frames for a next stage, sinks that others write. */
  onReleased(seq: number): void
  onPublished(sink: string, upTo: number): void
  /** Trouble, for people; `isOver`: that which was told last. */
  onTrouble(code: string, message: string): void
  onTroubleOver(): void
  /** It is led here, and the first has left. */
  onTakenOver?(times: TakeoverTimes): void
}

export interface JobGroupParts {
  readonly clock: Clock
  readonly random: Random
  readonly replica: ReplicaDoor
  readonly listener: GroupListener
  readonly claim: Claim
  /** The first that the group owns. */
  readonly slot: number
  readonly stage: Omit<StageOptions, 'store'>
  readonly routing: Routing
  readonly taking?: TakingBounds
  readonly bounds: JournalBounds
  readonly lanes: readonly LaneParts[]
  channels(): Iterable<readonly [channel: number, cursor: number]>
  render(run: SinkRun, generation: number): readonly Output[]
}

export class JobGroup implements JournalGroup, JournalListener {
  readonly machine: JobMachine
  readonly #parts: JobGroupParts
  readonly #runtime: GroupRuntime
  #claim: Claim
  #journal: GroupJournal
  /** The term in which the journal was told to lead; 0: in none. */
  #led = 0
  readonly #takeover = new TakeoverClock()
  /** Another owns the job: nothing more leaves, so nothing more is taken. */
  #isHalted = false
  #isToEnd = false

  constructor(parts: JobGroupParts) {
    this.#parts = parts
    this.#claim = parts.claim
    this.machine = new JobMachine(parts.slot, {
      onEntry: (...fact) => this.#onEntry(...fact),
      onApplied: () => this.#onApplied(),
      onRestored: () => this.#onRestored(),
      // What is out need not be in an image, and whoever takes over from it reads less back.
      beforeCut: done => this.#journal.flush(done),
    })
    this.#journal = this.#newJournal(this.machine.state.outbox)
    const { clock, replica, listener, stage, routing, taking, channels } = parts
    this.#runtime = new GroupRuntime({
      ...{ clock, machine: this.machine, raft: replica, stage, routing, channels },
      listener: {
        onDuties: duties => listener.onDuties(duties),
        onLost: () => listener.onLost(),
        onFailed: (code, message) => this.onHalted(code, message),
      },
      generation: () => this.#claim.generation,
      isToEnd: () => this.#isToEnd,
      ...(taking === undefined ? {} : { bounds: taking }),
      mayBegin: () => this.#mayBegin(),
      mayTake: () => !this.#isHalted && this.#journal.takesFrames,
    })
  }

  /** For status and tests. */
  get runtime(): GroupRuntime {
    return this.#runtime
  }

  get journal(): GroupJournal {
    return this.#journal
  }

  get claim(): Claim {
    return this.#claim
  }

  /** Nothing more is taken, under this claim. */
  get isHalted(): boolean {
    return this.#isHalted
  }

  /** Its log has ended, and all that it has for sinks is out, as the group's state says. */
  get isDrained(): boolean {
    const { outbox } = this.machine.state
    const isJournaled = outbox.ended > 0 && outbox.progress.journaled === outbox.lastSeq
    // What is for a next stage stays: it takes it when it runs.
    return isJournaled && outbox.sinks.every(sink => isExchange(sink) || !outbox.runs(sink)?.size)
  }

  /** The job was started again: whatever is on its way, the next batches are of this claim. */
  onClaim(claim: Claim): void {
    this.#claim = claim
    this.#isHalted = false
    this.#isToEnd = false
    this.#runtime.onClaim()
    this.#renewJournal()
    this.onChanged()
  }

  /** The job is to stop: the group's log of this generation ends, and what is committed leaves. */
  end(): void {
    this.#isToEnd = true
    this.#runtime.onChanged()
  }

  /** `done` says which place of the epoch stands in the state, if this one was settled. */
  mark(term: number, place: Place, done: (place: BarrierAt | undefined) => void): void {
    this.#parts.replica.propose(term, encodeBarrierAt(place), () => {
      const found = this.machine.state.places.ofSource(place.channel)
      done(found?.epoch === place.epoch ? found : undefined)
    })
  }

  /** Leadership may have changed, or the channels that there are to be. */
  onChanged(): void {
    this.#look()
    this.#runtime.onChanged()
  }

  /** undefined: nobody leads here. */
  onFrame(frame: Frame, bytes: number): Receipt | undefined {
    return this.#runtime.onFrame(frame, bytes)
  }

  close(): void {
    this.#runtime.close()
    this.#journal.close()
  }

  #onEntry(term: number, command: Command, outcome: Outcome): void {
    this.#runtime.onEntry(term, command, outcome)
  }

  #onApplied(): void {
    this.#look()
    this.#journal.onApplied(this.machine.appliedTerm)
    this.#runtime.onApplied()
  }

  #mayBegin(): boolean {
    if (!this.#journal.isSettled) this.#journal.settle(() => this.#runtime.onChanged())
    return this.#journal.isSettled
  }

  /** Another state has an outbox of its own. */
  #onRestored(): void {
    this.#renewJournal()
    this.#runtime.onRestored()
  }

  #renewJournal(): void {
    this.#journal.close()
    this.#journal = this.#newJournal(this.machine.state.outbox)
    this.#led = 0
    // Nothing more may be applied before it has settled what the claim before has left.
    this.#journal.onApplied(this.machine.appliedTerm)
  }

  #newJournal(outbox: Outbox): GroupJournal {
    const { clock, random, bounds, lanes } = this.#parts
    const claim = this.#claim
    const both = { group: this, listener: this }
    return new GroupJournal({ clock, random, bounds, claim, lanes, outbox, ...both })
  }

  #look(): void {
    const term = this.#parts.replica.leads()
    if (term === this.#led) return
    this.#led = term
    if (term === 0) {
      this.#takeover.onLost()
      this.#journal.onDeposed()
    } else {
      this.#takeover.onLead(this.#parts.clock.monotonicMs())
      this.#journal.onLead(term)
    }
  }

  // What the journal asks of the group.

  confirm(term: number, done: (verdict: Verdict) => void): void {
    const { replica } = this.#parts
    replica.read(isReady => {
      const leads = replica.leads() === term
      if (leads) done(isReady ? 'leads' : 'unknown')
      else {
        done('deposed')
        this.onChanged()
      }
    })
  }

  propose(term: number, progress: Uint8Array, done: () => void): void {
    this.#parts.replica.propose(term, encodeProgressCommand(progress), done)
  }

  render(run: SinkRun, generation: number): readonly Output[] {
    return this.#parts.render(run, generation)
  }

  // What the journal tells.

  onReleased(seq: number): void {
    this.#parts.listener.onReleased(seq)
  }

  onPublished(sink: string, upTo: number): void {
    this.#parts.listener.onPublished(sink, upTo)
    this.#runtime.onChanged()
  }

  onStep(step: Step): void {
    const times = this.#takeover.onStep(step, this.#parts.clock.monotonicMs())
    if (times !== undefined) this.#parts.listener.onTakenOver?.(times)
  }

  onStalled(code: string, message: string): void {
    this.#parts.listener.onTrouble(code, message)
  }

  onResumed(): void {
    this.#parts.listener.onTroubleOver()
  }

  onHalted(code: string, message: string): void {
    this.#isHalted = true
    this.#parts.listener.onTrouble(code, message)
  }
}
