/**
 * What an entry of a group's log may change: time and cursors go on, nothing is taken of another
 * stage that it has not released, who is said to be idle has nothing, and an epoch cuts all groups
 * at the same places.
 */

import type { Book } from '../../../src/engine/channels/book.ts'
import { unheard } from '../../../src/engine/channels/state.ts'
import type { Command } from '../../../src/group/command.ts'
import { Demand } from '../run/demand.ts'
import type { Job } from './job.ts'
import { nameOf } from './names.ts'
import type { Quiet } from './quiet.ts'
import type { Shadow } from './shadow.ts'
import { nameOfWay } from './sorting.ts'

export type Before = Pick<Book, 'watermark' | 'now' | 'channels'>

export interface MovesParts {
  readonly job: Job
  readonly shadows: readonly Shadow[]
  readonly quiet: Quiet
  /** The schedules of the group up to this entry are in the journal. */
  isJournaled(group: number, seq: number): boolean
}

export class Moves {
  readonly time = new Demand('CLUSTER-8 time never turns back, and follows from the input')
  readonly taken = new Demand('CLUSTER-9 input is taken once and without a gap')
  readonly releases = new Demand('CLUSTER-3 nothing leaves before its schedule is journaled')
  readonly #idle = new Demand('CLUSTER-12 who is idle has nothing')
  readonly #cuts = new Demand('CLUSTER-13 an epoch cuts all groups at the same places')
  readonly #parts: MovesParts

  constructor(parts: MovesParts) {
    this.#parts = parts
  }

  get demands(): readonly Demand[] {
    return [this.releases, this.time, this.taken, this.#idle, this.#cuts]
  }

  onMoved(group: number, before: Before): void {
    const { book } = this.#shadow(group).state
    const isOn = book.watermark >= before.watermark && book.now >= before.now
    const what = () => `${nameOf(group)}: ${before.watermark} was, now ${book.watermark}`
    this.time.demand(isOn, what)
    for (const [channel, after] of book.channels) {
      const { cursor, watermark, idle } = before.channels.get(channel) ?? unheard(0)
      const told = () => `${nameOf(group)} channel ${channel}: ${JSON.stringify(after)}`
      this.time.demand(after.watermark >= watermark, told)
      this.taken.demand(after.cursor >= cursor, told)
      if (after.idle && !idle) this.#mustBeQuiet(channel, after.cursor)
      if (after.cursor > cursor) this.#mustBeOut(channel, after.cursor)
    }
  }

  #mustBeQuiet(channel: number, cursor: number): void {
    const { quiet, job } = this.#parts
    const way = job.wayOf(channel)
    const { from } = way
    const isQuiet =
      from.kind === 'source'
        ? quiet.was(from.partition, cursor)
        : this.#shadow(job.groupAt(from)).words.isIdleAt(nameOfWay(way), cursor)
    this.#idle.demand(isQuiet, () => `${channel} at ${cursor}`)
  }

  /** What is taken of another stage. */
  #mustBeOut(channel: number, cursor: number): void {
    const { job, isJournaled } = this.#parts
    const way = job.wayOf(channel)
    if (way.from.kind === 'source') return
    const group = job.groupAt(way.from)
    const { seq = Infinity } = this.#shadow(group).outputs.get(nameOfWay(way))?.get(cursor) ?? {}
    const what = () => `${nameOf(group)} has sent ${cursor}, of ${seq}`
    this.releases.demand(isJournaled(group, seq), what)
  }

  /** A command that did something. */
  onCommand(group: number, command: Command): void {
    if (command.kind !== 'barrier') return
    const { epoch, offsets } = command.barrier
    for (const { channel, offset } of offsets) {
      const place = this.#placeOf(epoch, channel)
      const what = () => `${nameOf(group)}: ${epoch} at ${offset} of ${channel}, not ${place}`
      this.#cuts.demand(offset === place, what)
    }
  }

  /** Where whoever sends on the channel has said that the epoch cuts it. */
  #placeOf(epoch: number, channel: number): number | undefined {
    const { job } = this.#parts
    const way = job.wayOf(channel)
    const { cuts } = this.#shadow(job.groupAt(way.by))
    if (way.from.kind === 'stage') {
      const cut = cuts.at(epoch)
      return cut && (cut.sent.get(nameOfWay(way)) ?? 0)
    }
    return cuts.placeOf(epoch, job.readerOf(way))
  }

  #shadow(group: number): Shadow {
    return this.#parts.shadows[group] as Shadow
  }
}
