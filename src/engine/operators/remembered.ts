/**
 * An aggregate whose results are said again, and that remembers what it said last of each key and
 * window, for as long as it may say it again: for operators behind it that let some results pass
 * and others not. What it replaces, or takes back, goes along (replaced.ts).
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { slotOf } from '../../base/hash.ts'
import type { Failures } from '../columns/expression.ts'
import {
  BEFORE,
  DELETE,
  INSERT,
  type Records,
  type Row,
  recordsOf,
  rowsOf,
  UPDATE,
} from '../columns/records.ts'
import { readScalar, writeScalar } from '../columns/scalar-codec.ts'
import type { AggregateSpec, OperatorPlan, WindowTime } from '../plan/plan.ts'
import { isSaidAgain } from '../plan/soundness.ts'
import type { Schema } from '../schema/schema.ts'
import type { Type } from '../schema/type.ts'
import { keyOf } from '../state/group-key.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import { type Timer, Timers } from '../state/timers.ts'
import { END_OF_TIME } from '../windows/slices.ts'
import type { OperatorContext } from './context.ts'
import type { Moment, Operator, Output } from './operator.ts'

/** Whether somebody behind the operator lets some of its results pass and others not. */
export function isSifted(id: string, operators: readonly OperatorPlan[]): boolean {
  return operators.some(({ id: reader, inputs, spec: { kind } }) => {
    const reads = inputs.some(({ from, side }) => from === id && side === undefined)
    return reads && (kind === 'filter' || kind === 'project' || isSifted(reader, operators))
  })
}

/** The operator itself, unless it is one that has to remember. */
export function maybeRemembered(
  operator: Operator,
  { id, spec }: OperatorPlan,
  operators: readonly OperatorPlan[],
  context: OperatorContext,
): Operator {
  const remembers = spec.kind === 'aggregate' && isSaidAgain(spec) && isSifted(id, operators)
  return remembers ? new Remembered(operator, spec, context) : operator
}

type Values = Row['values']

/** Where something is kept: until when, and its key behind that. */
type Place = Timer

class Remembered implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema>
  readonly #inner: Operator
  readonly #types: readonly Type[]
  readonly #keyTypes: readonly Type[]
  readonly #hasBounds: boolean
  readonly #latenessMs: number
  readonly #time: WindowTime
  readonly #state: State
  readonly #table: number
  readonly #timers: Timers
  readonly #writer = new RowKeyWriter()
  readonly #out = new ByteWriter()
  /** Of this batch, by row key, one character a byte. Missing values: the row goes. */
  readonly #changed = new Map<
    string,
    { readonly key: Uint8Array; readonly values: Values | undefined }
  >()

  constructor(
    inner: Operator,
    { key, window, latenessMs }: AggregateSpec,
    context: OperatorContext,
  ) {
    this.schema = inner.schema
    this.sides = inner.sides
    this.#inner = inner
    this.#types = inner.schema.columns.map(({ type }) => type)
    this.#keyTypes = this.#types.slice(0, key.length)
    this.#hasBounds = window.kind !== 'global'
    this.#latenessMs = latenessMs
    this.#time = 'time' in window ? window.time : 'event'
    this.#state = context.state
    this.#table = context.table('said')
    this.#timers = new Timers(context.state, context.table('said until'))
  }

  get wakeAt(): number {
    const own = this.#time === 'event' ? Number.POSITIVE_INFINITY : this.#timers.firstTime()
    return Math.min(own, this.#inner.wakeAt ?? Number.POSITIVE_INFINITY)
  }

  take(input: number, records: Records, out: Output, moment: Moment): void {
    this.#inner.take(input, records, this.#over(out), moment)
  }

  settle(out: Output, moment: Moment): void {
    this.#inner.settle?.(this.#over(out), moment)
  }

  advance(out: Output, moment: Moment): boolean {
    if (this.#inner.advance?.(this.#over(out), moment) === false) return false
    const passed = this.#time === 'event' ? moment.watermark : moment.now
    const bound = moment.ended ? Number.POSITIVE_INFINITY : passed
    for (let due = this.#timers.first(bound); due; due = this.#timers.first(bound)) {
      if (out.room <= 0) return false
      this.#timers.take()
      out.spend(1)
      this.#put(due, undefined)
    }
    return true
  }

  save(): void {
    this.#inner.save?.()
    for (const { key, values } of this.#changed.values()) {
      if (values === undefined) this.#state.remove(key)
      else this.#state.put(key, this.#written(values))
    }
    this.#changed.clear()
    this.#timers.save()
  }

  forget(): void {
    this.#inner.forget?.()
    this.#changed.clear()
    this.#timers.forget()
  }

  #over(out: Output): Output {
    return new Rewritten(out, records => this.#withReplaced(records))
  }

  #withReplaced(records: Records): Records {
    const rows = rowsOf(records).flatMap((row): Row[] => {
      const place = this.#placeOf(row)
      const old = this.#find(place)
      const { time } = row
      const before = old === undefined ? [] : [{ time, values: old, kind: BEFORE }]
      const isGone = row.kind === DELETE
      if (!isGone || old !== undefined) this.#put(place, isGone ? undefined : row.values)
      if (isGone) return before
      this.#timers.set(place)
      return [...before, { ...row, kind: old === undefined ? INSERT : UPDATE }]
    })
    return recordsOf(this.schema, rows)
  }

  #placeOf({ values }: Row): Place {
    const own = keyOf(this.#keyTypes, values.slice(0, this.#keyTypes.length))
    const [start, end] = this.#hasBounds
      ? (values.slice(this.#keyTypes.length) as [number, number])
      : [0, END_OF_TIME]
    const key = new RowKeyWriter(this.#out).whole(start).raw(own).finish()
    return { time: end + this.#latenessMs, slot: slotOf(own), key }
  }

  #keyOf({ time, slot, key }: Place): Uint8Array {
    return this.#writer.begin(this.#table, slot).whole(time).raw(key).finish()
  }

  #find(place: Place): Values | undefined {
    const key = this.#keyOf(place)
    const changed = this.#changed.get(nameOf(key))
    if (changed !== undefined) return changed.values
    const value = this.#state.get(key)
    return value === undefined ? undefined : this.#read(value)
  }

  #put(place: Place, values: Values | undefined): void {
    const key = this.#keyOf(place)
    this.#changed.set(nameOf(key), { key, values })
  }

  #written(values: Values): Uint8Array {
    this.#types.forEach((type, at) => {
      writeScalar(this.#out, type, values[at] ?? null)
    })
    return this.#out.finish()
  }

  #read(value: Uint8Array): Values {
    const reader = new ByteReader(value)
    return this.#types.map(type => readScalar(reader, type))
  }
}

const nameOf = (key: Uint8Array): string => String.fromCharCode(...key)

/** An output to which something else is said than was meant for it. */
class Rewritten implements Output {
  readonly #out: Output
  readonly #rewrite: (records: Records) => Records

  constructor(out: Output, rewrite: (records: Records) => Records) {
    this.#out = out
    this.#rewrite = rewrite
  }

  get room(): number {
    return this.#out.room
  }

  emit(records: Records): void {
    if (records.size > 0) this.#out.emit(this.#rewrite(records))
  }

  side(name: string, records: Records): void {
    this.#out.side(name, records)
  }

  spend(rows: number): void {
    this.#out.spend(rows)
  }

  holds(rows: number, bytes: number): boolean {
    return this.#out.holds(rows, bytes)
  }

  failures(records: Records): Failures {
    return this.#out.failures(records)
  }

  late(count: number): void {
    this.#out.late(count)
  }
}
