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
import { MemoryStore } from '../../../src/engine/store/store.ts'
import type { Failure } from '../check.ts'
import { bookOf, type LoggedGroup, madeOf } from './group.ts'
import { NO_TROUBLE, type Wire } from './wire.ts'

const SLICE_BYTES = 512

/** Undefined: all of them agree with the leader. */
export function disagreement(group: LoggedGroup, prng: Prng): Failure | undefined {
  const batches = group.log.map(bytes => decodeEntry(bytes))
  return (
    misnumbered(batches) ??
    brokenOff(batches) ??
    otherRows(group, batches) ??
    replayedOtherwise(group, batches, { prng, from: 0 }) ??
    replayedOtherwise(group, batches, { prng, from: group.image?.seq ?? 0 })
  )
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

/** What the deltas come to, by a map that knows nothing of trees. */
function follow(rows: Map<string, string>, batches: readonly Batch[]): Map<string, string> {
  const reader = new DeltaReader()
  for (const { delta } of batches) {
    for (reader.open(delta); reader.next(); ) {
      const { key, value } = reader
      if (value === undefined) rows.delete(text(key))
      else rows.set(text(key), text(value))
    }
  }
  return rows
}

function otherRows({ image, store }: LoggedGroup, batches: readonly Batch[]): Failure | undefined {
  const checker = 'REPLAY-3 rows are what the deltas come to'
  if (image !== undefined) {
    const wanted = follow(new Map(), batches.slice(0, image.seq))
    const where = difference(wanted, rowsOf(image.image.scan()))
    if (where !== undefined) return { checker, detail: `image of ${image.seq}: ${where}` }
  }
  const where = difference(follow(new Map(), batches), rowsOf(store.scan()))
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
  /** Batches that the state has already. */
  readonly from: number
}

function replayedOtherwise(
  group: LoggedGroup,
  batches: readonly Batch[],
  { prng, from }: Start,
): Failure | undefined {
  const member = new Member(group, from === 0 ? new MemoryStore() : loaded(group), prng)
  for (const batch of batches.slice(from)) {
    const again = member.replay(scheduleOf(batch))
    const what = otherThan(batch, again)
    if (what === undefined) continue
    const detail = `${group.options.site.id}, batch ${batch.seq}, from ${from}: ${what}`
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

/** A store filled from the image, as it is sent: in slices that have the form of deltas. */
function loaded({ image }: LoggedGroup): MemoryStore {
  const store = new MemoryStore()
  const slices = image?.image.rows(SLICE_BYTES)
  for (let slice = slices?.next(); slice; slice = slices?.next()) store.apply(slice)
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
    const batch = madeOf(this.#stage, this.#group.options.site.entry ?? '', taken)
    this.#pending.push(batch)
    while (this.#intake.isFull || (this.#pending.length > 0 && this.#prng.chance(0.5))) {
      this.#apply()
    }
    return batch
  }

  applyAll(): void {
    while (this.#pending.length > 0) this.#apply()
  }

  #take(schedule: Schedule): Taken {
    if (this.#hears && this.#channels.ahead.channels.size > 0) {
      for (const wire of this.#group.wires) wire.tell(this.#channels, this.#prng, NO_TROUBLE)
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
