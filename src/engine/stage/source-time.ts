/**
 * Event time of a source's records, and how far it has come: the watermark of a partition is its
 * latest record's time less the lag, as far as records may come out of order.
 */

import { RECORD_MS } from '../../base/calendar.ts'
import { WeirError } from '../../base/errors.ts'
import type { Failures } from '../columns/expression.ts'
import type { Records } from '../columns/records.ts'
import type { NumberVector } from '../columns/vector.ts'
import type { SourceTime } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import { typeText } from '../schema/type.ts'

const TIME_KINDS: readonly string[] = ['timestamp', 'timestamptz']

export class TimeColumn {
  readonly #place: number | undefined

  constructor({ column }: SourceTime, schema: Schema) {
    this.#place = column === undefined ? undefined : placeOf(column, schema)
  }

  /**
   * The records with the times that their column says; one without, or with one that is out of
   * range, is told to fail.
   */
  timed(records: Records, failures: Failures): Records {
    const { nulls, numbers } = this.#timesOf(records)
    nulls?.forEach((flag, row) => {
      if (flag === 1) failures.add(row, 'no-event-time', 'the column of the event time is null')
    })
    const isNone = (row: number) => nulls?.[row] === 1
    let isWhole = nulls === undefined
    for (let row = 0; row < records.size; row++) {
      if (isNone(row) || isTime(numbers[row] as number)) continue
      failures.add(row, 'time-out-of-range', OUT_OF_RANGE)
      isWhole = false
    }
    if (isWhole) return numbers === records.times ? records : { ...records, times: numbers }
    const times = numbers.map((time, row) => (isNone(row) || !isTime(time) ? 0 : time))
    return { ...records, times }
  }

  #timesOf(records: Records): Pick<NumberVector, 'nulls' | 'numbers'> {
    if (this.#place !== undefined) return records.vectors[this.#place] as NumberVector
    return { nulls: undefined, numbers: records.times }
  }
}

const OUT_OF_RANGE = 'the event time is none of the years 1 to 9999, in whole milliseconds'

/** Beyond, the arithmetic of windows would lose milliseconds, and time would stand still. */
function isTime(time: number): boolean {
  return Number.isInteger(time) && time >= RECORD_MS.min && time <= RECORD_MS.max
}

function placeOf(column: string, schema: Schema): number {
  const place = schema.placeOf(column)
  if (place < 0) {
    throw new WeirError('unknown-column', `time: there is no column ${column}; there are ${schema}`)
  }
  const { type } = schema.at(place)
  if (!TIME_KINDS.includes(type.kind)) {
    const what = `time: ${column} is ${typeText(type)}; event time is a TIMESTAMP or TIMESTAMPTZ`
    throw new WeirError('wrong-type', what)
  }
  return place
}

/** Of one partition. */
export class PartitionClock {
  readonly #lagMs: number
  #latest = Number.NEGATIVE_INFINITY

  constructor({ lagMs }: SourceTime) {
    this.#lagMs = lagMs
  }

  see(times: Float64Array): void {
    for (let row = 0; row < times.length; row++) {
      if ((times[row] as number) > this.#latest) this.#latest = times[row] as number
    }
  }

  get watermark(): number {
    return this.#latest - this.#lagMs
  }
}
