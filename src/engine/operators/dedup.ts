/**
 * Of records with equal keys, the first to arrive goes on. With `withinMs`, by event time: another
 * one goes on once it is that much later than the one that did, and records earlier than the one
 * that did are repeats too. What is kept of a key, the time, goes when the watermark has passed it
 * by `withinMs`; a record so late that it would go at once goes on, and is not kept.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, type Records } from '../columns/records.ts'
import { unzigzag, zigzag } from '../columns/scalar-codec.ts'
import type { DedupSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import { Timers } from '../state/timers.ts'
import type { OperatorContext } from './context.ts'
import { Keying } from './keying.ts'
import type { Moment, Operator, Output } from './operator.ts'
import { sound } from './sound.ts'

/** Times of keys, in memory: not yet asked for; known to be none. */
const UNKNOWN = Number.NaN
const NONE = Number.NEGATIVE_INFINITY

export class Dedup implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema> = new Map()
  readonly #keying: Keying
  readonly #withinMs: number | undefined
  readonly #state: State
  readonly #table: number
  readonly #timers: Timers
  readonly #keys: KeyTable
  readonly #keysMax: number
  readonly #writer = new RowKeyWriter()
  readonly #out = new ByteWriter()
  readonly #changed = new Set<number>()
  #times = new Float64Array(0)

  constructor({ key, withinMs }: DedupSpec, context: OperatorContext) {
    this.schema = context.inputs[0] as Schema
    this.#keying = new Keying(key, this.schema, context.compiler)
    this.#keys = this.#keying.table
    this.#withinMs = withinMs
    this.#state = context.state
    this.#table = context.table('seen')
    this.#timers = new Timers(context.state, context.table('timers'))
    this.#keysMax = context.bounds.keys
  }

  take(_input: number, records: Records, out: Output, { watermark }: Moment): void {
    const failures = out.failures(records)
    const ids = this.#keying.idsOf(records, failures)
    const rows = sound(allRows(records.size), failures).filter(row =>
      this.#isFirst(ids[row] as number, records.times[row] as number, watermark),
    )
    out.emit(gatherRecords(records, rows))
  }

  advance(out: Output, { watermark, ended }: Moment): boolean {
    if (this.#withinMs === undefined) return true
    const bound = ended ? Number.POSITIVE_INFINITY : watermark
    for (let timer = this.#timers.first(bound); timer; timer = this.#timers.first(bound)) {
      if (out.room <= 0) return false
      this.#timers.take()
      out.spend(1)
      const id = this.#keys.idOf(timer.key)
      // A later record of the key may have gone on since: it has a timer of its own.
      if (this.#timeOf(id) + this.#withinMs <= timer.time) this.#put(id, NONE)
    }
    return true
  }

  save(): void {
    for (const id of this.#changed) {
      const time = this.#times[id] as number
      if (time === NONE) this.#state.remove(this.#rowKey(id))
      else this.#state.put(this.#rowKey(id), this.#out.varint(zigzag(time)).finish())
    }
    this.#changed.clear()
    this.#timers.save()
    if (this.#keys.size > this.#keysMax) this.forget()
  }

  forget(): void {
    this.#keys.clear()
    this.#times = new Float64Array(0)
    this.#changed.clear()
    this.#timers.forget()
  }

  /** What the watermark has passed is forgotten, even while its timer waits for room. */
  #isFirst(id: number, time: number, watermark: number): boolean {
    const before = this.#timeOf(id)
    const within = this.#withinMs ?? Number.POSITIVE_INFINITY
    if (before !== NONE && time < before + within && watermark < before + within) return false
    if (time + within <= watermark) return true
    this.#put(id, time)
    if (this.#withinMs !== undefined) {
      const timer = { time: time + within, slot: this.#keys.slotOf(id), key: this.#keyOf(id) }
      this.#timers.set(timer)
    }
    return true
  }

  #timeOf(id: number): number {
    if (id >= this.#times.length) {
      const times = new Float64Array(Math.max(1024, 2 * id)).fill(UNKNOWN)
      times.set(this.#times)
      this.#times = times
    }
    const known = this.#times[id] as number
    if (!Number.isNaN(known)) return known
    const value = this.#state.get(this.#rowKey(id))
    const time = value === undefined ? NONE : unzigzag(new ByteReader(value).varint())
    this.#times[id] = time
    return time
  }

  #put(id: number, time: number): void {
    this.#times[id] = time
    this.#changed.add(id)
  }

  #keyOf(id: number): Uint8Array {
    return this.#keys.keyOf(id).slice()
  }

  #rowKey(id: number): Uint8Array {
    const writer = this.#writer.begin(this.#table, this.#keys.slotOf(id))
    return writer.raw(this.#keys.keyOf(id)).finish()
  }
}
