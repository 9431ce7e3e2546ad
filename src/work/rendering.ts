/**
 * Outputs of a group as the records of a topic: value by the sink's format, key from the columns
 * that name a record, partition by Kafka's own rule for keys. A pure function of the run and the
 * topic's partitions. A result that is taken back is a record without a value where the sink has a
 * key, and says `$change` where it has none.
 */

import { ByteReader } from '../base/bytes.ts'
import { kafkaPartition } from '../base/hash.ts'
import type { Encoder, RawRecords } from '../connectors/formats/format.ts'
import { JsonEncoder } from '../connectors/formats/json/encoder.ts'
import { vectorOf } from '../engine/columns/builder.ts'
import { DELETE, INSERT, type Records, UPDATE } from '../engine/columns/records.ts'
import { readRecords } from '../engine/columns/records-codec.ts'
import type { Vector } from '../engine/columns/vector.ts'
import { Schema } from '../engine/schema/schema.ts'
import { TEXT } from '../engine/schema/type.ts'
import type { Output, SinkRun } from '../journal/types.ts'

/** A sink as its log will have it. */
export interface Writing {
  readonly topic: string
  readonly schema: Schema
  /** Columns that name a record; none: each stands for itself. */
  readonly key: readonly string[]
  readonly encoder: Encoder
}

/** Where a topic is and who writes to it. */
export interface Spread {
  readonly partitions: number
  /** Of the group among all of the job: records without a key stay in order of their group. */
  readonly group: number
}

const CHANGE = '$change'
const changes: ReadonlyMap<number | undefined, string> = new Map([
  [UPDATE, 'update'],
  [DELETE, 'delete'],
])

export class Renderer {
  readonly #writing: Writing
  readonly #keys: KeyEncoder | undefined
  #changed: JsonEncoder | undefined

  constructor(writing: Writing) {
    const { key, schema } = writing
    this.#writing = writing
    this.#keys = key.length === 0 ? undefined : new KeyEncoder(schema, key)
  }

  render(run: SinkRun, { partitions, group }: Spread): readonly Output[] {
    const { topic, schema } = this.#writing
    const records = readRecords(new ByteReader(run.bytes), schema)
    const keys = this.#keys?.encode(records)
    const values = this.#valuesOf(records)
    return values.map((value, row): Output => {
      const key = keys === undefined ? null : bytesAt(keys, row)
      const partition = key === null ? group % partitions : kafkaPartition(key, partitions)
      const timestampMs = timestampOf(records.times[row])
      return { topic, partition, record: { key, value, headers: [], timestampMs } }
    })
  }

  #valuesOf(records: Records): readonly (Uint8Array | null)[] {
    const { kinds } = records
    const { encoder } = this.#writing
    const raw = encoder.encode(records)
    const plain = Array.from({ length: records.size }, (_, row) => bytesAt(raw, row))
    if (kinds === undefined) return plain
    if (this.#keys !== undefined) {
      return plain.map((value, row) => (kinds[row] === DELETE ? null : value))
    }
    const said = this.#withChange(records, kinds)
    return plain.map((value, row) => (kinds[row] === INSERT ? value : bytesAt(said, row)))
  }

  /** All of them, with what they do to records before them. */
  #withChange(records: Records, kinds: Uint8Array): RawRecords {
    const columns = [...records.schema.columns, { name: CHANGE, type: TEXT }]
    this.#changed ??= new JsonEncoder(new Schema(columns))
    const words = Array.from(kinds, kind => changes.get(kind) ?? null)
    const vectors = [...records.vectors, vectorOf(TEXT, words)]
    return this.#changed.encode({ ...records, schema: new Schema(columns), vectors })
  }
}

/** A JSON object of the columns that name a record, in the order in which the job has them. */
class KeyEncoder {
  readonly #schema: Schema
  readonly #places: readonly number[]
  readonly #encoder: JsonEncoder

  constructor(schema: Schema, key: readonly string[]) {
    this.#places = key.map(name => schema.names.indexOf(name))
    this.#schema = new Schema(this.#places.map(place => schema.at(place)))
    this.#encoder = new JsonEncoder(this.#schema)
  }

  encode(records: Records): RawRecords {
    const vectors = this.#places.map(place => records.vectors[place] as Vector)
    return this.#encoder.encode({ ...records, schema: this.#schema, vectors })
  }
}

/** A copy: one that is kept does not hold on to all. */
function bytesAt({ bytes, starts, ends }: RawRecords, row: number): Uint8Array | null {
  const start = starts[row] as number
  return start < 0 ? null : bytes.slice(start, ends[row])
}

/** Logs know no time before 1970, and no record without one. */
function timestampOf(time: number | undefined): number {
  return time !== undefined && Number.isFinite(time) ? Math.max(0, Math.floor(time)) : 0
}
