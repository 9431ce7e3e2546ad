/**
 * Partitions with their readers, and groups that take what these send: all that can happen between
 * them, one call each. What is wrong is told at once, by name.
 */

import { invariant } from '../../src/base/errors.ts'
import { type Frame, offsetsOf } from '../../src/engine/channels/frame.ts'
import { weightOf } from '../../src/engine/columns/weight.ts'
import type { BarrierAt } from '../../src/engine/exchange/mark.ts'
import { Group } from './group.ts'
import { Link } from './link.ts'
import { BOUNDS, PartitionReader } from './reader.ts'
import { Source, TIME } from './source.ts'

interface Partition {
  readonly source: Source
  reader: PartitionReader
  /** Replaced, and does not know it yet. */
  former: PartitionReader | undefined
  /** Of a generation that is over. */
  readonly stray: PartitionReader
  term: number
  /** What the group that reads has in its state. */
  barrier: BarrierAt | undefined
  proposed: BarrierAt | undefined
  /** Ever committed, by epoch. */
  readonly places: Map<number, number>
}

export class World {
  readonly groups: readonly Group[]
  readonly partitions: readonly Partition[]
  readonly #links = new Map<string, Link>()
  /** How far frames went, of each reader. */
  readonly #sentTo = new Map<PartitionReader, number>()
  readonly #checked = new Map<Group, number>()
  atMs = 1000
  /** The open one; 0: none. */
  epoch = 0
  #epochs = 0
  /** The last that was opened before it was calm. */
  #lastDisturbed = Infinity

  constructor(partitions: number, groups: number) {
    const channels = Array.from({ length: partitions }, (_, at) => at + 1)
    this.groups = Array.from({ length: groups }, () => new Group(channels))
    this.partitions = channels.map(channel => {
      const source = new Source(channel)
      const plan = { groups, term: 1, barrier: undefined }
      const reader = new PartitionReader(source, plan)
      const stray = new PartitionReader(source, { ...plan, term: 9, generation: 0 })
      const none = { former: undefined, barrier: undefined, proposed: undefined }
      return { source, reader, stray, term: 1, places: new Map(), ...none }
    })
  }

  /** Nothing is lost from now on. */
  calm(): void {
    this.#lastDisturbed = this.#epochs
  }

  get isCalm(): boolean {
    return this.#lastDisturbed < Infinity
  }

  pass(ms: number): void {
    this.atMs += ms
    for (const { source } of this.partitions) source.onTime(this.atMs)
  }

  link(partition: number, group: number): Link | undefined {
    return this.#links.get(`${partition}/${group}`)
  }

  cut(partition: number, group: number): void {
    this.link(partition, group)?.close()
    this.#links.delete(`${partition}/${group}`)
  }

  hello(partition: number, group: number, to: 'reader' | 'former' | 'stray' = 'reader'): void {
    const { source, reader, former, stray } = this.#partition(partition)
    this.cut(partition, group)
    const [hello] = this.#group(group).channels.hello([source.channel])
    invariant(hello !== undefined, 'EXCHANGE a hello is said')
    const whom = { reader, former: former ?? reader, stray }[to]
    this.#links.set(`${partition}/${group}`, new Link(whom, group, hello, this.atMs))
  }

  /** Another leader of the group that reads; the one before goes on until nobody listens. */
  depose(partition: number): void {
    const one = this.#partition(partition)
    const { source, barrier } = one
    one.former = one.reader
    one.term++
    one.proposed = undefined
    one.reader = new PartitionReader(source, {
      groups: this.groups.length,
      term: one.term,
      barrier,
    })
    if (this.epoch > 0 && barrier === undefined) one.reader.sender.onEpochOpened(this.epoch)
  }

  /** Undefined: nothing is wrong. */
  send(partition: number, reader = this.#partition(partition).reader): string | undefined {
    const one = this.#partition(partition)
    const { barrierAt, frames } = reader.duties(this.atMs)
    let wrong = overweight(reader, this.groups.length)
    const committed = this.groups.map(group => group.cursor(one.source.channel))
    if (reader.sender.floor > Math.min(...committed)) {
      wrong ??= 'EXCHANGE-10 nothing is cut that a group may ask for'
    }
    for (const { branch, bytes } of frames) {
      const link = this.link(partition, branch)
      if (link?.reader !== reader) continue
      if (!link.onSent(bytes)) wrong ??= 'EXCHANGE-1 frames are sent on credit'
    }
    if (barrierAt !== undefined && barrierAt.offset < (this.#sentTo.get(reader) ?? 0)) {
      wrong ??= 'EXCHANGE-2 a barrier is placed where nothing was sent'
    }
    if (barrierAt !== undefined && reader === one.reader) one.proposed = barrierAt
    return wrong
  }

  commit(partition: number): void {
    const one = this.#partition(partition)
    const { proposed } = one
    one.proposed = undefined
    if (proposed === undefined || proposed.epoch !== this.epoch) return
    // The first that is committed counts.
    one.barrier ??= proposed
    one.places.set(one.barrier.epoch, one.barrier.offset)
    one.reader.sender.onBarrierCommitted(one.barrier)
  }

  refuse(partition: number): void {
    const one = this.#partition(partition)
    const { proposed } = one
    one.proposed = undefined
    if (proposed !== undefined) one.reader.sender.onBarrierRefused(proposed.epoch)
  }

  deliver(partition: number, group: number): string | undefined {
    const link = this.link(partition, group)
    const next = link?.next()
    if (link === undefined || next === undefined) return undefined
    const { frame, size } = next
    const { source, barrier } = this.#partition(partition)
    this.#sentTo.set(link.reader, Math.max(this.#sentTo.get(link.reader) ?? 0, frame.to))
    this.#group(group).channels.onFrame(frame, size, this.atMs)
    if (isHeavy(frame)) return 'EXCHANGE-14 a frame ends before it is heavy, if not of one offset'
    if (frame.idle === true && !source.wasQuietAt(frame.to)) {
      return `EXCHANGE-3 who is idle has nothing: said at ${frame.to} of ${source.end}`
    }
    if (frame.barrier === undefined || frame.barrier !== barrier?.epoch) return undefined
    return frame.to === barrier.offset ? undefined : 'EXCHANGE-4 a barrier stands where it stands'
  }

  /** What the group has committed is the input, and what it knows of time is so. */
  apply(group: number): string | undefined {
    const one = this.#group(group)
    let wrong: string | undefined
    one.apply((channel, from, to, rows) => {
      const wanted = this.#partition(channel - 1).source.wanted(group, from, to)
      if (wanted.join() === rows.join()) return
      wrong ??= `EXCHANGE-5 each record once and in order: ${rows}, not ${wanted}`
    })
    for (const { source } of this.partitions) {
      const watermark = one.watermark(source.channel)
      if (watermark <= source.watermarkAt(one.cursor(source.channel))) continue
      wrong ??= `EXCHANGE-6 no record is late that was not: ${watermark} in ${source.channel}`
    }
    return wrong
  }

  /** What the group has to say; undefined: nothing is wrong. */
  answer(group: number): string | undefined {
    const one = this.#group(group)
    const { rewinds, credits, wanted, failures } = one.duties(this.atMs)
    for (const rewind of rewinds) {
      const isOnly = this.link(rewind.channel - 1, group)?.onRewind(rewind) ?? true
      if (!isOnly) return 'EXCHANGE-9 one request to rewind is open'
    }
    for (const [at, { source }] of this.partitions.entries()) {
      this.link(at, group)?.onTaken(one.cursor(source.channel))
    }
    for (const { channel, bytes } of credits) this.link(channel - 1, group)?.onGranted(bytes)
    for (const channel of wanted?.channels ?? []) {
      this.link(channel - 1, group)?.onWanted(wanted?.epoch ?? 0)
    }
    if (failures.some(({ epoch }) => epoch === this.epoch)) this.closeEpoch()
    if (this.isCalm && failures.some(({ why }) => why === 'silence')) {
      return 'EXCHANGE-11 whoever wants a barrier gets it'
    }
    if (failures.some(({ epoch, why }) => why === 'past' && epoch > this.#lastDisturbed)) {
      return 'EXCHANGE-13 in calm nobody is sent past a barrier'
    }
    const from = this.#checked.get(one) ?? 0
    this.#checked.set(one, one.cuts.length)
    for (const { epoch, offsets } of one.cuts.slice(from)) {
      for (const { channel, offset } of offsets) {
        const place = this.#partition(channel - 1).places.get(epoch)
        if (place !== offset) return `EXCHANGE-7 all cut an epoch at one place: ${offset}, ${place}`
      }
    }
    return undefined
  }

  /** A group's new leader knows from elsewhere which epochs are over. */
  discard(group: number): void {
    const one = this.#group(group)
    one.discard()
    one.channels.onEpochClosed(this.epoch > 0 ? this.epoch - 1 : this.#epochs)
    for (const partition of this.partitions.keys()) this.cut(partition, group)
  }

  /** Some readers hear of it at once; the others are asked by the groups. */
  openEpoch(told: (partition: number) => boolean): void {
    if (this.epoch > 0) return
    this.epoch = ++this.#epochs
    this.tellEpoch(told)
  }

  tellEpoch(told: (partition: number) => boolean): void {
    for (const [at, { reader }] of this.partitions.entries()) {
      if (told(at)) reader.sender.onEpochOpened(this.epoch)
    }
  }

  closeEpoch(): void {
    for (const one of this.partitions) {
      one.barrier = undefined
      one.proposed = undefined
      one.reader.sender.onEpochClosed(this.epoch)
    }
    for (const { channels } of this.groups) channels.onEpochClosed(this.epoch)
    this.epoch = 0
  }

  /** All that there is was taken, and the groups know that nothing follows. */
  isDone(group: number): boolean {
    const one = this.#group(group)
    return this.partitions.every(({ source }) => {
      const { channel, end } = source
      const isTold = one.watermark(channel) === source.watermarkAt(end) && one.isIdle(channel)
      return one.cursor(channel) === end && isTold
    })
  }

  /** Behind it nothing that a reader does not know by itself: the latest time of all. */
  close(): void {
    for (const { source } of this.partitions) {
      const latest = source.watermarkAt(source.end) + TIME.lagMs
      const time = Math.max(latest, this.atMs) + 1
      source.append([{ time, groups: [] }], this.atMs)
    }
  }

  former(partition: number): PartitionReader | undefined {
    return this.#partition(partition).former
  }

  stray(partition: number): PartitionReader {
    return this.#partition(partition).stray
  }

  #partition(at: number): Partition {
    const one = this.partitions[at]
    invariant(one !== undefined, 'EXCHANGE there is such a partition', at)
    return one
  }

  #group(at: number): Group {
    const one = this.groups[at]
    invariant(one !== undefined, 'EXCHANGE there is such a group', at)
    return one
  }
}

function isHeavy({ records }: Frame): boolean {
  const offsets = new Set(offsetsOf(records))
  return offsets.size > 1 && weightOf(records) > BOUNDS.frameBytes
}

/** Of one stretch of the play, with all that it may hold for one group. */
const STRETCH_BYTES_MAX = 600

function overweight({ sender }: PartitionReader, groups: number): string | undefined {
  const { bytes, stretches } = sender.kept
  const isBounded = bytes <= groups * (BOUNDS.branchBytes + STRETCH_BYTES_MAX)
  if (isBounded && stretches <= BOUNDS.stretchesMax) return undefined
  return `EXCHANGE-12 what is kept is bounded: ${bytes} bytes, ${stretches} stretches`
}
