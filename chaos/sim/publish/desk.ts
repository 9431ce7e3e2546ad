/**
 * Between a replica of a group and its journal: tells the journal who leads and what was applied,
 * asks the group what the journal wants to know, and has all of it looked at. After each input to
 * the core it is due a while later: the journal hears late what its outbox shows already.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { GroupId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { JournalBounds } from '../../../src/journal/bounds.ts'
import type { Budget } from '../../../src/journal/budget.ts'
import { GroupJournal } from '../../../src/journal/driver.ts'
import type { JournalGroup, JournalListener, Verdict } from '../../../src/journal/group.ts'
import type { Outbox } from '../../../src/journal/outbox.ts'
import { decodeProgress } from '../../../src/journal/outbox-codec.ts'
import type { Claim, Output, SinkRun } from '../../../src/journal/types.ts'
import { LivingClock } from '../fleet/clock.ts'
import type { Seat } from '../fleet/seat.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { SimLogClient } from '../world/log/client.ts'
import { type Onlooker, WatchedLog } from './door.ts'
import { encodeProgressEntry } from './entry.ts'
import type { Judge, Runner } from './judge.ts'
import { PublishMachine } from './machine.ts'
import type { Moment } from './moments.ts'
import { nameOf, seatOf, topicsOf } from './names.ts'
import { HOME, LOGS, type LogName, logOf, rendered, type SinkName } from './output.ts'

const NO_CLAIM: Claim = { generation: 0, owner: '' }
/** Until nobody has answered. */
const SILENCE_US = 20_000

/** What all groups of one process share. */
export interface Shared {
  readonly clients: Readonly<Record<LogName, SimLogClient>>
  readonly budgets: Readonly<Record<LogName, Budget>>
}

export interface DeskParts {
  readonly seat: Seat
  readonly group: GroupId
  readonly cluster: string
  readonly queue: EventQueue
  readonly random: Prng
  readonly bounds: JournalBounds
  readonly shared: Shared
  readonly judge: Judge
  /** Under which the group runs, as its state says. */
  claimOf(generation: number): Claim | undefined
  hearUs(): number
  isQuestionLost(): boolean
  /** Of a publisher of this replica. */
  onMoment(moment: Moment, log: LogName): void
  tell(line: string): void
}

export class Desk implements JournalGroup, JournalListener {
  /** Of one that let nothing more out, why. */
  halted: string | undefined
  readonly #parts: DeskParts
  #journal: GroupJournal | undefined
  #outbox: Outbox | undefined
  /** Of its journal. */
  #claim = NO_CLAIM
  /** The term in which the journal was told to lead; 0: in none. */
  #led = 0
  #applied = 0
  #isDue = false
  /** Topics of which it asked in this lead, and was answered. */
  readonly #looked = new Set<string>()
  /** Of others: when it asked first. */
  readonly #lookingAtUs = new Map<string, number>()
  /** When this replica was last said to lead. */
  #leadsAtUs = -1
  /** Of each log: when it was first asked for something, and has not been known to commit since. */
  readonly #askedAtUs = new Map<LogName, number>()

  constructor(parts: DeskParts) {
    this.#parts = parts
    this.onStepped()
  }

  get seat(): Seat {
    return this.#parts.seat
  }

  get #runner(): Runner {
    const { cluster, group } = this.#parts
    return { cluster, group, generation: this.#claim.generation }
  }

  get machine(): PublishMachine {
    const { machine } = this.#parts.seat
    invariant(machine instanceof PublishMachine, 'PUBLISH its seats hold its machine')
    return machine
  }

  /** Missing: nothing says yet where the group begins, or an image is being loaded. */
  get journal(): GroupJournal | undefined {
    return this.#journal
  }

  onStepped(): void {
    if (this.#isDue) return
    this.#isDue = true
    const { seat, queue, hearUs } = this.#parts
    seat.life.later(queue, hearUs(), () => {
      this.#isDue = false
      this.#look()
    })
  }

  #look(): void {
    const { outbox, appliedIndex, appliedTerm } = this.machine
    const isOver = (outbox?.generation ?? 0) !== this.#claim.generation
    if (outbox !== this.#outbox || isOver) this.#open(outbox)
    const journal = this.#journal
    if (journal === undefined) return
    const { role, term } = this.seat.status()
    const leads = role === 'leader' ? term : 0
    if (leads !== this.#led) {
      this.#led = leads
      this.#looked.clear()
      this.#lookingAtUs.clear()
      this.#askedAtUs.clear()
      if (leads > 0) journal.onLead(leads)
      else journal.onDeposed()
    }
    if (appliedIndex === this.#applied) return
    this.#applied = appliedIndex
    journal.onApplied(appliedTerm)
  }

  /** An image brings an outbox of its own, the start of another generation a claim. */
  #open(outbox: Outbox | undefined): void {
    this.#journal?.close()
    this.#journal = undefined
    this.#outbox = outbox
    this.#claim = NO_CLAIM
    this.#led = 0
    this.#applied = 0
    this.halted = undefined
    const { claimOf, queue, random, bounds, shared, group } = this.#parts
    if (outbox === undefined) return
    const claim = claimOf(outbox.generation)
    invariant(claim !== undefined, 'PUBLISH a group runs under a claim', outbox.generation)
    this.#claim = claim
    this.#journal = new GroupJournal({
      ...{ clock: new LivingClock(queue, this.seat.life, 1), random, bounds, claim, outbox },
      ...{ group: this, listener: this },
      lanes: LOGS.map(name => ({
        log: new WatchedLog(shared.clients[name], this.#onlooker(name)),
        seat: seatOf(group, name),
        budget: shared.budgets[name],
        topics: topicsOf(name),
      })),
    })
  }

  #onlooker(log: LogName): Onlooker {
    const { judge, queue, onMoment } = this.#parts
    const lane = judge.lane({ ...this.#runner, log })
    return {
      looking: topic => this.#looking(topic),
      taking: () => {
        const isTold = this.#leadsAtUs === queue.nowUs
        this.#asked(log)
        lane.taking(isTold && this.machine.appliedTerm === this.seat.status().term)
        onMoment('taking', log)
      },
      ended: () => onMoment('ended', log),
      sending: records => {
        this.#asked(log)
        const hasLooked = topicsOf(log).every(({ topic }) => this.#looked.has(topic))
        lane.sending(records, hasLooked)
        onMoment('sending', log)
      },
      committing: () => {
        lane.committing()
        onMoment('committing', log)
      },
      committed: () => {
        this.#askedAtUs.delete(log)
        lane.committed()
      },
      left: lane.left.bind(lane),
    }
  }

  #looking(topic: string): () => void {
    const led = this.#led
    const { nowUs } = this.#parts.queue
    if (!this.#lookingAtUs.has(topic)) this.#lookingAtUs.set(topic, nowUs)
    return () => {
      if (led !== this.#led) return
      this.#looked.add(topic)
      this.#lookingAtUs.delete(topic)
    }
  }

  #asked(log: LogName): void {
    if (!this.#askedAtUs.has(log)) this.#askedAtUs.set(log, this.#parts.queue.nowUs)
  }

  // What the journal asks of the group.

  confirm(term: number, done: (verdict: Verdict) => void): void {
    const { queue, isQuestionLost } = this.#parts
    if (isQuestionLost()) {
      this.seat.life.later(queue, SILENCE_US, () => done('unknown'))
      return
    }
    this.seat.group.read(({ kind }) => {
      const { role, term: now } = this.seat.status()
      const leads = role === 'leader' && now === term
      if (leads && kind === 'ready') this.#leadsAtUs = queue.nowUs
      if (leads) done(kind === 'ready' ? 'leads' : 'unknown')
      else done('deposed')
    })
  }

  propose(term: number, progress: Uint8Array, done: () => void): void {
    this.#parts.judge.onProgress(this.#runner, decodeProgress(progress))
    this.seat.group.propose(term, encodeProgressEntry(progress), () => done())
  }

  render(run: SinkRun): readonly Output[] {
    const { group } = this.#parts
    return rendered(run, { group: nameOf(group), claimed: this.#claim.generation })
  }

  // What the journal tells.

  onReleased(seq: number): void {
    this.#askedAtUs.delete(HOME)
    this.#parts.judge.onReleased({ ...this.#runner, seq })
  }

  onPublished(sink: string): void {
    this.#askedAtUs.delete(logOf(sink as SinkName))
  }

  onStalled(code: string, message: string): void {
    this.#stopped(code, message, false)
  }

  onResumed(): void {}

  onHalted(code: string, message: string): void {
    this.halted = code
    this.#stopped(code, message, true)
  }

  #stopped(code: string, message: string, isForGood: boolean): void {
    const { judge, cluster, group, bounds, queue, tell } = this.#parts
    const claim = this.#claim
    tell(`${cluster} group ${group}: ${code}: ${message}`)
    const sinceUs = Math.min(...this.#askedAtUs.values(), ...this.#lookingAtUs.values())
    const isSilent = queue.nowUs - sinceUs >= bounds.silenceMs * US_PER_MS
    judge.onStopped({ cluster, group, claim, code, isForGood, isSilent })
  }
}
