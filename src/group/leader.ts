/**
 * A group's leader at work, in one term: takes what its channels bring, computes ahead of what is
 * committed by a few batches, and hands out the entries to be proposed, each to stand right behind
 * the one before. Facts in, entries and duties out. It begins when the entry that opened its term
 * is applied, so that all that was ever committed is in the state; it ends with its leadership, or
 * with any of its entries, and then none of what is not applied ever was.
 */

import { ByteWriter } from '../base/bytes.ts'
import { invariant } from '../base/errors.ts'
import { type Batch, batchOf } from '../engine/batch/entry.ts'
import { Intake, type Moment, type Taken, type TakingBounds } from '../engine/batch/taking.ts'
import { areIdle } from '../engine/channels/book.ts'
import { type Duties as ChannelDuties, Channels } from '../engine/channels/channels.ts'
import type { Hello } from '../engine/channels/reception.ts'
import { writeRecords } from '../engine/columns/records-codec.ts'
import type { StageGroup, StageOutput } from '../engine/stage/group.ts'
import { type Command, encodeBarrier, encodeBatch } from './command.ts'
import type { GroupState, Outcome } from './state.ts'
import type { Into } from './wiring.ts'

/** What becomes of the records of a channel. */
export type Routing = (channel: number) => Into

/** What is said of time behind a batch, to whoever takes its outputs. */
export interface Said {
  readonly seq: number
  /** No record with an earlier time comes of any batch behind it. */
  readonly watermark: number
  /** The group waits for nothing: all of its channels are idle. */
  readonly idle: boolean
}

/** What was said behind batches that are not released; more of it is told by the newest. */
const SAID_MAX = 4096

export interface LeaderParts {
  readonly state: GroupState
  readonly term: number
  /** Over the store of the state; whatever it speculated on for another leader is thrown away. */
  readonly stage: StageGroup
  readonly routing: Routing
  readonly bounds?: TakingBounds | undefined
}

/** To be told to others; a barrier, when all of it is here, is among the entries. */
export interface Duties extends Omit<ChannelDuties, 'barrier'> {
  /** Streams that begin. */
  readonly hellos: readonly Hello[]
}

export class GroupLeader {
  readonly term: number
  /** What comes in is told to them: channels that there are to be, frames, epochs that are over. */
  readonly channels: Channels
  readonly #state: GroupState
  readonly #routing: Routing
  readonly #stage: StageGroup
  readonly #intake: Intake
  readonly #greeted = new Set<number>()
  readonly #said: Said[] = []

  constructor({ state, term, stage, routing, bounds }: LeaderParts) {
    stage.discard()
    this.term = term
    this.#state = state
    this.#routing = routing
    this.#stage = stage
    this.channels = new Channels(state.book.copy(), state.generation)
    this.#intake = new Intake(this.channels, bounds)
    this.#say()
  }

  /** Batches that are handed out and not applied. */
  get depth(): number {
    return this.#intake.depth
  }

  /** The `now` at which the group's operators want to be called, should nothing come before. */
  get wakeAt(): number {
    return this.#stage.wakeAt
  }

  /** When, by `atMs`, there is an entry to be handed out, should nothing come before. */
  get dueAtMs(): number {
    if (!this.#state.isOpen || this.#intake.isFull) return Infinity
    return this.#isInDebt || this.channels.barrier !== undefined ? -Infinity : this.#intake.dueAtMs
  }

  duties(atMs: number): Duties {
    const { barrier: _, ...duties } = this.channels.duties(atMs)
    const known = [...this.channels.ahead.channels.keys()]
    const fresh = known.filter(channel => !this.#greeted.has(channel))
    for (const channel of fresh) this.#greeted.add(channel)
    return { ...duties, hellos: fresh.length === 0 ? [] : this.channels.hello(fresh) }
  }

  /** The next entry, if there is reason and room for one; a barrier passes, whatever is full. */
  next(moment: Moment, mayTake = true): Uint8Array | undefined {
    if (!this.#state.isOpen) return undefined
    const { barrier } = this.channels
    if (barrier === undefined) return mayTake ? this.#nextBatch(moment) : undefined
    this.channels.onBarrierProposed(barrier.epoch)
    return encodeBarrier(barrier)
  }

  #nextBatch(moment: Moment): Uint8Array | undefined {
    const taken = this.#isInDebt
      ? this.#intake.settle(moment)
      : this.#intake.take(moment, this.#stage.wakeAt)
    if (taken === undefined) return undefined
    const batch = madeOf(this.#stage, this.#routing, taken)
    this.#say()
    return encodeBatch(this.term, batch)
  }

  /** As long as anything is owed, what was due by now may still come. */
  #say(): void {
    const { seq, watermark: reached, channels } = this.channels.ahead
    const last = this.#said.at(-1)
    const isOwed = this.#isInDebt
    const watermark = isOwed ? (last?.watermark ?? -Infinity) : reached
    const idle = !isOwed && areIdle(channels.values())
    if (last?.watermark === watermark && last.idle === idle) return
    if (this.#said.length === SAID_MAX) this.#said.pop()
    this.#said.push({ seq, watermark, idle })
  }

  /** What holds behind all batches up to this one, which are released; missing: it is not known. */
  saidBehind(seq: number): Said | undefined {
    while ((this.#said[1]?.seq ?? Infinity) <= seq) this.#said.shift()
    const [first] = this.#said
    return first !== undefined && first.seq <= seq ? first : undefined
  }

  /** What was due in the last batch did not all fit into it: nothing is taken before it did. */
  get #isInDebt(): boolean {
    const { watermark, now } = this.channels.ahead
    return this.#stage.owes(watermark, now)
  }

  /** An entry was applied to the state, in its place; false: this leader's time is over. */
  onApplied(command: Command, outcome: Outcome): boolean {
    if (command.kind === 'barrier') this.channels.onBarrierApplied(command.barrier)
    if (command.kind !== 'batch') return command.kind !== 'generation'
    invariant(command.term === this.term, 'GROUP a leader follows all that was before it')
    if (outcome !== 'done') return false
    this.#stage.onApplied()
    this.#intake.onApplied(command.batch.seq)
    return true
  }
}

/** What a stage makes of what was taken: channel by channel, as they are listed. */
export function madeOf(stage: StageGroup, routing: Routing, taken: Taken): Batch {
  const { now, watermark, rows } = taken
  const inputs = taken.inputs.flatMap(({ channel, records }) => {
    const into = routing(channel)
    return records.map(one => ({ ...into, records: one }))
  })
  const { delta, outputs } = stage.step({ now, watermark, rows, inputs })
  return batchOf(taken, { delta, outputs: outputs.map(written) })
}

function written({ to, first, records }: StageOutput) {
  const out = new ByteWriter()
  writeRecords(out, records)
  return { sink: to, first, count: records.size, records: out.finish() }
}
