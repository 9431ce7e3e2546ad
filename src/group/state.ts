/**
 * The applied state of a group, equal on all replicas behind the same entry: rows, its place in the
 * input, and what it has committed and not yet let out. Only committed entries change it; what a
 * leader speculates is kept elsewhere (leader.ts) and reads this.
 */

import { ByteReader, ByteWriter, malformed } from '../base/bytes.ts'
import { invariant } from '../base/errors.ts'
import type { Batch } from '../engine/batch/entry.ts'
import { scheduleOf, writeSchedule } from '../engine/batch/schedule.ts'
import { type Barrier, type Counting, judgeBarrier } from '../engine/channels/barrier.ts'
import { Book, type StateRow } from '../engine/channels/book.ts'
import { isExchange } from '../engine/stage/group.ts'
import { CHANNEL_TABLE } from '../engine/stage/tables.ts'
import { RowKeyWriter } from '../engine/state/row-key.ts'
import { DeltaWriter } from '../engine/store/delta.ts'
import { MemoryStore } from '../engine/store/store.ts'
import { Outbox } from '../journal/outbox.ts'
import { decodeOutbox, outboxPieces } from '../journal/outbox-codec.ts'
import type { SinkRun } from '../journal/types.ts'
import type { Command } from './command.ts'
import { Places } from './places.ts'

/** What became of an entry. */
export type Outcome =
  | 'done'
  /** A batch behind the end of its log: it never was. */
  | 'ended'
  /** A generation that is not higher, or the end of another one. */
  | 'older'
  /** Of a barrier: why nothing was cut. */
  | Exclude<Counting, 'counts'>

const VERSION = 2

export class GroupState {
  readonly store: MemoryStore
  readonly book: Book
  readonly outbox: Outbox
  readonly places: Places

  private constructor(store: MemoryStore, slot: number, outbox: Outbox, places: Places) {
    this.store = store
    this.book = bookOf(store, slot)
    this.outbox = outbox
    this.places = places
  }

  /** Of a group that owns the slots from `slot` on. */
  static empty(slot: number, store = new MemoryStore()): GroupState {
    return new GroupState(store, slot, new Outbox(), new Places())
  }

  /** `head`: all but the rows, as `head` gave it, in one. */
  static of(head: Uint8Array, store: MemoryStore, slot: number): GroupState {
    const input = new ByteReader(head)
    if (input.uint8() !== VERSION) throw malformed('an image is of an unknown version')
    const places = Places.read(input)
    const state = new GroupState(store, slot, decodeOutbox(input.raw(input.left)), places)
    if (state.book.seq !== state.outbox.lastSeq) throw malformed('an image has two last batches')
    return state
  }

  /** The one whose batches are taken; 0: none was begun. */
  get generation(): number {
    return this.outbox.generation
  }

  /** Whether batches count: a generation has begun, and its log has not ended. */
  get isOpen(): boolean {
    return this.generation > 0 && this.outbox.ended === 0
  }

  apply(command: Command): Outcome {
    switch (command.kind) {
      case 'batch':
        return this.#take(command.batch)
      case 'progress':
        this.outbox.advance(command.progress)
        return 'done'
      case 'generation':
        return this.#begin(command.generation)
      case 'end':
        return this.#end(command.generation)
      case 'barrier':
        return this.#cut(command.barrier)
      case 'barrier-at':
        return this.places.mark(command.place)
    }
  }

  /** All but the rows, for an image: as it is now, made piece by piece when it is asked for. */
  head(): Iterable<Uint8Array> {
    const out = new ByteWriter()
    this.places.write(out.uint8(VERSION))
    return headed(out.finish(), outboxPieces(this.outbox))
  }

  #take(batch: Batch): Outcome {
    invariant(this.generation > 0, 'GROUP a generation begins before its batches')
    const { seq, delta, digest } = batch
    const schedule = scheduleBytes(batch)
    const runs = batch.outputs.map(runOf)
    const { generation } = this
    if (!this.outbox.apply({ seq, generation, schedule, digest, runs })) return 'ended'
    this.book.follow(batch)
    this.store.apply(delta)
    return 'done'
  }

  #begin(generation: number): Outcome {
    if (generation <= this.generation) return 'older'
    this.outbox.resume(generation)
    return 'done'
  }

  #end(generation: number): Outcome {
    if (generation !== this.generation) return 'older'
    this.outbox.end(generation)
    return 'done'
  }

  #cut(barrier: Barrier): Outcome {
    const counting = judgeBarrier(this.book, barrier)
    if (counting !== 'counts') return counting
    this.store.apply(deltaOf(this.book.cut(barrier.epoch)))
    const exchanges = this.outbox.sinks.filter(isExchange)
    const outputs = new Map(exchanges.map(name => [name, this.outbox.lastOf(name)]))
    this.places.cut(barrier.epoch, this.book.seq, outputs)
    return 'done'
  }
}

function* headed(head: Uint8Array, pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  yield head
  yield* pieces
}

function scheduleBytes(batch: Batch): Uint8Array {
  const out = new ByteWriter()
  writeSchedule(out, scheduleOf(batch))
  return out.finish()
}

/** A copy: what waits for its way out does not hold on to the whole entry. */
function runOf({ sink, first, count, records }: Batch['outputs'][number]): SinkRun {
  return { sink, first, count, bytes: records.slice() }
}

/** Of a row that no operator writes. */
export function deltaOf({ key, value }: StateRow): Uint8Array {
  const writer = new DeltaWriter()
  writer.put(key, value)
  return writer.finish()
}

/** The rows in which a group keeps its place in the input. */
export function bookOf(store: MemoryStore, slot: number): Book {
  const from = new RowKeyWriter().begin(CHANNEL_TABLE, slot).finish()
  const to = new RowKeyWriter().begin(CHANNEL_TABLE, slot + 1).finish()
  const rows: StateRow[] = []
  for (const cursor = store.scan({ from, to }); cursor.next(); ) {
    rows.push({ key: cursor.key.slice(), value: cursor.value.slice() })
  }
  return Book.of(rows, slot)
}
