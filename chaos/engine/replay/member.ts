/**
 * What others than the leader make of a group's log: who replays its schedules gets the same
 * batches byte for byte, from the start or from an image; who applies its deltas alone, the same
 * rows.
 */

import { ByteWriter } from '../../../src/base/bytes.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { type Batch, decodeEntry } from '../../../src/engine/batch/entry.ts'
import {
  breakIn,
  decodeSchedule,
  type Schedule,
  scheduleOf,
  writeSchedule,
} from '../../../src/engine/batch/schedule.ts'
import { Intake, type Source, type Taken } from '../../../src/engine/batch/taking.ts'
import { Channels } from '../../../src/engine/channels/channels.ts'
import { StageGroup } from '../../../src/engine/stage/group.ts'
import { DeltaReader } from '../../../src/engine/store/delta.ts'
import type { Rows } from '../../../src/engine/store/entry.ts'
import type { MemoryStore } from '../../../src/engine/store/store.ts'
import { madeOf } from '../../../src/group/leader.ts'
import { bookOf, deltaOf } from '../../../src/group/state.ts'
import type { Failure } from '../check.ts'
import { smallStore } from '../run/small-store.ts'
import { type Cut, type LoggedGroup, slicesOf } from './group.ts'
import { NO_TROUBLE, type Wire } from './wire.ts'

/** Undefined: all of them agree with the leader. */
export function disagreement(group: LoggedGroup, prng: Prng): Failure | undefined {
  const batches = group.log.map(bytes => decodeEntry(bytes))
  return (
    misnumbered(batches) ??
    brokenOff(batches) ??
    otherRows(group, batches) ??
    replayedOtherwise(group, batches, { prng, from: FROM_NOTHING }) ??
    replayedOtherwise(group, batches, { prng, from: pointOf(group) }) ??
    replayedOtherwise(group, batches, { prng, from: epochOf(group, prng) })
  )
}

/** Where a replay begins: what it has then of batches, epochs and rows. */
interface Point {
  readonly seq: number
  readonly epochs: number
  readonly slices: readonly Uint8Array[]
}

const FROM_NOTHING: Point = { seq: 0, epochs: 0, slices: [] }

function pointOf({ image }: LoggedGroup): Point {
  if (image === undefined) return FROM_NOTHING
  const { seq, epochs } = image
  return { seq, epochs, slices: slicesOf(image.image) }
}

/** One of those that were cut. */
function epochOf({ cuts }: LoggedGroup, prng: Prng): Point {
  if (cuts.length === 0) return FROM_NOTHING
  const at = prng.below(cuts.length)
  const { seq, slices } = cuts[at] as Cut
  return { seq, epochs: at + 1, slices }
}

function misnumbered(batches: readonly Batch[]): Failure | undefined {
  const counts = new Map<string, number>()
  for (const { seq, outputs } of batches) {
    for (const { sink, first, count } of outputs) {
      const before = counts.get(sink) ?? 0
      if (first !== before + 1) {
        const detail = `batch ${seq}, ${sink}: from ${first}, and ${before} were before`
        return { checker: 'REPLAY-1 outputs are numbered one by one', detail }
      }
      counts.set(sink, before + count)
    }
  }
  return undefined
}

function brokenOff(batches: readonly Batch[]): Failure | undefined {
  const found = breakIn(batches.map(scheduleOf), { seq: 0, now: 0 })
  if (found === undefined) return undefined
  return { checker: 'REPLAY-2 schedules follow each other', detail: JSON.stringify(found) }
}

/** One character a byte. */
const decoder = new TextDecoder('latin1')
const text = (bytes: Uint8Array): string => decoder.decode(bytes)
const shown = (key: string): string => JSON.stringify(key)

function rowsOf(rows: Rows & { readonly key: Uint8Array; readonly value: unknown }) {
  const all = new Map<string, string>()
  while (rows.next()) all.set(text(rows.key), text(rows.value as Uint8Array))
  return all
}

/** What the deltas, and the cuts of epochs, come to, by a map that knows nothing of trees. */
function follow(batches: readonly Batch[], cuts: readonly Cut[]): Map<string, string> {
  const rows = new Map<string, string>()
  const deltas = [...batches.map(({ delta }) => delta), ...cuts.map(({ row }) => deltaOf(row))]
  const reader = new DeltaReader()
  for (const delta of deltas) {
    for (reader.open(delta); reader.next(); ) {
      const { key, value } = reader
      if (value === undefined) rows.delete(text(key))
      else rows.set(text(key), text(value))
    }
  }
  return rows
}

function otherRows(group: LoggedGroup, batches: readonly Batch[]): Failure | undefined {
  const checker = 'REPLAY-3 rows are what the deltas come to'
  const { cuts, image } = group
  const points = [
    ...(image === undefined ? [] : [pointOf(group)]),
    ...cuts.map(({ seq, slices }, at): Point => ({ seq, slices, epochs: at + 1 })),
  ]
  for (const { seq, epochs, slices } of points) {
    const wanted = follow(batches.slice(0, seq), cuts.slice(0, epochs))
    const where = difference(wanted, rowsOf(storeOf(slices).scan()))
    if (where !== undefined) return { checker, detail: `image of ${seq}: ${where}` }
  }
  const where = difference(follow(batches, cuts), rowsOf(group.store.scan()))
  return where === undefined ? undefined : { checker, detail: where }
}

function difference(
  wanted: ReadonlyMap<string, string>,
  seen: ReadonlyMap<string, string>,
): string | undefined {
  for (const [key, value] of wanted) {
    if (seen.get(key) !== value) {
      return `row ${shown(key)} is ${shown(seen.get(key) ?? 'gone')}, not ${shown(value)}`
    }
  }
  const extra = [...seen.keys()].find(key => !wanted.has(key))
  return extra === undefined ? undefined : `row ${shown(extra)} should be gone`
}

interface Start {
  readonly prng: Prng
  readonly from: Point
}

function replayedOtherwise(
  group: LoggedGroup,
  batches: readonly Batch[],
  { prng, from }: Start,
): Failure | undefined {
  const member = new Member(group, storeOf(from.slices), prng)
  const cuts = group.cuts.slice(from.epochs)
  member.cutUpTo(from.seq, cuts)
  for (const batch of batches.slice(from.seq)) {
    const again = member.replay(scheduleOf(batch))
    member.cutUpTo(batch.seq, cuts)
    const what = otherThan(batch, again)
    if (what === undefined) continue
    const detail = `${group.options.site.id}, batch ${batch.seq}, from ${from.seq}: ${what}`
    return { checker: 'REPLAY-4 a replay makes the same batches', detail }
  }
  member.applyAll()
  const where = difference(rowsOf(group.store.scan()), rowsOf(member.store.scan()))
  return where === undefined
    ? undefined
    : { checker: 'REPLAY-5 a replay ends with the same rows', detail: where }
}

function otherThan(batch: Batch, again: Batch): string | undefined {
  if (text(batch.delta) !== text(again.delta)) return 'another delta'
  const outputs = ({ outputs: all }: Batch) =>
    JSON.stringify(all.map(({ records, ...rest }) => [rest, text(records)]))
  if (outputs(batch) !== outputs(again)) return 'other outputs'
  return batch.digest === again.digest ? undefined : 'another digest'
}

/** A store filled from an image, as it is sent. */
export function storeOf(slices: readonly Uint8Array[]): MemoryStore {
  const store = smallStore()
  for (const slice of slices) store.apply(slice)
  return store
}

class Member {
  readonly store: MemoryStore
  readonly #group: LoggedGroup
  readonly #prng: Prng
  readonly #channels: Channels
  readonly #intake: Intake
  readonly #stage: StageGroup
  readonly #source: Source | undefined
  #hears: boolean
  #pending: Batch[] = []

  constructor(group: LoggedGroup, store: MemoryStore, prng: Prng) {
    this.store = store
    this.#group = group
    this.#prng = prng
    this.#channels = new Channels(bookOf(store, group.options.slots?.from ?? 0), 1)
    this.#intake = new Intake(this.#channels)
    this.#stage = new StageGroup({ ...group.options, store })
    this.#source = prng.chance(0.5) ? new Recorded(group.wires, prng) : undefined
    this.#hears = this.#source === undefined
  }

  /** As it comes from a journal. */
  replay(schedule: Schedule): Batch {
    const out = new ByteWriter()
    writeSchedule(out, schedule)
    const taken = this.#take(decodeSchedule(out.finish()))
    const batch = madeOf(this.#stage, this.#group.routing, taken)
    this.#pending.push(batch)
    while (this.#intake.isFull || (this.#pending.length > 0 && this.#prng.chance(0.5))) {
      this.#apply()
    }
    return batch
  }

  applyAll(): void {
    while (this.#pending.length > 0) this.#apply()
  }

  /** The epochs that stand behind this batch, in the log. */
  cutUpTo(seq: number, cuts: readonly Cut[]): void {
    for (const { barrier, row } of cuts.filter(cut => cut.seq === seq)) {
      this.applyAll()
      const { counting } = this.#channels.onBarrierApplied(barrier)
      if (counting !== 'counts') throw new Error(`epoch ${barrier.epoch} of a replay: ${counting}`)
      this.store.apply(deltaOf(row))
    }
  }

  #take(schedule: Schedule): Taken {
    if (this.#hears && this.#channels.ahead.channels.size > 0) {
      for (const wire of this.#group.wires)
        wire.tell(this.#channels, { prng: this.#prng, trouble: NO_TROUBLE })
      this.#hears = false
    }
    const answer = this.#intake.replay(schedule, this.#source)
    if (answer.verdict !== 'taken') throw new Error(`replay of ${schedule.seq}: ${answer.verdict}`)
    return answer.taken
  }

  #apply(): void {
    const batch = this.#pending.shift()
    if (batch === undefined) return
    this.store.apply(batch.delta)
    this.#stage.onApplied()
    this.#intake.onApplied(batch.seq)
  }
}

/** The source is read again, without channels. */
class Recorded implements Source {
  readonly #wires: ReadonlyMap<number, Wire>
  readonly #prng: Prng

  constructor(wires: readonly Wire[], prng: Prng) {
    this.#wires = new Map(wires.map(wire => [wire.channel, wire]))
    this.#prng = prng
  }

  has({ channel, to }: { channel: number; to: number }): boolean {
    return (this.#wires.get(channel)?.end ?? 0) >= to
  }

  read({ channel, from, to }: { channel: number; from: number; to: number }) {
    const records = this.#wires.get(channel)?.between(from, to, this.#prng) ?? []
    return { records, cost: 0 }
  }
}
