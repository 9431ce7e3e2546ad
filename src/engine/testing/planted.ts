/**
 * Test support: operators with one mistake each, for the harness to find. All are one small
 * counter: per key it counts records, reminds itself to say the count at the end of a span of
 * event time, and gives the row back then.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { type Records, recordsOf } from '../columns/records.ts'
import { type Scalar, scalarAt, type Vector } from '../columns/vector.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Moment, Operator, Output } from '../operators/operator.ts'
import { Schema } from '../schema/schema.ts'
import { BIGINT, TEXT } from '../schema/type.ts'
import { keyOf, keyParts } from '../state/group-key.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import { type Timer, Timers } from '../state/timers.ts'

export const COUNTED = new Schema([{ name: 'user', type: TEXT }])
export const COUNTS = new Schema([
  { name: 'user', type: TEXT },
  { name: 'total', type: BIGINT },
])
const SPAN_MS = 10

/** Keys stand in slots by their first letter, so that tests can see them. */
function slotOfUser(user: Scalar): number {
  return typeof user === 'string' ? user.charCodeAt(0) : 0
}

export interface Count {
  readonly slot: number
  readonly key: Uint8Array
  total: number
}

/** Without a mistake. What a mistake is made in is protected. */
export class Counter implements Operator {
  readonly schema: Schema = COUNTS
  readonly sides: ReadonlyMap<string, Schema> = new Map()
  protected readonly state: State
  protected readonly timers: Timers
  protected readonly table: number
  protected readonly changed = new Set<string>()
  protected counts = new Map<string, Count>()
  readonly #keysMax: number
  readonly #writer = new RowKeyWriter()

  constructor({ state, table, bounds }: OperatorContext) {
    this.state = state
    this.table = table('counts')
    this.timers = new Timers(state, table('timers'))
    this.#keysMax = bounds.keys
  }

  take(_input: number, records: Records, out: Output, moment: Moment): void {
    for (let row = 0; row < records.size; row++) {
      const end = this.endOf(records.times[row] as number)
      if (end <= moment.watermark) out.late(1)
      else this.onRecord(scalarAt(records.vectors[0] as Vector, row), end)
    }
  }

  advance(out: Output, { watermark, ended }: Moment): boolean {
    const bound = ended ? Number.POSITIVE_INFINITY : watermark
    for (;;) {
      const timer = this.timers.first(bound)
      if (timer === undefined) return true
      if (this.mustWait(out)) return false
      this.timers.take()
      this.onTimer(timer, out)
    }
  }

  save(): void {
    for (const name of this.changed) this.saveCount(this.counts.get(name) as Count)
    this.changed.clear()
    this.timers.save()
    if (this.counts.size > this.#keysMax) this.forget()
  }

  forget(): void {
    this.counts.clear()
    this.changed.clear()
    this.timers.forget()
  }

  protected onRecord(user: Scalar, end: number): void {
    const key = keyOf([TEXT], [user])
    const count = this.countOf(key, slotOfUser(user))
    count.total += this.weight()
    this.changed.add(key.join())
    this.timers.set({ time: end, slot: count.slot, key })
  }

  protected endOf(time: number): number {
    return (Math.floor(time / SPAN_MS) + 1) * SPAN_MS
  }

  protected weight(): number {
    return 1
  }

  protected mustWait({ room }: Output): boolean {
    return room <= 0
  }

  protected onTimer({ time, slot, key }: Timer, out: Output): void {
    const count = this.countOf(key, slot)
    if (count.total === 0) return
    this.say([...keyParts([TEXT], key), count.total], time - 1, out)
    count.total = 0
    this.changed.add(key.join())
  }

  protected say(values: readonly Scalar[], time: number, out: Output): void {
    out.emit(recordsOf(COUNTS, [{ time, values }]))
  }

  protected countOf(key: Uint8Array, slot: number): Count {
    const known = this.counts.get(key.join())
    if (known !== undefined) return known
    const value = this.state.get(this.rowKey(slot, key))
    const total = value === undefined ? 0 : new ByteReader(value).varint()
    const count = { slot, key, total }
    this.counts.set(key.join(), count)
    return count
  }

  protected saveCount({ slot, key, total }: Count): void {
    if (total === 0) this.state.remove(this.rowKey(slot, key))
    else this.state.put(this.rowKey(slot, key), new ByteWriter().varint(total).finish())
  }

  protected rowKey(slot: number, key: Uint8Array): Uint8Array {
    return this.#writer.begin(this.table, slot).raw(key).finish()
  }
}
