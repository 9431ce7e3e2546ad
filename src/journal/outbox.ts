/**
 * What a group has committed and, as far as it knows, not yet let out: outputs by sink and number,
 * schedules by seq. Part of the replicated state: every replica applies the same entries to its
 * own, and lets go only of what a Progress entry says is durable outside. A new leader publishes
 * from it; an image carries it.
 */

import { invariant } from '../base/errors.ts'
import { ENTRY_OVERHEAD_BYTES, SINKS_MAX } from './bounds.ts'
import { Line } from './line.ts'
import type { Difference, Recorded } from './replay.ts'
import type { OutEntry, Progress, Scheduled, SinkCursor, SinkRun } from './types.ts'

export interface HeldSchedule extends Scheduled {
  readonly seq: number
  readonly generation: number
}

export interface HeldRun extends SinkRun {
  readonly seq: number
  readonly generation: number
}

const NO_RUNS: readonly HeldRun[] = []
const NO_PROGRESS: Progress = { journaled: 0, offset: 0, published: [] }

/** Where a sink of the group stands. */
interface SinkState {
  readonly runs: Line<HeldRun>
  /** The last output that was ever committed for it, and the entry that made it. */
  last: number
  lastSeq: number
}

export class Outbox {
  readonly schedules = new Line<HeldSchedule>()
  readonly #sinks = new Map<string, SinkState>()
  #progress = NO_PROGRESS
  #lastSeq = 0
  #generation = 0
  #ended = 0
  #difference: Difference | undefined

  /** What the last Progress entry said. */
  get progress(): Progress {
    return this.#progress
  }

  /** Of the newest entry that was applied. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** The newest that was told of here: that it goes on with this log, or has ended it. */
  get generation(): number {
    return this.#generation
  }

  /** The generation whose log has ended, while no other has begun; else 0. */
  get ended(): number {
    return this.#ended
  }

  /** The first entry that was taken again and did something else: nothing leaves any more. */
  get difference(): Difference | undefined {
    return this.#difference
  }

  get bytes(): number {
    let sum = this.schedules.bytes
    for (const { runs } of this.#sinks.values()) sum += runs.bytes
    return sum
  }

  /** Every sink that ever had an output, by name. */
  get sinks(): readonly string[] {
    return [...this.#sinks.keys()].sort(byName)
  }

  runs(sink: string): Line<HeldRun> | undefined {
    return this.#sinks.get(sink)?.runs
  }

  /** The last output of a sink that was committed; 0: there was none. */
  lastOf(sink: string): number {
    return this.#sinks.get(sink)?.last ?? 0
  }

  /** The newest entry that has something for any sink but these. */
  lastSeqBeside(sinks: readonly string[]): number {
    let last = 0
    for (const [name, { lastSeq }] of this.#sinks) {
      if (!sinks.includes(name)) last = Math.max(last, lastSeq)
    }
    return last
  }

  schedule(seq: number): HeldSchedule | undefined {
    const found = this.schedules.at(this.schedules.firstBehind(seq - 1))
    return found?.seq === seq ? found : undefined
  }

  /**
   * Where a group begins whose numbers go on from others (a rescale, a restore): before the first
   * entry, as if what came before had been let out.
   */
  begin(progress: Progress): void {
    invariant(this.#lastSeq === 0, 'JOURNAL a beginning comes first')
    this.#lastSeq = progress.journaled
    this.#progress = progress
    for (const { sink, upTo } of progress.published) this.#sinkOf(sink).last = upTo
  }

  /**
   * An entry that has a seq; false: it is behind the end of its log and must be ignored.
   * `recorded`: it is taken again, after a restore.
   */
  apply({ seq, generation, schedule, digest, runs }: OutEntry, recorded?: Recorded): boolean {
    if (this.#ended > 0) return false
    invariant(seq === this.#lastSeq + 1, 'JOURNAL seqs have no gap', seq)
    this.#lastSeq = seq
    const size = schedule.length + ENTRY_OVERHEAD_BYTES
    this.schedules.push({ seq, generation, schedule, digest }, seq, size)
    for (const run of runs) this.#applyRun(run, seq, generation)
    if (recorded !== undefined && recorded.digest !== digest) {
      this.#difference ??= { seq, place: recorded.place }
    }
    return true
  }

  #applyRun(run: SinkRun, seq: number, generation: number): void {
    const { sink, first, count, bytes } = run
    const state = this.#sinkOf(sink)
    invariant(first === state.last + 1 && count > 0, 'JOURNAL outputs have no gap', first)
    state.last = first + count - 1
    state.lastSeq = seq
    const held: HeldRun = { sink, first, count, bytes, seq, generation }
    state.runs.push(held, state.last, bytes.length + ENTRY_OVERHEAD_BYTES)
  }

  /** A Progress entry. An older one than was seen says nothing: two terms may both propose. */
  advance(progress: Progress): void {
    const before = this.#progress
    const { journaled, offset } = progress
    invariant(journaled <= this.#lastSeq, 'JOURNAL progress is of what was committed', journaled)
    this.#progress = {
      journaled: Math.max(journaled, before.journaled),
      offset: Math.max(offset, before.offset),
      published: mergedCursors(before.published, progress.published),
    }
    this.schedules.dropUpTo(this.#progress.journaled)
    for (const { sink, upTo } of this.#progress.published) {
      invariant(upTo <= this.lastOf(sink), 'JOURNAL progress is of what was committed', sink)
      this.#sinks.get(sink)?.runs.dropUpTo(upTo)
    }
  }

  /**
   * The entry that ends a generation's log: what has a seq behind it does not count. Whoever asked
   * for it may have asked twice: one that comes when another generation has begun says nothing.
   */
  end(generation: number): void {
    if (generation < this.#generation) return
    this.#generation = generation
    this.#ended = generation
  }

  /**
   * The first entry of a generation, which lifts the end of one before; never its own. Whatever the
   * journal did not hold by then this one journals first: Progress has said how far it goes.
   */
  resume(generation: number): void {
    if (generation <= this.#generation) return
    this.#generation = generation
    this.#ended = 0
    const { journaled } = this.#progress
    const stamped = <T extends { readonly seq: number }>(held: T) =>
      held.seq > journaled ? { ...held, generation } : held
    this.schedules.renew(stamped)
    for (const { runs } of this.#sinks.values()) runs.renew(stamped)
  }

  #sinkOf(sink: string): SinkState {
    const there = this.#sinks.get(sink)
    if (there !== undefined) return there
    invariant(this.#sinks.size < SINKS_MAX, 'JOURNAL sinks of a group are bounded')
    const made: SinkState = { runs: new Line(), last: 0, lastSeq: 0 }
    this.#sinks.set(sink, made)
    return made
  }

  get standing(): Standing {
    const sinks = this.sinks.map(sink => ({ sink, upTo: this.lastOf(sink) }))
    return { progress: this.#progress, lastSeq: this.#lastSeq, sinks }
  }

  /** For an image: what `restored` takes. */
  cut(): OutboxImage {
    // Within one turn whatever they are: as blocks, not one by one.
    const runs = NO_RUNS.concat(...this.sinks.map(sink => this.runs(sink)?.items ?? NO_RUNS))
    return {
      ...this.standing,
      generation: this.#generation,
      ended: this.#ended,
      difference: this.#difference,
      schedules: this.schedules.items,
      runs,
    }
  }

  static restored(image: OutboxImage): Outbox {
    const outbox = new Outbox()
    outbox.#progress = image.progress
    outbox.#lastSeq = image.lastSeq
    outbox.#generation = image.generation
    outbox.#ended = image.ended
    outbox.#difference = image.difference
    for (const held of image.schedules) {
      const size = held.schedule.length + ENTRY_OVERHEAD_BYTES
      outbox.schedules.push(held, held.seq, size)
    }
    for (const run of image.runs) {
      const state = outbox.#sinkOf(run.sink)
      if (state.runs.size === 0) state.last = run.first - 1
      outbox.#applyRun(run, run.seq, run.generation)
    }
    for (const { sink, upTo } of image.sinks) outbox.#sinkOf(sink).last = upTo
    return outbox
  }
}

/** How far a group has come: what stays, when more is committed. */
export interface Standing {
  readonly progress: Progress
  readonly lastSeq: number
  /** The last output of each sink that was committed, by name. */
  readonly sinks: readonly SinkCursor[]
}

/** An outbox as plain data. */
export interface OutboxImage extends Standing {
  readonly generation: number
  readonly ended: number
  readonly difference: Difference | undefined
  readonly schedules: readonly HeldSchedule[]
  /** By sink, and in each by number. */
  readonly runs: readonly HeldRun[]
}

export function byName(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** Of each sink the further of both. */
function mergedCursors(
  one: Progress['published'],
  other: Progress['published'],
): Progress['published'] {
  const merged = new Map(one.map(cursor => [cursor.sink, cursor]))
  for (const cursor of other) {
    const { sink, upTo, offset } = merged.get(cursor.sink) ?? cursor
    const further = { upTo: Math.max(upTo, cursor.upTo), offset: Math.max(offset, cursor.offset) }
    merged.set(sink, { sink, ...further })
  }
  return [...merged.values()].sort((a, b) => byName(a.sink, b.sink))
}
