/**
 * Event time of a source's records, and how far it has come: the watermark of a partition is its
 * latest record's time less the lag, as far as records may come out of order.
 */

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

  /** The records with the times that their column says; one without is told to fail. */
  timed(records: Records, failures: Failures): Records {
    if (this.#place === undefined) return records
    const { nulls, numbers } = records.vectors[this.#place] as NumberVector
    nulls?.forEach((flag, row) => {
      if (flag === 1) failures.add(row, 'no-event-time', 'the column of the event time is null')
    })
    return { ...records, times: nulls === undefined ? numbers : zeroed(numbers, nulls) }
  }
}

function zeroed(numbers: Float64Array, nulls: Uint8Array): Float64Array {
  return numbers.map((number, row) => (nulls[row] === 1 ? 0 : number))
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
