/**
 * Between a replica of a group and its journal: tells the journal who leads and what was applied,
 * asks the group what the journal wants to know. An input is answered when what it made is out.
 */

import type { Clock, Random } from '../../src/base/env.ts'
import type { StreamLog } from '../../src/base/stream-log.ts'
import type { Budget } from '../../src/journal/budget.ts'
import { GroupJournal } from '../../src/journal/driver.ts'
import type { JournalGroup, JournalListener, Verdict } from '../../src/journal/group.ts'
import type { Outbox } from '../../src/journal/outbox.ts'
import type { Output, SinkRun } from '../../src/journal/types.ts'
import type { ServedGroup } from '../../src/node/group.ts'
import {
  type Beginning,
  encodeBeginning,
  encodeInput,
  encodeProgressEntry,
  type Input,
} from '../sim/publish/entry.ts'
import {
  LOGS,
  type LogName,
  OUTPUT_PARTITIONS,
  SINKS,
  type SinkName,
  sinksOf,
} from '../sim/publish/output.ts'
import type { StoredMachine, TakenInput } from './machine.ts'
import { boundsOf, type JobPlan, journalOf, outputTopic, seatOf } from './plan.ts'
import { rendered } from './render.ts'

export type Fed =
  /** Its outputs are out. */
  | { readonly kind: 'ok'; readonly seq: number }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unknown'; readonly code: string }

export interface DeskParts {
  readonly group: ServedGroup<StoredMachine>
  readonly groups: number
  readonly plan: JobPlan
  readonly clock: Clock
  readonly random: Random
  readonly log: StreamLog
  /** One of each log, shared by all groups of the node. */
  readonly budgets: Readonly<Record<LogName, Budget>>
  /** The term in which this replica leads; 0: it does not. */
  leads(): number
  /** For people. */
  tell(what: string, code: string, message: string): void
}

interface Waiting extends TakenInput {
  done(fed: Fed): void
}

const NOTHING = { journaled: 0, offset: 0, published: [] }
const FRESH: Beginning = { before: NOTHING, replayed: [], known: NOTHING }

export class Desk implements JournalGroup, JournalListener {
  readonly #parts: DeskParts
  #journal: GroupJournal | undefined
  #outbox: Outbox | undefined
  /** The term in which the journal was told to lead; 0: in none. */
  #led = 0
  readonly #out: Record<SinkName, number> = { home: 0, side: 0, away: 0 }
  #waiting: Waiting[] = []
  /** The newest term in which the beginning was proposed. */
  #begunIn = 0

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  get machine(): StoredMachine {
    return this.#parts.group.machine
  }

  /** It leads, and all that is committed is out. */
  get isOut(): boolean {
    const outbox = this.#outbox
    if (this.#led === 0 || outbox === undefined) return false
    return SINKS.every(sink => this.#out[sink] === outbox.lastOf(sink))
  }

  /** Something was applied; whoever comes to lead applies an entry of its own first. */
  onApplied(): void {
    const { outbox } = this.machine
    if (outbox !== this.#outbox) this.#open(outbox)
    this.#look()
    if (outbox === undefined) this.#maybeBegin()
    else this.#journal?.onApplied(this.machine.appliedTerm)
  }

  close(): void {
    this.#open(undefined)
  }

  feed(input: Input, done: (fed: Fed) => void): void {
    const { group, leads } = this.#parts
    const journal = this.#journal
    if (leads() === 0) done({ kind: 'refused', code: 'not-leader' })
    else if (journal === undefined) done({ kind: 'refused', code: 'not-begun' })
    else if (!journal.takesFrames) done({ kind: 'refused', code: 'outbox-full' })
    else {
      group.propose(encodeInput(input), outcome => {
        if (outcome.kind === 'applied') this.#await(outcome.result as TakenInput, done)
        else if (outcome.kind === 'refused') done({ kind: 'refused', code: outcome.code })
        else done({ kind: 'unknown', code: 'leader-lost' })
      })
    }
  }

  #await(taken: TakenInput, done: (fed: Fed) => void): void {
    this.#waiting.push({ ...taken, done })
    this.#tellWaiting()
  }

  #tellWaiting(): void {
    const isOut = (one: TakenInput) => SINKS.every(sink => one[sink] <= this.#out[sink])
    const out = this.#waiting.filter(isOut)
    if (out.length === 0) return
    this.#waiting = this.#waiting.filter(one => !isOut(one))
    for (const { seq, done } of out) done({ kind: 'ok', seq })
  }

  #look(): void {
    const leads = this.#parts.leads()
    if (leads === this.#led || this.#journal === undefined) return
    this.#led = leads
    if (leads > 0) this.#journal.onLead(leads)
    else this.#journal.onDeposed()
    // What they wait for may come of another leader, who tells them nothing.
    for (const { done } of this.#waiting.splice(0)) done({ kind: 'unknown', code: 'leader-lost' })
  }

  /** An image brings an outbox of its own. */
  #open(outbox: Outbox | undefined): void {
    this.#journal?.close()
    this.#journal = undefined
    this.#outbox = outbox
    this.#led = 0
    for (const sink of SINKS) this.#out[sink] = 0
    if (outbox === undefined) return
    const { plan, clock, random } = this.#parts
    this.#journal = new GroupJournal({
      ...{ clock, random, outbox, bounds: boundsOf(plan), claim: plan.claim },
      ...{ group: this, listener: this },
      lanes: LOGS.map(name => this.#lane(name)),
    })
  }

  #lane(name: LogName) {
    const { plan, group, groups, log, budgets } = this.#parts
    const outputs = sinksOf[name].map(sink => {
      return {
        topic: outputTopic(plan, sink),
        use: 'output',
        partitions: OUTPUT_PARTITIONS,
      } as const
    })
    const journal = { topic: journalOf(plan, name), use: 'journal', partitions: groups } as const
    const topics = [journal, ...outputs]
    return { log, seat: seatOf(plan, group.id, name), budget: budgets[name], topics }
  }

  #maybeBegin(): void {
    const term = this.#parts.leads()
    if (term <= this.#begunIn) return
    this.#begunIn = term
    this.#parts.group.propose(encodeBeginning(FRESH), () => {})
  }

  // What the journal asks of the group.

  confirm(term: number, done: (verdict: Verdict) => void): void {
    this.#parts.group.read(({ kind }) => {
      if (this.#parts.leads() === term) done(kind === 'ready' ? 'leads' : 'unknown')
      else {
        done('deposed')
        this.#look()
      }
    })
  }

  propose(term: number, progress: Uint8Array, done: () => void): void {
    const { group, clock, leads } = this.#parts
    if (leads() !== term) clock.after(0, done)
    else group.propose(encodeProgressEntry(progress), () => done())
  }

  render(run: SinkRun): readonly Output[] {
    const { group, plan } = this.#parts
    return rendered(run, group.id, outputTopic(plan, run.sink as SinkName))
  }

  // What the journal tells.

  onReleased(): void {}

  onPublished(sink: string, upTo: number): void {
    this.#out[sink as SinkName] = upTo
    this.#tellWaiting()
  }

  onStalled(code: string, message: string): void {
    this.#parts.tell('publishing stalls', code, message)
  }

  onResumed(): void {
    this.#parts.tell('publishing goes on', 'resumed', '')
  }

  onHalted(code: string, message: string): void {
    this.#parts.tell('publishing halts', code, message)
  }
}
