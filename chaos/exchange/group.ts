/** A group as it receives: the engine's own channels, batches of them, and what it says back. */

import { Intake, type Taken } from '../../src/engine/batch/taking.ts'
import { Book } from '../../src/engine/channels/book.ts'
import { Channels, type Duties } from '../../src/engine/channels/channels.ts'
import { offsetsOf } from '../../src/engine/channels/frame.ts'
import { rowsOf } from '../../src/engine/columns/records.ts'

export const GENERATION = 1
const LIMITS = { rowsMax: 8, bytesMax: 4096, lingerMs: 0, eagerRows: 0, eagerBytes: 0 }

export interface CutEpoch {
  readonly epoch: number
  readonly offsets: readonly { readonly channel: number; readonly offset: number }[]
}

export class Group {
  channels: Channels
  readonly cuts: CutEpoch[] = []
  readonly #book = new Book()
  #intake: Intake
  #pending: Taken[] = []

  constructor(channels: readonly number[]) {
    this.channels = new Channels(this.#book, GENERATION)
    this.#intake = new Intake(this.channels, LIMITS)
    for (const channel of channels) this.channels.open(channel, 0)
    this.take(0)
    this.apply(() => undefined)
  }

  cursor(channel: number): number {
    return this.#book.channels.get(channel)?.cursor ?? 0
  }

  watermark(channel: number): number {
    return this.#book.channels.get(channel)?.watermark ?? -Infinity
  }

  isIdle(channel: number): boolean {
    return this.#book.channels.get(channel)?.idle === true
  }

  get epoch(): number {
    return this.#book.epoch
  }

  take(atMs: number): void {
    const taken = this.#intake.take({ wallMs: atMs, atMs })
    if (taken !== undefined) this.#pending.push(taken)
  }

  /** All that was taken is committed, and behind it the barrier, if one is due. */
  apply(see: (channel: number, from: number, to: number, rows: readonly string[]) => void): void {
    for (const { seq, inputs } of this.#pending) {
      this.#intake.onApplied(seq)
      for (const { channel, from, to, records } of inputs) {
        see(channel, from, to, records.flatMap(shownRows))
      }
    }
    this.#pending = []
  }

  /** After `apply`: what is due, the barrier being in the log as soon as it is proposed. */
  duties(atMs: number): Duties {
    const duties = this.channels.duties(atMs)
    const { barrier } = duties
    if (barrier === undefined || this.#pending.length > 0) return duties
    this.channels.onBarrierProposed(barrier.epoch)
    const { counting } = this.channels.onBarrierApplied(barrier)
    if (counting === 'counts') this.cuts.push(barrier)
    return duties
  }

  /** Another leader: all that is not applied never was. */
  discard(): void {
    this.channels = new Channels(this.#book, GENERATION)
    this.#intake = new Intake(this.channels, LIMITS)
    this.#pending = []
  }
}

function shownRows(records: Taken['inputs'][number]['records'][number]): readonly string[] {
  const offsets = offsetsOf(records)
  return rowsOf(records).map(({ values }, row) => `${offsets[row]}/${values[1]}`)
}
